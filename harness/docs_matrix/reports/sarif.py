"""A run as SARIF 2.1.0: one result for each finding, with its cells in the text and in the properties.

There are two forms. The full form has every finding, also the fixed ones, each with its `baselineState`. The form for uploading
has only findings that are not fixed, because code scanning closes the alert of a finding that an upload does not have.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from docs_matrix.diagnostics.findings import LANE, Finding, Run, Verdict
from docs_matrix.reports import wording
from docs_matrix.reports.escaping import cut, one_line, visible
from docs_matrix.reports.fingerprints import fingerprints
from docs_matrix.reports.github_annotations import within

__all__ = ["LIMIT", "sarif"]

LIMIT = 5_000
"""GitHub keeps at most this many results of a run. An upload has no more; the worst come first."""

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"WARNING": "warning"}
_STATES = {
    Verdict.NEW: "new",
    Verdict.NOTE: "new",
    Verdict.CHANGED: "updated",
    Verdict.MOVED: "updated",
    Verdict.FIXED: "absent",
}
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")
"""The beginning of a link in a message of SARIF."""

_NO_PATH = "matrix.yaml"
"""A finding without a path is shown in this file, because code scanning accepts no result without a place."""


def sarif(run: Run, *, version: str, folder: str = "", uploading: bool = False) -> dict[str, Any]:
    """Return `run` as a JSON object: a SARIF log with one run.

    `version` is the version of docs-matrix. `folder` is the path of the tree inside its repository. `uploading` chooses the
    form for code scanning: at most `LIMIT` findings, none of them fixed, and the number of findings that are left out.
    """
    marks = dict(zip(map(id, run.findings), fingerprints(run.findings), strict=True))
    there = [finding for finding in run.findings if not uploading or finding.verdict is not Verdict.FIXED]
    shown = there[:LIMIT] if uploading else there
    rules = sorted({_rule(finding) for finding in shown})
    lanes = [lane.name.removeprefix(LANE) for lane in run.lanes]
    notes = [f"{len(there) - len(shown)} more findings are in findings.json"] if len(shown) < len(there) else []
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "docs-matrix",
                        "version": version,
                        "rules": [_described(rule, lanes) for rule in rules],
                    }
                },
                "automationDetails": {"id": f"docs-matrix/{one_line(run.tree)[:200]}/"},
                "columnKind": "unicodeCodePoints",
                "invocations": [_invocation(run, notes)],
                "results": [_result(finding, run, rules, marks[id(finding)], folder, uploading) for finding in shown],
                "properties": {
                    "tree": visible(run.tree),
                    "identity": visible(run.identity),
                    "base": visible(run.base),
                    "baseIdentity": visible(run.base_identity or ""),
                    "verdict": wording.verdict(run),
                },
            }
        ],
    }


def _described(rule: str, lanes: Sequence[str]) -> dict[str, Any]:
    if rule.partition(".")[0] in lanes:
        about = f"the check {rule.partition('.')[0]} says {rule}"
        return {"id": rule, "shortDescription": {"text": about}, "properties": {"tags": ["documentation"]}}
    return {
        "id": rule,
        "shortDescription": {"text": f"Sphinx says {rule}"},
        "helpUri": "https://www.sphinx-doc.org/en/master/usage/configuration.html#confval-suppress_warnings",
        "properties": {"tags": ["documentation", "sphinx"]},
    }


def _rule(finding: Finding) -> str:
    return cut(one_line(finding.category or "uncategorised"), 200) or "uncategorised"


def _invocation(run: Run, notes: Sequence[str]) -> dict[str, Any]:
    broken = [
        (f"{cell.name}: {cell.status}: {cell.reason or 'no reason was given'}", "error")
        for cell in run.cells
        if cell.status != "ok"
    ]
    said = [*broken, *((note, "note") for note in notes)]
    return {
        "executionSuccessful": not broken,
        "toolExecutionNotifications": [
            {"level": level, "message": {"text": cut(one_line(text), 2_000)}} for text, level in said
        ],
    }


def _result(
    finding: Finding, run: Run, rules: Sequence[str], mark: str, folder: str, uploading: bool
) -> dict[str, Any]:
    rule = _rule(finding)
    file = wording.file(finding, run)
    said = cut(wording.message(finding, run) or "(empty message)", 4_000)
    text = _LINK.sub(r"\\[", visible(f"{said}\n\n({'; '.join(wording.facts(finding, run))})"))
    result: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": rules.index(rule),
        "level": "note" if finding.verdict is Verdict.NOTE else _LEVELS.get(finding.level, "error"),
        "message": {"text": text},
        "locations": [_location(finding, file, folder)] if file or uploading else [],
        "partialFingerprints": {"docsMatrix/v1": mark},
        "properties": {
            "verdict": str(finding.verdict),
            "cells": [visible(name) for name in finding.cells],
            "level": visible(finding.level),
            "variants": [
                {
                    "verdict": str(variant.verdict),
                    "line": variant.line,
                    "level": visible(variant.level),
                    "cells": [visible(name) for name in variant.cells],
                }
                for variant in finding.variants
            ],
        },
    }
    if not uploading:
        result["baselineState"] = _STATES.get(finding.verdict, "unchanged")
    return result


def _location(finding: Finding, file: str | None, folder: str) -> dict[str, Any]:
    path = within(folder, file) if file else _NO_PATH
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(path)}}
    if finding.line or not file:
        place["region"] = {"startLine": finding.line if file and finding.line else 1}
    return {"physicalLocation": place}


def _uri(path: str) -> str:
    """Return a relative path as a URI reference, with every byte escaped that has a meaning in a URI."""
    escaped = quote(path.encode("utf-8", "backslashreplace"), safe="/")
    return escaped.lstrip("/") or _NO_PATH
