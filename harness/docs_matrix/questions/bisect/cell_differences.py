"""The answer to "what differs between two cells, and which release made each difference", as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from docs_matrix.diagnostics.notes import Note
from docs_matrix.json_values import plain
from docs_matrix.questions.bisect.bisection import (
    BeforeAfter,
    FoundChange,
    Skipped,
    TriedCandidate,
    differences,
    of_change,
)
from docs_matrix.reports.note_words import words

__all__ = ["CellDifferences", "DiagnosticDifference", "Kind", "document"]

Kind = Literal["changed", "only in the first", "only in the second"]


@dataclass(frozen=True)
class DiagnosticDifference:
    """A diagnostic that differs between the two cells; `steps` are the indices of the steps that made the difference."""

    pair: BeforeAfter
    steps: tuple[int, ...]

    @property
    def kind(self) -> Kind:
        """Whether both cells have it in different forms, or only one has it."""
        if self.pair.before is None:
            return "only in the second"
        return "only in the first" if self.pair.after is None else "changed"


@dataclass(frozen=True)
class CellDifferences:
    """The whole answer.

    `steps` are the changes on the way from the cell `one` to the cell `other`, each with its cause. `alike` counts the
    diagnostics that are the same in both; `only_printed` counts those of them whose printed text differs.
    """

    tree: str
    identity: str
    documents: str
    one: str
    other: str
    alike: int
    only_printed: int
    differences: tuple[DiagnosticDifference, ...]
    steps: tuple[FoundChange, ...]
    tried: tuple[TriedCandidate, ...]
    skipped: tuple[Skipped, ...]
    rounds: int
    notes: tuple[Note, ...]
    seconds: float


def document(answer: CellDifferences) -> dict[str, Any]:
    """Return `answer` as `docs-matrix compare --json` prints it."""
    return {
        "schema": 1,
        "tree": answer.tree,
        "identity": answer.identity,
        "documents": answer.documents,
        "cells": [answer.one, answer.other],
        "alike": answer.alike,
        "only_printed": answer.only_printed,
        "differences": [_of_difference(difference) for difference in answer.differences],
        "steps": [of_change(step) for step in answer.steps],
        "tried": plain(answer.tried),
        "skipped": plain(answer.skipped),
        "rounds": answer.rounds,
        "notes": [words(note) for note in answer.notes],
        "seconds": round(answer.seconds, 1),
    }


def _of_difference(difference: DiagnosticDifference) -> dict[str, Any]:
    return {
        "kind": difference.kind,
        "what": differences(difference.pair),
        **plain(difference.pair),
        "steps": list(difference.steps),
    }
