"""The progress of a question that searches: one line for each candidate that is finished."""

from __future__ import annotations

import threading

from rich.console import Console
from rich.text import Text

from docs_matrix.reports.escaping import cut, harmless, one_line

__all__ = ["Steps"]


class Steps:
    """Prints the progress of a search: one line for each finished candidate. Usable from any thread."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()

    def update(self, cell: str, text: str) -> None:
        """Print nothing: only finished candidates are printed."""

    def detail(self, cell: str, text: str) -> None:
        """Print nothing: only finished candidates are printed."""

    def done(self, cell: str, text: str) -> None:
        """Print the result `text` of the candidate `cell`."""
        with self._lock:
            said = Text(harmless(f"{one_line(cell)}: {cut(one_line(text), 300)}"))
            self._console.print(said, soft_wrap=True, highlight=False)
