"""The lines of a report. A line that no reader takes is reported as not understood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["Lines"]


class Lines:
    """The lines of a text. The reader of a part takes the lines that it has understood."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self._taken = bytearray(len(lines))

    def take(self, at: int | Iterable[int]) -> None:
        """Mark the line `at` (or several lines) as understood."""
        for number in (at,) if isinstance(at, int) else at:
            self._taken[number] = 1

    def is_taken(self, at: int) -> bool:
        """Return whether the line `at` is marked as understood."""
        return bool(self._taken[at])

    def unread(self) -> tuple[str, ...]:
        """Return the lines that nobody took, without empty ones."""
        return tuple(line for line, taken in zip(self.lines, self._taken, strict=True) if not taken and line.strip())
