"""Tables and lines on a terminal, or in a log, which has no width. Text in them cannot change how they look."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from docs_matrix.reports.escaping import harmless, one_line

__all__ = ["print_rows", "print_table", "print_text"]

_PLAIN_WIDTH = 1_000


def print_rows(columns: Sequence[str], rows: Sequence[Sequence[str]], console: Console) -> None:
    """Print `rows` as a table with the heads `columns`."""
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(one_line(text)) for text in row))
    print_table(console, table)


def print_table(console: Console, table: Table) -> None:
    """Print `table`. On a terminal it is folded to the width; in a log every row is one line."""
    if console.is_terminal:
        console.print(table)
        return
    for row in console.render_lines(table, console.options.update(width=_PLAIN_WIDTH)):
        print_text(console, Text("".join(segment.text for segment in row).rstrip()))


def print_text(console: Console, text: Text) -> None:
    """Print one line. Neither rich nor a CI runner interprets anything in it."""
    safe = harmless(text.plain)
    if safe != text.plain:
        text = Text(safe, text.style)
    console.print(text, soft_wrap=True, highlight=False, markup=False, emoji=False)
