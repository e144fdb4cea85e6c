"""The interface by which a run reports the progress of its cells."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Progress"]


class Progress(Protocol):
    """Receives the progress of the cells of a run. It is called from several threads."""

    def update(self, cell: str, text: str) -> None:
        """Report that `cell` has begun the step `text`."""
        ...

    def detail(self, cell: str, text: str) -> None:
        """Report how far `cell` is in its step. This changes too often to be printed line by line."""
        ...

    def done(self, cell: str, text: str) -> None:
        """Report that `cell` has ended with the result `text`."""
        ...
