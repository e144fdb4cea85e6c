"""Maps files and lines of one tree to those of another tree, as git sees the change."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import Literal, NamedTuple

from docs_matrix.trees.git import Repository
from docs_matrix.trees.tree import LINK, Tree

__all__ = ["Change", "Hunk", "LineMap", "TreeChanges", "changed"]

_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
_NO_BLOB = "0" * 40


class Change(NamedTuple):
    """A file that differs: added, modified (content, mode or kind), deleted, or renamed.

    `base_path` is None if the file was added, `head_path` is None if it was deleted; so are the ids of the blobs.
    """

    status: Literal["A", "M", "D", "R"]
    base_path: str | None
    head_path: str | None
    base_blob: str | None
    head_blob: str | None
    is_link: bool
    """Whether it is a symbolic link on at least one side."""


class Hunk(NamedTuple):
    """The lines from `base` to `base + base_count` (not included) became the lines from `head` to `head + head_count`."""

    base: int
    base_count: int
    head: int
    head_count: int


class LineMap:
    """The lines of one file between two versions, from the hunks of a diff without context, in order.

    >>> lines = LineMap((Hunk(base=3, base_count=2, head=3, head_count=1),))
    >>> lines.head_line(2), lines.head_line(3), lines.head_line(5), lines.base_hunk(4)
    (2, None, 4, 0)
    """

    def __init__(self, hunks: tuple[Hunk, ...]) -> None:
        self._hunks = hunks
        self._bases = [hunk.base for hunk in hunks]
        self._heads = [hunk.head for hunk in hunks]

    def head_line(self, line: int) -> int | None:
        """Return the head's line for a line of the base; None if it was removed or replaced."""
        number = bisect_right(self._bases, line) - 1
        if number < 0:
            return line
        hunk = self._hunks[number]
        beyond = line - (hunk.base + hunk.base_count)
        return None if beyond < 0 else hunk.head + hunk.head_count + beyond

    def base_line(self, line: int) -> int | None:
        """Return the base's line for a line of the head; None if it was added or replaced."""
        number = bisect_right(self._heads, line) - 1
        if number < 0:
            return line
        hunk = self._hunks[number]
        beyond = line - (hunk.head + hunk.head_count)
        return None if beyond < 0 else hunk.base + hunk.base_count + beyond

    def base_hunk(self, line: int) -> int | None:
        """Return the number, from 0, of the hunk that removed or replaced the base's line."""
        return bisect_right(self._bases, line) - 1 if self.head_line(line) is None else None

    def head_hunk(self, line: int) -> int | None:
        """Return the number, from 0, of the hunk that added or replaced the head's line."""
        return bisect_right(self._heads, line) - 1 if self.base_line(line) is None else None


_UNCHANGED = LineMap(())


class TreeChanges:
    """The change from `base` to `head`; implements `docs_matrix.diagnostics.protocols.Changes`.

    Git lists the files once, when they are first needed. It is asked for the hunks of a file when one of its lines is needed.
    """

    def __init__(self, repository: Repository, base: Tree, head: Tree) -> None:
        self._repository = repository
        self._base = base
        self._head = head
        self._maps: dict[Change, LineMap] = {}

    @cached_property
    def files(self) -> tuple[Change, ...]:
        """The files that differ, sorted by path."""
        changes = changed(self._repository, self._base, self._head)
        return tuple(sorted(changes, key=lambda change: change.head_path or change.base_path or ""))

    def head_path(self, base_path: str) -> str | None:
        change = self._by_base.get(base_path)
        return change.head_path if change else base_path

    def base_path(self, head_path: str) -> str | None:
        change = self._by_head.get(head_path)
        return change.base_path if change else head_path

    def head_line(self, base_path: str, line: int) -> int | None:
        change = self._by_base.get(base_path)
        return line if change is None else self._lines(change).head_line(line) if change.head_path else None

    def base_line(self, head_path: str, line: int) -> int | None:
        change = self._by_head.get(head_path)
        return line if change is None else self._lines(change).base_line(line) if change.base_path else None

    def base_hunk(self, base_path: str, line: int) -> int | None:
        change = self._by_base.get(base_path)
        return None if change is None else self._lines(change).base_hunk(line) if change.head_path else 0

    def head_hunk(self, head_path: str, line: int) -> int | None:
        change = self._by_head.get(head_path)
        return None if change is None else self._lines(change).head_hunk(line) if change.base_path else 0

    def touched(self, head_path: str) -> bool:
        return head_path in self._by_head

    @cached_property
    def _by_base(self) -> dict[str, Change]:
        return {change.base_path: change for change in self.files if change.base_path is not None}

    @cached_property
    def _by_head(self) -> dict[str, Change]:
        return {change.head_path: change for change in self.files if change.head_path is not None}

    def _lines(self, change: Change) -> LineMap:
        if change not in self._maps:
            self._maps[change] = self._line_map(change)
        return self._maps[change]

    def _line_map(self, change: Change) -> LineMap:
        if change.base_blob is None or change.head_blob is None or change.base_blob == change.head_blob:
            return _UNCHANGED
        # Only the header of a hunk can begin with @@: every other line of a diff begins with a sign of its own.
        diff = self._repository.run(
            "diff", "--unified=0", "--text", "--no-color", "--no-ext-diff", "--no-textconv", "--no-indent-heuristic",
            change.base_blob, change.head_blob,
            objects=(self._base.objects, self._head.objects),
        )  # fmt: skip
        return LineMap(tuple(_hunk(*found.groups(b"1")) for found in _HUNK.finditer(diff.stdout)))


def changed(repository: Repository, base: Tree, head: Tree) -> tuple[Change, ...]:
    """Return the files that differ between `base` and `head`, in git's order."""
    answer = repository.run(
        "diff-tree", "-r", "-z", "-M", "--raw", "--no-abbrev", base.object_id, head.object_id,
        objects=(base.objects, head.objects),
    )  # fmt: skip
    fields = iter(answer.text.split("\0")[:-1])
    changes = []
    for entry in fields:
        base_mode, head_mode, base_blob, head_blob, status = entry.removeprefix(":").split(" ")
        path = next(fields)
        changes.append(
            Change(
                status={"A": "A", "D": "D", "R": "R"}.get(status[0], "M"),  # type: ignore[arg-type]
                base_path=None if status[0] == "A" else path,
                head_path=None if status[0] == "D" else next(fields) if status[0] == "R" else path,
                base_blob=None if base_blob == _NO_BLOB else base_blob,
                head_blob=None if head_blob == _NO_BLOB else head_blob,
                is_link=LINK in (base_mode, head_mode),
            )
        )
    return tuple(changes)


def _hunk(base: bytes, base_count: bytes, head: bytes, head_count: bytes) -> Hunk:
    """Return the header of a hunk as numbers. If a side has no lines, git names the line before."""
    counts = int(base_count), int(head_count)
    return Hunk(int(base) + (counts[0] == 0), counts[0], int(head) + (counts[1] == 0), counts[1])
