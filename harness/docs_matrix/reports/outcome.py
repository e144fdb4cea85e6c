"""What a run means to a tool that shows one word and a few lines: passed, a warning, or failed.

A cell that was not built never passes. New messages of the level ERROR fail, other new messages are a warning.
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
    """One thing to show, as compilers do: `place` (`a.rst:3`, empty if there is none), a level, and a text.

    All of it is on one line and holds no control character.
    """

    word: Word
    place: str
    text: str

    def __str__(self) -> str:
        """Return `a.rst:3: WARNING: text`; only a line that fails holds `ERROR:`, which tools look for anywhere in it."""
        level = "ERROR" if self.word == "fail" else "WARNING"
        said = f"{level}: {self.text}"
        line = f"{self.place}: {said}" if self.place else said
        return line if self.word == "fail" else line.replace("ERROR:", "ERROR\\x3a")


@dataclass(frozen=True)
class Outcome:
    """The worst of `lines` as a word, the run in one line, and the new messages and failed cells."""

    word: Word
    summary: str
    lines: tuple[Line, ...]


def of_run(run: Run, status: int) -> Outcome:
    """Return what `run` means, which ends with the exit status `status`."""
    lines = [*_faults(run, status), *(new_line(*one) for one in _new(run))]
    return of_lines(lines, wording.verdict(run), status)


def of_lines(lines: Iterable[Line], summary: str, status: int) -> Outcome:
    """Return the outcome of a run with these `lines`; a status that is not 0 never passes."""
    shown = tuple(lines)
    least: Word = "fail" if status > 1 else "warn" if status else "pass"
    word = max((least, *(line.word for line in shown)), key=_ORDER.index)
    return Outcome(word, one_line(summary), shown)


def new_line(value: Finding | Diagnostic, where: str = "") -> Line:
    """Return the line of a new message; `where` says more of where it holds."""
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
    """Return the cells without an answer; at least one line if there is no cell with one, or if the run ends with `status` 3."""
    built, broken, skipped = wording.fate(run)
    missing: list[CellResult] = [*broken, *(skipped if status > 1 or not built else [])]
    if not missing and (status > 1 or not built):
        return [Line("fail", _NAME, f"no answer: {one_line(wording.verdict(run))}")]
    return [cell_line(cell.name, cell.status, cell.reason) for cell in missing]
