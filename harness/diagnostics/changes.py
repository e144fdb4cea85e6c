"""What the comparison has to know of the change between two versions of a tree, as a protocol.

`harness.trees` implements it with git; `NoChanges` is for two sides with the same content.
"""

from __future__ import annotations

from typing import Protocol

__all__ = ["Changes", "NoChanges"]


class Changes(Protocol):
    """The change from a base to a head: which file became which, and which line became which.

    Paths are relative to the root, with forward slashes; lines count from 1.
    """

    def head_path(self, base_path: str) -> str | None:
        """The path in the head of the base's file: the same where it is unchanged, None where it was deleted."""
        ...

    def base_path(self, head_path: str) -> str | None:
        """The path in the base of the head's file: the same where it is unchanged, None where it was added."""
        ...

    def head_line(self, base_path: str, line: int) -> int | None:
        """The line in the head of the base file's line; None where the change removed or replaced it."""
        ...

    def base_line(self, head_path: str, line: int) -> int | None:
        """The line in the base of the head file's line; None where the change added or replaced it."""
        ...

    def base_hunk(self, base_path: str, line: int) -> int | None:
        """The number of the hunk that removed or replaced this line of the base; None where it stayed."""
        ...

    def head_hunk(self, head_path: str, line: int) -> int | None:
        """The number of the hunk that added or replaced this line of the head; None where it was there before."""
        ...

    def touched(self, head_path: str) -> bool:
        """Whether the change edited, added or renamed this file of the head."""
        ...


class NoChanges:
    """Two sides with the same content."""

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
