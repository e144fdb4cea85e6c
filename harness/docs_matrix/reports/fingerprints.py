"""What a finding is known by from run to run: its path, category and message, whatever its line and its cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from docs_matrix.diagnostics.findings import Finding, Verdict, mark
from docs_matrix.files import digest

__all__ = ["fingerprints"]


def fingerprints(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return the fingerprint of each of `findings`, in their order; no two are equal.

    Equal ones are kept apart by an ordinal, those that the base has first: what is new takes no other's number. What is
    fixed is numbered after all others, since nothing that is there may take its place.
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
