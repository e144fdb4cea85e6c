"""The progress of a question that searches: a line for each step that has come to its end."""

from __future__ import annotations

import threading

from rich.console import Console
from rich.text import Text

from docs_matrix.reports.escaping import cut, harmless, one_line

__all__ = ["Steps"]


class Steps:
    """What a search does, one line for each candidate that has come to its end. Usable from any thread."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()

    def update(self, cell: str, text: str) -> None:
        """Nothing is printed before a candidate has come to its end."""

    def detail(self, cell: str, text: str) -> None:
        """Nothing is printed of how far a build is."""

    def done(self, cell: str, text: str) -> None:
        """Say how the candidate `cell` ended."""
        with self._lock:
            said = Text(harmless(f"{one_line(cell)}: {cut(one_line(text), 300)}"))
            self._console.print(said, soft_wrap=True, highlight=False)
