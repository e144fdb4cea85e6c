"""The cells that belong only to this project: the toolchain that it pins, and the toolchain of today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from docs_matrix.config.matrix import PINNED, Cell
from docs_matrix.questions.init import pins
from docs_matrix.questions.init.project_facts import ProjectFacts
from docs_matrix.toolchains.interpreters import Interpreter

__all__ = ["PINNED_LABEL", "dated_today", "pinned"]

PINNED_LABEL = "pinned"
OLDEST_PYTHON = SpecifierSet(">=3.6")


def pinned(
    project: ProjectFacts, interpreters: Sequence[Interpreter], dates: Mapping[str, datetime | str], *, offline: bool
) -> Cell | str | None:
    """Return the cell with the exact Sphinx and docutils that `project` pins, or why it is impossible; None if it pins neither.

    Its date is the newest upload date of the pins. `dates` has those of all pins, also of Sphinx and docutils.
    """
    if not project.toolchain:
        return None
    known = [date for date in dates.values() if isinstance(date, datetime)]
    now = _midnight(datetime.now(UTC))
    date = min(now, _midnight(max(known)) + timedelta(days=1)) if known else now
    python = _python(project.python, interpreters, date)
    if python is None:
        return f"no Python {project.python} is on this machine"
    toolchain = tuple(f"{name}=={release}" for name, release in sorted(project.toolchain.items()))
    wanted = (*PINNED, *toolchain, *project.requirements, *project.needed)
    held = pins.hold(wanted, project.pins, python, date, dates, offline=offline)
    if held.reason:
        return held.reason
    return _cell(python, held.packages, date, PINNED_LABEL, f"the project pins {' and '.join(toolchain)}", held.pins)


def dated_today(project: ProjectFacts, interpreters: Sequence[Interpreter], *, offline: bool) -> Cell | str:
    """Return the cell with the newest releases of today, without any pin, in the newest Python here; or why it is impossible."""
    date = _midnight(datetime.now(UTC))
    python = _python("", interpreters, date)
    if python is None:
        return "no Python is on this machine"
    wanted = tuple(f"{name}{project.allowed[name]}" for name in PINNED)
    held = pins.hold((*wanted, *project.requirements, *project.needed), (), python, date, {}, offline=offline)
    if held.reason:
        return held.reason
    return _cell(python, held.packages, date, f"{date:%Y-%m-%d}", "what was installed without any pin on this day", ())


def _cell(
    python: str, packages: Mapping[str, str], date: datetime, label: str, why: str, requirements: tuple[str, ...]
) -> Cell:
    docutils, sphinx = packages["docutils"], packages["sphinx"]
    name = f"py{python}-docutils{docutils}-sphinx{sphinx}-{label}"
    return Cell(name, python, docutils, sphinx, date, requirements, why)


def _python(wanted: str, interpreters: Sequence[Interpreter], date: datetime) -> str | None:
    """Return the minor release of Python for a cell: the newest that `wanted` allows and that existed at `date`.

    If all that it allows are younger, the oldest of them. `wanted` is a specifier; empty for any Python.
    """
    allowed = SpecifierSet(wanted) & OLDEST_PYTHON
    here = sorted(
        {
            Version(one.version).release[:2]
            for one in interpreters
            if not Version(one.version.partition("+")[0]).is_prerelease and allowed.contains(one.version)
        }
    )
    there = [minor for minor in here if _released(minor) <= date]
    chosen = there[-1] if there else here[0] if here else None
    return f"{chosen[0]}.{chosen[1]}" if chosen else None


def _released(minor: tuple[int, ...]) -> datetime:
    """Return the release date of Python `minor`: each October since 3.9. Older ones are old enough for any cell."""
    return datetime(2011 + minor[1], 10, 31, tzinfo=UTC)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
