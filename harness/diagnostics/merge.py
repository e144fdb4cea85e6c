"""One mistake is one finding: what the cells of a run judged, merged over the cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from packaging.version import InvalidVersion, Version

from harness.diagnostics import messages
from harness.diagnostics.findings import CellResult, Finding, Judged, Variant, Verdict

__all__ = ["merge", "newest_first"]

_SAME_MISTAKE: tuple[tuple[int, Callable[[str], str]], ...] = (
    (0, messages.key),
    (1, messages.key),
    (1, messages.headline),
    (0, lambda message: messages.headline(message).translate({ord(quote): None for quote in "'\"`"})),
)
"""How far two cells' lines may lie apart, and what of their messages must agree; the strictest first."""


@dataclass
class _Group:
    """The judged diagnostics of one mistake, by cell."""

    members: dict[str, Judged] = field(default_factory=dict)


def merge(cells: Sequence[CellResult]) -> tuple[Finding, ...]:
    """The findings over `cells`, worst verdict first, then by place; the cells' order does not matter.

    Cells report one mistake at lines that differ by one, with other levels, categories and details (docutils 0.22.1
    moved a malformed table by a line and reworded its details): those are variants of one finding. Within a cell two
    diagnostics are always two findings.
    """
    order = [cell.name for cell in cells]
    groups: dict[Hashable, list[_Group]] = defaultdict(list)
    for cell in newest_first(cells):
        by_path: dict[Hashable, list[Judged]] = defaultdict(list)
        for judged in cell.judged:
            by_path[(judged.diagnostic.path, judged.verdict is Verdict.FIXED)].append(judged)
        for place, found in by_path.items():
            _join(groups[place], cell.name, found)
    findings = [_finding(group, order) for grouped in groups.values() for group in grouped]
    return tuple(sorted(findings, key=_rank))


def newest_first(cells: Sequence[CellResult]) -> list[CellResult]:
    """`cells` by the release of Sphinx, docutils and Python, the newest first."""
    return sorted(cells, key=_age, reverse=True)


def _age(cell: CellResult) -> tuple[Version, Version, Version, str]:
    return (_version(cell.sphinx), _version(cell.docutils), _version(cell.python), cell.name)


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0")


def _join(groups: list[_Group], cell: str, found: list[Judged]) -> None:
    """Put each diagnostic of one cell into the group of its mistake, or into a new one."""
    waiting = sorted(found, key=_position)
    for distance, meaning in _SAME_MISTAKE:
        known: dict[str, list[_Group]] = defaultdict(list)
        for group in groups:
            if cell not in group.members:
                newest = next(iter(group.members.values()))
                known[meaning(newest.diagnostic.message)].append(group)
        left = []
        for judged in waiting:
            candidates = known[meaning(judged.diagnostic.message)]
            match = next((group for group in candidates if _near(group, judged, distance)), None)
            if match is None:
                left.append(judged)
            else:
                match.members[cell] = judged
                candidates.remove(match)
        waiting = left
    groups.extend(_Group({cell: judged}) for judged in waiting)


def _near(group: _Group, judged: Judged, distance: int) -> bool:
    line = judged.diagnostic.line
    for member in group.members.values():
        other = member.diagnostic.line
        if line is None or other is None:
            if line is other:
                return True
        elif abs(line - other) <= distance:
            return True
    return False


def _position(judged: Judged) -> tuple[int, str]:
    return (judged.diagnostic.line or 0, judged.diagnostic.message)


def _finding(group: _Group, order: Sequence[str]) -> Finding:
    newest = next(iter(group.members.values()))
    worst = min((judged.verdict for judged in group.members.values()), key=list(Verdict).index)
    top = newest.diagnostic
    variants: dict[Hashable, list[str]] = defaultdict(list)
    seen: dict[Hashable, Judged] = {}
    for name in order:
        if name in group.members:
            judged = group.members[name]
            look = _look(judged)
            variants[look].append(name)
            seen.setdefault(look, judged)
    return Finding(
        verdict=worst,
        path=top.path,
        line=top.line,
        level=top.level,
        category=top.category,
        message=top.message,
        base_line=_base_line(newest),
        cells=tuple(name for name in order if name in group.members),
        variants=tuple(_variant(seen[look], tuple(names)) for look, names in variants.items()),
        document=top.document,
        via=top.via,
        reason=newest.reason or next((judged.reason for judged in group.members.values() if judged.reason), ""),
    )


def _look(judged: Judged) -> Hashable:
    seen = judged.diagnostic
    return (judged.verdict, seen.line, seen.level, seen.category, seen.printed, _base_line(judged))


def _base_line(judged: Judged) -> int | None:
    """The line of the accepted diagnostic; of the diagnostic itself where it is fixed, since that was the base's."""
    if judged.verdict is Verdict.FIXED:
        return judged.diagnostic.line
    return judged.base.line if judged.base else None


def _variant(judged: Judged, cells: tuple[str, ...]) -> Variant:
    seen = judged.diagnostic
    return Variant(
        verdict=judged.verdict,
        line=seen.line,
        level=seen.level,
        category=seen.category,
        printed=seen.printed,
        base_line=_base_line(judged),
        cells=cells,
    )


def _rank(finding: Finding) -> tuple[int, str, int, str, str]:
    return (
        list(Verdict).index(finding.verdict),
        finding.path or "",
        finding.line or 0,
        finding.message,
        " ".join(sorted(finding.cells)),
    )
