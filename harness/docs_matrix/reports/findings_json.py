"""A run as `findings.json`: everything that was found, for programs."""

from __future__ import annotations

from typing import Any

from docs_matrix.diagnostics.findings import CellResult, Run, Verdict
from docs_matrix.json_values import plain
from docs_matrix.reports import wording
from docs_matrix.reports.note_words import words

__all__ = ["SCHEMA", "document"]

SCHEMA = 1
"""The version of the document's form; it grows when a reader would have to change."""


def document(run: Run) -> dict[str, Any]:
    """Return `run` as a JSON object: the tree, what was asked, each cell by name, and the findings.

    Lone surrogates, which readers of JSON refuse, are written as visible escapes; everything else is as it was said.
    """
    whole = {
        "schema": SCHEMA,
        "tree": run.tree,
        "identity": run.identity,
        "base": run.base,
        "base_identity": run.base_identity,
        "patches": list(run.patches),
        "docs": run.docs,
        "preliminary": wording.is_preliminary(run),
        "notes": [words(note) for note in run.notes],
        "cells": {cell.name: _cell(cell) for cell in run.cells},
        "findings": plain(run.findings),
    }
    fit: dict[str, Any] = _without_surrogates(whole)
    return fit


def _cell(cell: CellResult) -> dict[str, Any]:
    return {
        "python": cell.python,
        "docutils": cell.docutils,
        "sphinx": cell.sphinx,
        "status": cell.status,
        "reason": cell.reason,
        "notices": list(cell.notices),
        "lock": cell.lock,
        "counts": {str(verdict): cell.count(verdict) for verdict in Verdict},
        "read": cell.read,
        "documents": cell.documents,
        "unclassified": len(cell.unclassified),
        "built": cell.built,
        "confinement": cell.confined,
        "seconds": round(cell.seconds, 3),
        "cpu_seconds": round(cell.cpu_seconds, 3),
    }


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    return value
