"""The outcome of a run as a check for patchwork: the body of `POST /api/patches/ID/checks/`."""

from __future__ import annotations

from docs_matrix.reports.escaping import cut
from docs_matrix.reports.outcome import Outcome, Word

__all__ = ["patchwork_check"]

_STATES: dict[Word, str] = {"pass": "success", "warn": "warning", "fail": "fail"}
_LONGEST = 500


def patchwork_check(outcome: Outcome, url: str = "") -> dict[str, str]:
    """Return the check; `url` is the address of the report, and is left out if it is empty."""
    check = {"state": _STATES[outcome.word], "context": "docs-matrix", "description": cut(outcome.summary, _LONGEST)}
    return {**check, "target_url": url} if url else check
