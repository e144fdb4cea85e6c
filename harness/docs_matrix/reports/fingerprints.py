"""The fingerprint of a finding: a digest of its path, category and message, which stays the same from run to run.

The line and the cells are not part of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from docs_matrix.diagnostics.findings import Finding, Verdict, mark
from docs_matrix.files import digest

__all__ = ["fingerprints"]


def fingerprints(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return the fingerprint of each finding, in the order of `findings`; no two are equal.

    Findings with the same path, category and message get numbers. Those that the base has come first, so that a new finding
    never takes the number of a known one. Fixed findings come last, so that they never take the number of a finding that still
    exists.
    """
    keys = [mark(finding) for finding in findings]
    seen: Counter[str] = Counter()
    told: dict[int, str] = {}
    for number in sorted(range(len(findings)), key=lambda number: _base_first(findings[number], number)):
        seen[keys[number]] += 1
        told[number] = digest(keys[number], str(seen[keys[number]]))[:32]
    return tuple(told[number] for number in range(len(findings)))


def _base_first(finding: Finding, number: int) -> tuple[bool, bool, int, int, int]:
    return (
        finding.verdict is Verdict.FIXED,
        finding.base_line is None and finding.verdict is Verdict.NEW,
        finding.base_line or 0,
        finding.line or 0,
        number,
    )
