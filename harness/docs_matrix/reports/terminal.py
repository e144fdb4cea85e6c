"""A run as text on a terminal, or as plain lines in a log; and the progress of its cells."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from docs_matrix.diagnostics.findings import CellResult, Finding, Run, Verdict
from docs_matrix.reports import tables, wording
from docs_matrix.reports.escaping import harmless, one_line, visible
from docs_matrix.reports.note_words import words

__all__ = ["CellProgress", "tell"]

_STYLES = {Verdict.NEW: "bold red", Verdict.FIXED: "green", Verdict.KNOWN: "dim"}
_WITH_REASON = (Verdict.FLAKY, Verdict.ENVIRONMENT)
_SHOWN = 20
"""At most this many findings of one verdict are listed, if the verdict is not `new`."""


def tell(run: Run, console: Console, *, briefly: bool = False) -> None:
    """Print `run`: the new findings in full, a line for each other change, a table of the cells, and the verdict.

    With `briefly`, each new finding is one line, too.
    """
    new = [finding for finding in run.findings if finding.verdict is Verdict.NEW]
    if new and not briefly:
        for finding in new:
            for line in _whole(finding, run):
                tables.print_text(console, line)
        tables.print_text(console, Text())
    for verdict in (*((Verdict.NEW,) if briefly else ()), *wording.OTHER, Verdict.FIXED):
        for line in _briefly(verdict, run):
            tables.print_text(console, line)
    tables.print_table(console, _table(run.cells))
    if any(cell.status == "ok" for cell in run.cells) and not any(cell.built for cell in run.cells):
        tables.print_text(console, Text("nothing was built: the store had it all"))
    for said in _said_of_cells(run):
        tables.print_text(console, Text(said))
    if wording.on_what(run):
        tables.print_text(console, Text(f"to find out which documents cause this, run: {wording.on_what(run)}"))
    for note in run.notes:
        tables.print_text(console, Text(one_line(words(note))))
    about = one_line(f"{wording.tree(run)}, compared with {run.base}: {wording.verdict(run)}")
    tables.print_text(console, Text(about, "bold red" if new or wording.fate(run)[1] else "bold"))


def _said_of_cells(run: Run) -> Iterator[str]:
    """Yield each reason and each notice once, after the names of its cells."""
    cells: dict[str, list[str]] = {}
    for cell in run.cells:
        for said in dict.fromkeys((cell.reason, *cell.notices)):
            if said:
                cells.setdefault(one_line(said), []).append(one_line(cell.name))
    for said, names in cells.items():
        every = len(names) == len(run.cells) > 1
        yield f"{f'all {len(names)} cells' if every else ', '.join(names)}: {said}"


def _whole(finding: Finding, run: Run) -> Iterator[Text]:
    tag = f" [{one_line(finding.category)}]" if finding.category else ""
    first, *rest = (visible(wording.statement(finding)).rstrip() + tag).split("\n")
    place = visible(wording.place(finding.path, finding.line))
    text = Text(first)
    text.stylize("bold", 0, len(place) if first.startswith(place) else 0)
    yield text
    for line in rest:  # the bar shows that the line belongs to the message
        yield Text(f"  | {line}")
    yield Text(f"    {'; '.join(wording.facts(finding, run))}", "cyan")


def _briefly(verdict: Verdict, run: Run) -> Iterator[Text]:
    findings = [finding for finding in run.findings if finding.verdict is verdict]
    for finding in findings[:_SHOWN]:
        where = f"in {wording.cells(finding.cells, run)}"
        about = f"{where}; {wording.why(finding.reason)}" if verdict in _WITH_REASON and finding.reason else where
        text = f"{verdict}: {wording.headline(finding)} ({about})"
        yield Text(text, _STYLES.get(verdict, "yellow"))
    if len(findings) > _SHOWN:
        yield Text(f"and {len(findings) - _SHOWN} more that are {verdict}")
    if findings:
        yield Text()


def _table(cells: Sequence[CellResult]) -> Table:
    more = [verdict for verdict in wording.OTHER if any(cell.count(verdict) for cell in cells)]
    counted = [Verdict.NEW, *more, Verdict.KNOWN, Verdict.FIXED]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("cell", overflow="fold")
    table.add_column("status", overflow="fold")
    for name in (*counted, "read", "time"):
        table.add_column(str(name), justify="right", overflow="fold")
    for cell in cells:
        built = cell.status == "ok"
        counts = [
            Text(f"{cell.count(verdict)}" if built or cell.count(verdict) else "-", _STYLES[verdict])
            if cell.count(verdict) and verdict in _STYLES
            else Text(f"{cell.count(verdict)}" if built else "-")
            for verdict in counted
        ]
        read = f"{cell.read} of {cell.documents}" if built else "-"
        status = Text(one_line(cell.status), "" if built else "bold red")
        table.add_row(Text(one_line(cell.name)), status, *counts, Text(read), Text(f"{cell.seconds:.1f} s"))
    return table


class CellProgress:
    """The progress of cells: one line for each, which moves on a terminal and is printed in a log. Usable from any thread.

    >>> import sys
    >>> with CellProgress(Console(file=sys.stdout), ["py3.13"]) as progress:
    ...     progress.update("py3.13", "building the base")
    ...     progress.done("py3.13", "7 new, 4 known")
    py3.13: building the base
    py3.13: 7 new, 4 known
    """

    def __init__(self, console: Console, cells: Sequence[str]) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._said: dict[str, str] = {}
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}
        if console.is_terminal and not console.is_dumb_terminal:
            columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
            self._bars = Bars(*columns, console=console)
            for cell in cells:
                self._tasks[cell] = self._bars.add_task(one_line(f"{cell}: waiting"), start=False, total=1)

    def __enter__(self) -> Self:
        if self._bars:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars:
            self._bars.stop()

    def update(self, cell: str, text: str) -> None:
        """Show the current step of `cell`; a repeated text is not printed again."""
        self._say(cell, text, done=False)

    def detail(self, cell: str, text: str) -> None:
        """Show how far `cell` is; only on a terminal."""
        if self._bars is not None:
            self._say(cell, text, done=False)

    def done(self, cell: str, text: str) -> None:
        """Show the result of `cell`."""
        self._say(cell, text, done=True)

    def _say(self, cell: str, text: str, *, done: bool) -> None:
        line = harmless(f"{one_line(cell)}: {one_line(text)}")
        with self._lock:
            if self._said.get(cell) == line and not done:
                return
            self._said[cell] = line
            if self._bars is None:
                tables.print_text(self._console, Text(line))
                return
            task = self._tasks[cell]
            self._bars.start_task(task)
            self._bars.update(task, description=line, completed=1 if done else 0)
