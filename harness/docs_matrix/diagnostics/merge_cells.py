"""Merges the judged diagnostics of all cells: one mistake becomes one finding."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from docs_matrix.diagnostics import message_keys
from docs_matrix.diagnostics.cell_age import age
from docs_matrix.diagnostics.findings import CellResult, Finding, Judged, Variant, Verdict

__all__ = ["merge", "newest_first"]

LONGEST_QUOTATION = 100
"""A number of lines. Cells can report a mistake in quoted source (a table) at different lines, but at most this far apart."""

Meaning = Callable[[str], str | None]


def _quoted(message: str) -> str | None:
    """Return the first line of the message with the source that it quotes; None if it quotes none."""
    quotation = message_keys.quotation(message)
    return f"{message_keys.headline(message)}\n{quotation}" if quotation else None


_SAME_MISTAKE: tuple[tuple[int, Meaning], ...] = (
    (0, message_keys.key),
    (1, message_keys.key),
    (1, message_keys.shared_key),
    (1, message_keys.headline),
    (LONGEST_QUOTATION, _quoted),
    (1, message_keys.gist),
)
"""How far apart the lines of two cells may be, and which key of their messages must be equal; the strictest first."""


@dataclass
class _Group:
    """The judged diagnostics of one mistake, by cell."""

    members: dict[str, Judged] = field(default_factory=dict)

    @property
    def newest(self) -> Judged:
        """The diagnostic of the newest cell; the finding takes its words."""
        return next(iter(self.members.values()))


def merge(cells: Sequence[CellResult]) -> tuple[Finding, ...]:
    """Return the findings over `cells`, the worst verdict first, then by place. The order of `cells` does not matter.

    Cells can report one mistake at lines that differ by one, or with other levels, categories and details. (docutils 0.22.1
    moved the message about a malformed table by a line and reworded it.) These are variants of one finding. Two diagnostics of
    one cell are always two findings.
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
    """Return `cells` from new to old."""
    return sorted(cells, key=age, reverse=True)


def _join(groups: list[_Group], cell: str, found: list[Judged]) -> None:
    """Put each diagnostic of one cell into the group of its mistake, or into a new one."""
    waiting = sorted(found, key=_position)
    for distance, meaning in _SAME_MISTAKE:
        waiting = _join_near(groups, cell, waiting, distance, meaning)
    waiting = _join_only_ones(groups, cell, waiting)
    groups.extend(_Group({cell: judged}) for judged in waiting)


def _join_near(groups: list[_Group], cell: str, waiting: list[Judged], distance: int, meaning: Meaning) -> list[Judged]:
    """Put diagnostics into groups with the same meaning, at most `distance` lines away, the nearest first; return the rest."""
    known: dict[Hashable, deque[_Group]] = defaultdict(deque)
    for group in groups if waiting else ():
        means = None if cell in group.members else meaning(group.newest.diagnostic.message)
        if means is not None:
            for line in {member.diagnostic.line for member in group.members.values()}:
                known[means, line].append(group)
    left = []
    for judged in waiting:
        line, means = judged.diagnostic.line, meaning(judged.diagnostic.message)
        lines = [line] if line is None else [line + step for off in range(distance + 1) for step in sorted({-off, off})]
        near = (_take(known.get((means, at)), cell) for at in lines if means is not None)
        found = next((group for group in near if group is not None), None)
        if found is None:
            left.append(judged)
        else:
            found.members[cell] = judged
    return left


def _take(groups: deque[_Group] | None, cell: str) -> _Group | None:
    """Return the first group that has no diagnostic of `cell` yet."""
    while groups:
        group = groups.popleft()
        if cell not in group.members:
            return group
    return None


def _join_only_ones(groups: list[_Group], cell: str, waiting: list[Judged]) -> list[Judged]:
    """Put diagnostics into groups with the same message, in any place of the file, if each side has only one; return the rest.

    This is only done for messages that name something.
    """
    theirs: dict[str, list[_Group]] = defaultdict(list)
    ours: dict[str, list[Judged]] = defaultdict(list)
    for group in groups if waiting else ():
        if cell not in group.members:
            theirs[message_keys.key(group.newest.diagnostic.message)].append(group)
    for judged in waiting:
        ours[message_keys.key(judged.diagnostic.message)].append(judged)
    left = []
    for judged in waiting:
        means = message_keys.key(judged.diagnostic.message)
        if len(ours[means]) == len(theirs[means]) == 1 and message_keys.quoted_names(judged.diagnostic.message):
            theirs[means][0].members[cell] = judged
        else:
            left.append(judged)
    return left


def _position(judged: Judged) -> tuple[int, str]:
    return (judged.diagnostic.line or 0, judged.diagnostic.message)


def _finding(group: _Group, order: Sequence[str]) -> Finding:
    newest = group.newest
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
        hunk=next((judged.hunk for judged in group.members.values() if judged.hunk), None),
        place=top.place,
        documents=tuple(sorted({name for judged in group.members.values() for name in judged.all_documents})),
    )


def _look(judged: Judged) -> Hashable:
    seen = judged.diagnostic
    return (judged.verdict, seen.line, seen.level, seen.category, seen.printed, _base_line(judged))


def _base_line(judged: Judged) -> int | None:
    """Return the line of the accepted diagnostic; if the diagnostic is fixed, its own line, since it is the base's."""
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
