"""Warnings over revisions: what each cell's build of each revision of a tree said, in numbers.

Only builds that read the same documents stand in one history, and a build that failed has no number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

__all__ = ["BuildCounts", "Difference", "Revision", "RevisionHistory", "joined", "placed"]


@dataclass(frozen=True)
class Difference:
    """What became of a cell's diagnostics since the last build before that ended well: so many came, so many went.

    `otherwise` says that the two builds were not made the same way (another lock, interpreter, recipe or release of
    docs-matrix), so that the tree alone may not be behind it.
    """

    came: int
    went: int
    otherwise: bool


@dataclass(frozen=True)
class BuildCounts:
    """What a cell's build of a revision told: how it ended, and where that was `ok` its diagnostics in numbers.

    `counts` are by level, then by category ("" where there is none). `difference` is None where no build before ended
    well, and where this one did not. `reason` says in a line why `status` is not `ok`.
    """

    status: Literal["ok", "failed", "timeout"]
    reason: str | None
    counts: Mapping[str, Mapping[str, int]]
    difference: Difference | None

    @property
    def total(self) -> int | None:
        """How many diagnostics there were; None where nothing is known of them."""
        return sum(sum(of.values()) for of in self.counts.values()) if self.status == "ok" else None


@dataclass(frozen=True)
class Revision:
    """A version of a tree, and what each cell told of it, by its name.

    `commit` and `subject` are None where git does not know the version (a plain folder, an archive). `date` is the
    commit's, else the first build's (ISO 8601, UTC). `identity` is that of the tree.
    """

    identity: str
    date: str
    commit: str | None
    subject: str | None
    builds: Mapping[str, BuildCounts]

    @property
    def version(self) -> str:
        """What this row is of: the commit, where there is one."""
        return self.commit or self.identity


@dataclass(frozen=True)
class RevisionHistory:
    """The revisions of `tree`, the oldest first, in those builds that read `documents` (None for all of them).

    `cells` are in the matrix's order. Documents and folders (with a slash behind) are below the recipe's source.
    """

    tree: str
    documents: tuple[str, ...] | None
    cells: tuple[str, ...]
    revisions: tuple[Revision, ...]

    def of(self, cells: Iterable[str]) -> RevisionHistory:
        """Return this history of `cells` alone; revisions that none of them built are left out."""
        among = set(cells)
        wanted = tuple(cell for cell in self.cells if cell in among)
        rows = (
            replace(row, builds={cell: row.builds[cell] for cell in wanted if cell in row.builds})
            for row in self.revisions
        )
        return replace(self, cells=wanted, revisions=tuple(row for row in rows if row.builds))

    def latest(self, most: int) -> RevisionHistory:
        """Return this history's `most` newest revisions."""
        return replace(self, revisions=self.revisions[-most:])


def placed(rows: Iterable[Revision], among: Sequence[Revision]) -> tuple[Revision, ...]:
    """Return `among` in its order, with each of `rows` put behind the last one that is not younger."""
    found = list(among)
    for row in sorted(rows, key=lambda row: row.date):
        place = next((at for at in range(len(found), 0, -1) if found[at - 1].date <= row.date), 0)
        found.insert(place, row)
    return tuple(found)


def joined(histories: Sequence[RevisionHistory], order: Sequence[str]) -> RevisionHistory | None:
    """Return one history of those that several jobs have of their cells, which come in `order`; None where there is none.

    All are of one tree and of the same documents.
    """
    if not histories:
        return None
    rows: tuple[Revision, ...] = ()
    for history in sorted(histories, key=lambda history: -len(history.revisions)):
        more = {row.version: row for row in history.revisions}
        known = [replace(row, builds={**row.builds, **more.pop(row.version, row).builds}) for row in rows]
        rows = placed(more.values(), known) if known else history.revisions
    cells = dict.fromkeys(cell for history in histories for cell in history.cells)
    place = {name: number for number, name in enumerate(order)}
    ordered = sorted(cells, key=lambda name: (place.get(name, len(place)), name))
    return RevisionHistory(histories[0].tree, histories[0].documents, tuple(ordered), rows)
