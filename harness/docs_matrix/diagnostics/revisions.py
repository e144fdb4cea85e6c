"""The number of warnings over revisions: of each build of each revision of a tree, by cell.

A history has only builds that read the same documents. A failed build has no number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

__all__ = ["BuildCounts", "Difference", "Revision", "RevisionHistory", "joined", "placed"]


@dataclass(frozen=True)
class Difference:
    """The change of a cell's diagnostics since the last successful build before: how many came, and how many went.

    `otherwise` says that the two builds were made in different ways (another lock, interpreter, recipe or release of
    docs-matrix). Then the cause may not be in the tree.
    """

    came: int
    went: int
    otherwise: bool


@dataclass(frozen=True)
class BuildCounts:
    """The result of a cell's build of a revision: its status, and the number of its diagnostics if the status is `ok`.

    `counts` are by level, then by category ("" for none). `difference` is None if this build failed, or if there was no
    successful build before. `reason` says in one line why `status` is not `ok`.
    """

    status: Literal["ok", "failed", "timeout"]
    reason: str | None
    counts: Mapping[str, Mapping[str, int]]
    difference: Difference | None

    @property
    def total(self) -> int | None:
        """The number of all diagnostics; None if it is not known."""
        return sum(sum(of.values()) for of in self.counts.values()) if self.status == "ok" else None


@dataclass(frozen=True)
class Revision:
    """A version of a tree, and the result of each cell by its name.

    `commit` and `subject` are None if git does not know the version (a plain folder, an archive). `date` is the date of the
    commit, or else of the first build (ISO 8601, UTC). `identity` is the digest of the tree's content.
    """

    identity: str
    date: str
    commit: str | None
    subject: str | None
    builds: Mapping[str, BuildCounts]

    @property
    def version(self) -> str:
        """The version: the commit if there is one, else the identity of the tree."""
        return self.commit or self.identity


@dataclass(frozen=True)
class RevisionHistory:
    """The revisions of `tree`, the oldest first, from builds that read `documents` (None for all documents).

    `cells` are in the order of the matrix. Documents and folders (which end with a slash) are relative to the source folder of
    the recipe.
    """

    tree: str
    documents: tuple[str, ...] | None
    cells: tuple[str, ...]
    revisions: tuple[Revision, ...]

    def of(self, cells: Iterable[str]) -> RevisionHistory:
        """Return this history with only `cells`, and without revisions that none of them built."""
        among = set(cells)
        wanted = tuple(cell for cell in self.cells if cell in among)
        rows = (
            replace(row, builds={cell: row.builds[cell] for cell in wanted if cell in row.builds})
            for row in self.revisions
        )
        return replace(self, cells=wanted, revisions=tuple(row for row in rows if row.builds))

    def latest(self, most: int) -> RevisionHistory:
        """Return the `most` newest revisions of this history."""
        return replace(self, revisions=self.revisions[-most:])


def placed(rows: Iterable[Revision], among: Sequence[Revision]) -> tuple[Revision, ...]:
    """Return `among` in its order, with each of `rows` inserted after the last revision that is not younger."""
    found = list(among)
    for row in sorted(rows, key=lambda row: row.date):
        place = next((at for at in range(len(found), 0, -1) if found[at - 1].date <= row.date), 0)
        found.insert(place, row)
    return tuple(found)


def joined(histories: Sequence[RevisionHistory], order: Sequence[str]) -> RevisionHistory | None:
    """Return the histories of several jobs as one; None if there are none.

    All histories must be of one tree and of the same documents. `order` is the order of the cells.
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
