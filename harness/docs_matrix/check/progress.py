"""Who hears how the cells of a run get on."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Progress"]


class Progress(Protocol):
    """Hears how the cells of a run get on; called from several threads."""

    def update(self, cell: str, text: str) -> None:
        """Hear that `cell` has come to `text`."""
        ...

    def detail(self, cell: str, text: str) -> None:
        """Hear how far `cell` is in what it does: what changes too often to be printed line by line."""
        ...

    def done(self, cell: str, text: str) -> None:
        """Hear that `cell` has ended with `text`."""
        ...
