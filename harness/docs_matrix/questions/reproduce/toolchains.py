"""The toolchains that may have made a report: that of its header, those of the matrix, and the newest of its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from packaging.version import InvalidVersion, Version

from docs_matrix.check.axes import DAY, Surroundings, minor, named_by_content, not_in_future
from docs_matrix.check.workbench import Workbench
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import HarnessError
from docs_matrix.robot.report import Report
from docs_matrix.toolchains import compatible, releases

__all__ = ["Calendar", "of_the_day", "of_the_header"]


class Calendar:
    """The dates of releases, compared with the day of a report."""

    def __init__(self, date: datetime | None, *, offline: bool) -> None:
        self.date = date
        self._offline = offline
        self.released = cache(self._released)

    def later(self, cell: Cell) -> tuple[str, ...]:
        """Return the releases in `cell` that came out after the report, in words; none if the day of the report is unknown."""
        told = []
        for package, version in (("docutils", cell.docutils), ("sphinx", cell.sphinx)):
            date = self.released(package, version)
            if self.date and date and date > self.date:
                told.append(f"{'Sphinx' if package == 'sphinx' else package} {version} came out on {date:%Y-%m-%d}")
        return tuple(told)

    def _released(self, package: str, version: str) -> datetime | None:
        try:
            return releases.one(package, version, offline=self._offline).date
        except HarnessError:
            return None


def of_the_header(report: Report, around: Surroundings, bench: Workbench) -> tuple[list[Cell], tuple[Note, ...]]:
    """Return the cells that the report's header names (none if it names none that can be built), and notes.

    These are the cells of the matrix with this docutils on this minor of Python; else one with the newest Sphinx of the
    report's day that accepts this docutils. The interpreter is of the exact release if that is on this machine.
    """
    cells = around.cells
    if report.docutils is None:
        return [], (Note("header without docutils"),)
    try:
        docutils = str(Version(report.docutils))
        python = str(Version(report.python or cells[-1].python))
    except InvalidVersion:
        return [], (Note("header without releases", (report.docutils, str(report.python))),)
    here = {interpreter.version for interpreter in around.interpreters}
    found = [cell for cell in cells if cell.docutils == docutils and minor(cell.python) == minor(python)]
    notes: list[Note] = []
    if not found:
        date = not_in_future(report.date or datetime.now(UTC))
        wanted = ("sphinx", f"docutils=={docutils}", *around.requirements)
        packages = compatible.resolved(wanted, python, date, offline=bench.offline)
        if isinstance(packages, str):
            return [], (Note("header not resolved", (docutils, minor(python), packages)),)
        cell = Cell("", minor(python), docutils, packages["sphinx"], date, why="what the report's header names")
        found = [named_by_content(cell)]
        notes.append(Note("cell of header", (docutils, minor(python), cell.sphinx)))
    if python not in here and len(Version(python).release) > 2:
        notes.append(Note("other interpreter", (python, minor(python))))
    return [replace(cell, python=python) if python in here else cell for cell in found], tuple(notes)


def of_the_day(date: datetime, around: Surroundings) -> Cell | None:
    """Return the newest docutils and Sphinx of a day, on the newest Python here on which they run; None if there are none."""
    for python in reversed(around.minors):
        packages = compatible.resolved(
            ("docutils", "sphinx", *around.requirements), python, not_in_future(date + DAY), offline=around.offline
        )
        if not isinstance(packages, str):
            cell = Cell("", python, packages["docutils"], packages["sphinx"], not_in_future(date + DAY))
            return named_by_content(replace(cell, why="the newest of the report's day"))
    return None
