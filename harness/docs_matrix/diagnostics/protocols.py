"""The change between two versions of a tree, as the comparison needs it.

`Changes` maps files and lines, and `Sources` has the texts. `docs_matrix.trees` implements `Changes` with git. `NoChanges` and
`NoSources` are for two sides with the same content.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

__all__ = ["Changed", "Changes", "NoChanges", "NoSources", "Sources"]


class Changed(Protocol):
    """A file that differs; its path is None on the side that does not have it."""

    @property
    def base_path(self) -> str | None: ...

    @property
    def head_path(self) -> str | None: ...


class Changes(Protocol):
    """The change from a base to a head: which file and which line of the base became which file and line of the head.

    Paths are relative to the root, with forward slashes. Lines count from 1.
    """

    @property
    def files(self) -> Sequence[Changed]:
        """The files that differ, sorted by path."""
        ...

    def head_path(self, base_path: str) -> str | None:
        """Return the path in the head of the base's file: the same if it is unchanged, None if it was deleted."""
        ...

    def base_path(self, head_path: str) -> str | None:
        """Return the path in the base of the head's file: the same if it is unchanged, None if it was added."""
        ...

    def head_line(self, base_path: str, line: int) -> int | None:
        """Return the line in the head of the base file's line; None if the change removed or replaced it."""
        ...

    def base_line(self, head_path: str, line: int) -> int | None:
        """Return the line in the base of the head file's line; None if the change added or replaced it."""
        ...

    def base_hunk(self, base_path: str, line: int) -> int | None:
        """Return the number of the hunk that removed or replaced this line of the base; None if the line did not change."""
        ...

    def head_hunk(self, head_path: str, line: int) -> int | None:
        """Return the number of the hunk that added or replaced this line of the head; None if the line was there before."""
        ...

    def touched(self, head_path: str) -> bool:
        """Return whether the change edited, added or renamed this file of the head."""
        ...


class Sources(Protocol):
    """The texts of a base and a head."""

    def base(self, path: str) -> str | None:
        """Return the text of the base's file; None if there is no such file, or if it is too large."""
        ...

    def head(self, path: str) -> str | None:
        """Return the text of the head's file; None if there is no such file, or if it is too large."""
        ...


class NoSources:
    """Texts that are not available."""

    def base(self, path: str) -> str | None:
        return None

    def head(self, path: str) -> str | None:
        return None


class NoChanges:
    """Two sides with the same content."""

    files: Sequence[Changed] = ()

    def head_path(self, base_path: str) -> str | None:
        return base_path

    def base_path(self, head_path: str) -> str | None:
        return head_path

    def head_line(self, base_path: str, line: int) -> int | None:
        return line

    def base_line(self, head_path: str, line: int) -> int | None:
        return line

    def base_hunk(self, base_path: str, line: int) -> int | None:
        return None

    def head_hunk(self, head_path: str, line: int) -> int | None:
        return None

    def touched(self, head_path: str) -> bool:
        return False
