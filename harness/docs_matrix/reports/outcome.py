"""The outcome of a run, for tools that show one word and a few lines: passed, a warning, or failed.

A cell that was not built never passes. New messages of the levels ERROR and CRITICAL fail; other new messages are a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import CellResult, Finding, Run, Verdict
from docs_matrix.reports import wording
from docs_matrix.reports.escaping import cut, one_line

__all__ = ["Line", "Outcome", "Word", "cell_line", "new_line", "of_lines", "of_run"]

Word = Literal["pass", "warn", "fail"]

_ORDER: tuple[Word, ...] = ("pass", "warn", "fail")
_LONGEST = 500
_NAME = "docs-matrix"


@dataclass(frozen=True)
class Line:
    """One line to show, in the form that compilers use: a place (`a.rst:3`, or empty), a level and a text.

    All of it is on one line, without control characters.
    """

    word: Word
    place: str
    text: str

    def __str__(self) -> str:
        """Return `a.rst:3: WARNING: text`. Only a line that fails contains `ERROR:`, because tools look for this word anywhere."""
        level = "ERROR" if self.word == "fail" else "WARNING"
        said = f"{level}: {self.text}"
        line = f"{self.place}: {said}" if self.place else said
        return line if self.word == "fail" else line.replace("ERROR:", "ERROR\\x3a")


@dataclass(frozen=True)
class Outcome:
    """The outcome: the worst of `lines` as a word, the run in one line, and the lines (new messages and failed cells)."""

    word: Word
    summary: str
    lines: tuple[Line, ...]


def of_run(run: Run, status: int) -> Outcome:
    """Return the outcome of `run`; `status` is its exit status."""
    lines = [*_faults(run, status), *(new_line(*one) for one in _new(run))]
    return of_lines(lines, wording.verdict(run), status)


def of_lines(lines: Iterable[Line], summary: str, status: int) -> Outcome:
    """Return the outcome of a run with these `lines`. If `status` is not 0, the outcome is not `pass`."""
    shown = tuple(lines)
    least: Word = "fail" if status > 1 else "warn" if status else "pass"
    word = max((least, *(line.word for line in shown)), key=_ORDER.index)
    return Outcome(word, one_line(summary), shown)


def new_line(value: Finding | Diagnostic, where: str = "") -> Line:
    """Return the line of a new message; `where` is added to the text."""
    headline = value.message.strip().partition("\n")
    more = " ..." if headline[2] else ""
    tag = f" [{one_line(value.category)}]" if value.category else ""
    text = cut(one_line(headline[0]), _LONGEST) + more + tag + (f" ({where})" if where else "")
    return Line("warn" if value.level == "WARNING" else "fail", one_line(wording.place(value.path, value.line)), text)


def cell_line(name: str, status: str, reason: str | None) -> Line:
    """Return the line of a cell that was not built, or of a check that did not run."""
    said = cut(one_line(reason or "no reason was given"), _LONGEST)
    return Line("fail", _NAME, f"{one_line(name)} gave no answer ({one_line(status)}): {said}")


def _new(run: Run) -> Iterator[tuple[Finding, str]]:
    built = {cell.name for cell in run.builds if cell.status == "ok"}
    for finding in run.findings:
        if finding.verdict is Verdict.NEW:
            yield finding, "" if built <= set(finding.cells) else f"in {wording.cells(finding.cells, run)}"


def _faults(run: Run, status: int) -> list[Line]:
    """Return a line for each cell or check without a result.

    Skipped cells count if `status` is 2 or more, or if no cell was built. In these two cases there is at least one line.
    """
    built, broken, skipped = wording.fate(run)
    missing: list[CellResult] = [*broken, *(skipped if status > 1 or not built else [])]
    if not missing and (status > 1 or not built):
        return [Line("fail", _NAME, f"no answer: {one_line(wording.verdict(run))}")]
    return [cell_line(cell.name, cell.status, cell.reason) for cell in missing]
