"""The requirements for each cell: the project's requirements, and those of its pins that fit; or why a cell cannot be built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from docs_matrix.config.matrix import Cell, normalised
from docs_matrix.questions.init import pins
from docs_matrix.questions.init.project_facts import ProjectFacts
from docs_matrix.toolchains import compatible

__all__ = ["Equipped", "dated_today", "equip", "equip_with_wheels"]


@dataclass(frozen=True)
class Equipped:
    """A `cell` with those of the project's pins that fit, and for each other pin why it is `loosened`.

    `reason` says why the cell is impossible. `lacking` is the requirement for which the package index has no wheel at all;
    empty if there is none. `young` is true if a requirement was not released at the date of the cell, and is today.
    """

    cell: Cell
    loosened: Mapping[str, str]
    reason: str
    lacking: str = ""
    young: bool = False


def equip(
    cells: Sequence[Cell], project: ProjectFacts, dates: Mapping[str, datetime | str], *, offline: bool
) -> tuple[Equipped, ...]:
    """Return `cells` with the requirements of `project`. `dates` are the upload dates of the project's pins.

    Raises `MachineError` if the package index cannot be asked.
    """
    with ThreadPoolExecutor(max_workers=4) as pool:
        return tuple(pool.map(partial(_equip, project=project, dates=dates, offline=offline), cells))


def _equip(cell: Cell, project: ProjectFacts, dates: Mapping[str, datetime | str], *, offline: bool) -> Equipped:
    unwanted = _not_wanted(cell, project)
    if unwanted:
        return Equipped(cell, {}, unwanted)
    if cell.requirements:  # it has its pins already
        return Equipped(cell, {}, "")
    needed = (*project.requirements, *project.needed)
    held = pins.hold((*cell.pins, *needed), project.pins, cell.python, cell.date, dates, offline=offline)
    if held.reason:
        return _why(cell, needed, held.reason, offline=offline)
    return Equipped(replace(cell, requirements=normalised(held.pins)), held.loosened, "")


def _why(cell: Cell, requirements: Sequence[str], conflict: str, *, offline: bool) -> Equipped:
    """Return in one line why `requirements` cannot be installed in `cell`: the requirement that prevents it, and the date."""

    def possible(wanted: Sequence[str], date: datetime) -> bool:
        return not isinstance(compatible.resolved(wanted, cell.python, date, offline=offline), str)

    now = _today()
    culprit = next((one for one in requirements if not possible((*cell.pins, one), cell.date)), None)
    if culprit is None:
        return Equipped(cell, {}, conflict.partition(". ")[0])
    if not possible((culprit,), cell.date):
        if possible((culprit,), now):
            was = f"there was no {culprit} for Python {cell.python} at the date of the cell, {cell.date:%Y-%m-%d}"
            return Equipped(cell, {}, was, young=True)
        return Equipped(cell, {}, f"there is no {culprit} for Python {cell.python}", culprit)
    if possible((*cell.pins, culprit), now):
        was = f"was not compatible with {' and '.join(cell.pins)} at the date of the cell, {cell.date:%Y-%m-%d}"
        return Equipped(cell, {}, f"{culprit} {was}", young=True)
    return Equipped(cell, {}, f"{culprit} is not compatible with {' and '.join(cell.pins)}")


def dated_today(equipped: Sequence[Equipped]) -> list[Cell]:
    """Return those of the cells that are too old for what the project requires, with the date of today, under other names."""
    now = _today()
    names = {one.cell.name for one in equipped}
    cells = [replace(one.cell, name=f"{one.cell.name}-{now:%Y-%m-%d}", date=now) for one in equipped if one.young]
    return [cell for cell in cells if cell.name not in names]


def _today() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def equip_with_wheels(
    cells: Sequence[Cell], project: ProjectFacts, dates: Mapping[str, datetime | str], *, offline: bool
) -> tuple[ProjectFacts, tuple[Equipped, ...]]:
    """Return the result of `equip`, and `project` without the requirements that have no wheel for any of `cells`.

    A project lists more than its documentation needs. So a package that must be compiled does not make all cells impossible.
    """
    for _ in project.requirements:
        equipped = equip(cells, project, dates, offline=offline)
        lacking = sorted({one.lacking for one in equipped} - {""})
        if not lacking or not all(one.reason for one in equipped):
            return project, equipped
        gone = lacking[0]
        source = project.sources.get(Requirement(gone).name, "")
        notice = f"{gone}: left out, since the package index has no wheel of it" + (f" ({source})" if source else "")
        project = replace(
            project,
            requirements=tuple(text for text in project.requirements if text != gone),
            pins=tuple(pin for pin in project.pins if Requirement(pin).name != Requirement(gone).name),
            notices=(*project.notices, notice),
        )
    return project, equip(cells, project, dates, offline=offline)


def _not_wanted(cell: Cell, project: ProjectFacts) -> str:
    for name, release in (("sphinx", cell.sphinx), ("docutils", cell.docutils)):
        allowed = project.allowed[name]
        if not allowed.contains(release, prereleases=True):
            return f"the project wants {name} {allowed}"
    wanted = (text for text in project.needed_python if not _runs_on(text, cell.python))
    return next((f"the project wants Python {text}" for text in wanted), "")


def _runs_on(wanted: str, python: str) -> bool:
    """Return whether the specifier `wanted` allows a release of `python`, such as 3.12."""
    try:
        return any(SpecifierSet(wanted).contains(f"{python}.{patch}") for patch in (0, 99))
    except InvalidSpecifier:
        return True
