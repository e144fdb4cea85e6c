"""The outcome of a run as JSON for b4: for its settings `b4.review-perpatch-check-cmd` and `b4.review-series-check-cmd`."""

from __future__ import annotations

from docs_matrix.reports.outcome import Outcome

__all__ = ["b4_checks"]

_MOST_LINES = 200


def b4_checks(outcome: Outcome, url: str = "") -> list[dict[str, str]]:
    """Return the list of results for b4.

    It has one result, because b4 keeps one result of each tool and shows it in one column.
    """
    shown = [str(line) for line in outcome.lines[:_MOST_LINES]]
    left = len(outcome.lines) - len(shown)
    details = "\n".join([*shown, *([f"and {left} more"] if left else [])])
    return [{"tool": "docs-matrix", "status": outcome.word, "summary": outcome.summary, "url": url, "details": details}]
