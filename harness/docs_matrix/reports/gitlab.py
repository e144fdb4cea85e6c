"""A run as GitLab's Code Quality report: one entry for each finding that is not fixed, with its fingerprint."""

from __future__ import annotations

from typing import Any

from docs_matrix.diagnostics.findings import Run, Verdict
from docs_matrix.reports import wording
from docs_matrix.reports.escaping import cut, one_line
from docs_matrix.reports.fingerprints import fingerprints
from docs_matrix.reports.github_annotations import within

__all__ = ["code_quality"]

_SEVERITIES = {"WARNING": "minor", "ERROR": "major", "CRITICAL": "critical"}
_NO_PATH = "matrix.yaml"
"""A finding without a path is shown in this file, because GitLab accepts no entry without a path."""


def code_quality(run: Run, folder: str = "") -> list[dict[str, Any]]:
    """Return the findings of `run` that are not fixed, as a JSON array.

    GitLab compares the array with the report of the target branch, and so finds out which findings are new. `folder` is the
    path of the tree inside its repository.
    """
    files = [wording.file(finding, run) for finding in run.findings]
    return [
        {
            "description": cut(
                one_line(
                    f"{wording.message(finding, run).partition(chr(10))[0]} (in {wording.cells(finding.cells, run)})"
                ),
                1_000,
            ),
            "check_name": cut(one_line(finding.category or "uncategorised"), 200),
            "fingerprint": mark,
            "severity": "info" if finding.verdict is Verdict.NOTE else _SEVERITIES.get(finding.level, "major"),
            "location": {
                "path": (one_line(within(folder, file)) if file else "") or _NO_PATH,
                "lines": {"begin": max(finding.line or 1, 1) if file else 1},
            },
        }
        for finding, file, mark in zip(run.findings, files, fingerprints(run.findings), strict=True)
        if finding.verdict is not Verdict.FIXED
    ]
