"""An outcome as a check of patchwork: the body of `POST /api/patches/ID/checks/`."""

from __future__ import annotations

from docs_matrix.reports.escaping import cut
from docs_matrix.reports.outcome import Outcome, Word

__all__ = ["patchwork_check"]

_STATES: dict[Word, str] = {"pass": "success", "warn": "warning", "fail": "fail"}
_LONGEST = 500


def patchwork_check(outcome: Outcome, url: str = "") -> dict[str, str]:
    """Return the check; `url` is where the report can be seen, left out if there is none."""
    check = {"state": _STATES[outcome.word], "context": "docs-matrix", "description": cut(outcome.summary, _LONGEST)}
    return {**check, "target_url": url} if url else check
