"""The axes of a search: their candidates, and the ways in which a candidate can be built.

The first way changes nothing but the axis; if the release is newer than the cell, also the date. If it cannot be built,
the next ways also change these, in this order:

- the release of Sphinx or docutils, to one that is compatible;
- the date as of which the other packages are resolved;
- the cell of the matrix, or the Python.

Each way says what else it changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from docs_matrix import files
from docs_matrix.check.trials import Way
from docs_matrix.config.matrix import Cell
from docs_matrix.toolchains import compatible, releases
from docs_matrix.toolchains.interpreters import Interpreter
from docs_matrix.toolchains.releases import Release

__all__ = [
    "DAY",
    "Axis",
    "Candidate",
    "Days",
    "Package",
    "Pythons",
    "Surroundings",
    "difference",
    "minor",
    "named_by_content",
    "not_in_future",
    "pinned",
    "with_release",
]

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Candidate:
    """A point of an axis: a release, a minor version of Python or a day; `date` is when it was released, None if unknown."""

    name: str
    date: datetime | None = None


class Axis(Protocol):
    """What a search changes: its candidates in order, and the ways in which each can be built, the smallest change first."""

    @property
    def name(self) -> str:
        """The name of the axis, as the user gave it."""
        ...

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The candidates, the oldest first."""
        ...

    def ways(self, candidate: Candidate) -> Iterator[Way]:
        """Yield the ways in which one of `candidates` can be built."""
        ...

    def with_packages_of(self, candidate: Candidate, way: Way) -> Way | None:
        """Return a way for the candidate with the other packages of `way`, which worked for its neighbour.

        None if this saves no search.
        """
        ...


@dataclass(frozen=True)
class Surroundings:
    """What an axis may use beside its cell: the cells of the matrix, the interpreters here, and the tree's requirements."""

    cells: tuple[Cell, ...]
    interpreters: tuple[Interpreter, ...]
    requirements: tuple[str, ...]
    offline: bool

    @property
    def minors(self) -> tuple[str, ...]:
        """The minor versions of Python on this machine in which the probe runs (3.6 and later), the oldest first."""
        found = {Version(interpreter.version).release[:2] for interpreter in self.interpreters}
        return tuple(".".join(map(str, release)) for release in sorted(found) if release >= (3, 6))


@dataclass(frozen=True)
class Package:
    """The releases of a package."""

    name: str
    candidates: tuple[Candidate, ...]
    cell: Cell
    around: Surroundings

    def ways(self, candidate: Candidate) -> Iterator[Way]:
        released = candidate.date + DAY if candidate.date else self.cell.date
        date = not_in_future(max(self.cell.date, released))
        moved = with_release(self.cell, self.name, candidate.name)
        yield self._way(replace(moved, date=date))
        yield from self.in_company(moved, date)
        for anchor in sorted(self.around.cells, key=self._distance):
            if anchor.name != self.cell.name:
                there = with_release(replace(anchor, requirements=self.cell.requirements), self.name, candidate.name)
                yield self._way(replace(there, date=not_in_future(max(anchor.date, released))))
        for python in sorted(self.around.minors, key=lambda one: _apart(one, self.cell.python)):
            if python != minor(self.cell.python):
                yield from self.in_company(replace(moved, python=python), date)

    def with_packages_of(self, candidate: Candidate, way: Way) -> Way | None:
        if way.cell.python == self.cell.python:
            return None
        released = candidate.date + DAY if candidate.date else self.cell.date
        moved = with_release(way.cell, self.name, candidate.name)
        return self._way(replace(moved, date=not_in_future(max(way.cell.date, released))))

    def in_company(self, moved: Cell, date: datetime) -> Iterator[Way]:
        """Yield ways for `moved` with the nearest Sphinx or docutils that is compatible with it.

        Each is resolved as of `date`, and as of the day after the newest of these releases.
        """
        for free in (("sphinx",), ("docutils",), ("sphinx", "docutils")):
            if self.name in free:
                continue
            cell = self._fitted(moved, free, date)
            if cell is None:
                continue
            if cell != moved:
                yield self._way(replace(cell, date=date))
            own = self._own_time(cell)
            if own < date:
                yield self._way(replace(cell, date=own))

    def _fitted(self, cell: Cell, free: Sequence[str], date: datetime) -> Cell | None:
        for package in free:
            version = cell.sphinx if package == "sphinx" else cell.docutils
            others = [pin for pin in cell.pins if canonicalize_name(Requirement(pin).name) not in free]
            others += self.around.requirements
            found = compatible.nearest(package, version, others, cell.python, date, offline=self.around.offline)
            if found is None:
                return None
            cell = with_release(cell, package, found)
            free = [name for name in free if name != package]
        return cell

    def _own_time(self, cell: Cell) -> datetime:
        """Return the day after the newest release among the cell's docutils, Sphinx and this package."""
        pins = (("docutils", cell.docutils), ("sphinx", cell.sphinx))
        dates = [_released(name, version, offline=self.around.offline) for name, version in pins]
        dates += [candidate.date for candidate in self.candidates if f"{self.name}=={candidate.name}" in cell.pins]
        return not_in_future(max((date for date in dates if date), default=cell.date) + DAY)

    def _distance(self, anchor: Cell) -> int:
        names = [cell.name for cell in self.around.cells]
        return abs(names.index(anchor.name) - names.index(self.cell.name)) if self.cell.name in names else 0

    def _way(self, cell: Cell) -> Way:
        return Way(named_by_content(cell), difference(self.cell, cell, self.name))


@dataclass(frozen=True)
class Pythons:
    """The minor versions of Python on this machine."""

    candidates: tuple[Candidate, ...]
    cell: Cell
    around: Surroundings
    name: str = "python"

    def with_packages_of(self, candidate: Candidate, way: Way) -> Way | None:
        return None

    def ways(self, candidate: Candidate) -> Iterator[Way]:
        moved = replace(self.cell, python=candidate.name)
        yield Way(named_by_content(moved))
        yield from Package(self.name, (), self.cell, self.around).in_company(moved, self.cell.date)
        for cell in self.around.cells:
            if minor(cell.python) == candidate.name:
                yield Way(cell, difference(self.cell, cell, self.name))


@dataclass(frozen=True)
class Days:
    """Days: all packages are resolved as of the end of the day (UTC), except for those that the cell's requirements pin."""

    candidates: tuple[Candidate, ...]
    cell: Cell
    around: Surroundings
    name: str = "date"

    def with_packages_of(self, candidate: Candidate, way: Way) -> Way | None:
        return None

    def ways(self, candidate: Candidate) -> Iterator[Way]:
        date = not_in_future((candidate.date or self.cell.date) + DAY)
        minors = sorted(self.around.minors, key=lambda one: _apart(one, self.cell.python))
        for python in (self.cell.python, *(other for other in minors if other != minor(self.cell.python))):
            wanted = ("docutils", "sphinx", *self.cell.requirements, *self.around.requirements)
            found = compatible.resolved(wanted, python, date, offline=self.around.offline)
            if not isinstance(found, str):
                cell = replace(self.cell, python=python, docutils=found["docutils"], sphinx=found["sphinx"], date=date)
                moved = f"Python {python}" if python != self.cell.python else ""
                yield Way(named_by_content(cell), moved)


def with_release(cell: Cell, package: str, version: str) -> Cell:
    """Return `cell` with `package` pinned to `version`."""
    if package == "docutils":
        return replace(cell, docutils=version)
    if package == "sphinx":
        return replace(cell, sphinx=version)
    rest = [text for text in cell.requirements if canonicalize_name(Requirement(text).name) != package]
    return replace(cell, requirements=tuple(sorted((*rest, f"{package}=={version}"))))


def pinned(cell: Cell, packages: dict[str, str]) -> Cell:
    """Return `cell` with all of `packages` at exactly these versions."""
    rest = {name: version for name, version in packages.items() if name not in ("docutils", "sphinx")}
    return replace(
        cell,
        docutils=packages["docutils"],
        sphinx=packages["sphinx"],
        requirements=tuple(sorted(f"{name}=={version}" for name, version in rest.items())),
    )


def named_by_content(cell: Cell) -> Cell:
    """Return `cell` with a name that is made of its content, so that two different cells never share a lock."""
    mark = files.digest(f"{cell.date.isoformat()} {cell.requirements}")[:10]
    return replace(cell, name=f"py{cell.python}-docutils{cell.docutils}-sphinx{cell.sphinx}-{mark}")


def difference(one: Cell, other: Cell, moved: str) -> str:
    """Return, in words, how `other` differs from `one`, except for the axis `moved`."""
    told = [
        f"{title} {theirs} (the cell has {ours})"
        for name, title, ours, theirs in (
            ("python", "Python", minor(one.python), minor(other.python)),
            ("sphinx", "Sphinx", one.sphinx, other.sphinx),
            ("docutils", "docutils", one.docutils, other.docutils),
        )
        if name != moved and ours != theirs
    ]
    if one.date != other.date:
        told.append(f"the rest as of {other.date:%Y-%m-%d}")
    return ", ".join(told)


@lru_cache(maxsize=256)
def _released(name: str, version: str, *, offline: bool) -> datetime | None:
    release: Release = releases.one(name, version, offline=offline)
    return release.date


def not_in_future(moment: datetime) -> datetime:
    """Return `moment`, or the present time if `moment` is in the future: future releases are not known."""
    return min(moment, datetime.now(UTC).replace(microsecond=0))


def minor(python: str) -> str:
    """Return the minor version of a Python: "3.13" for "3.13.5"."""
    return ".".join(python.split(".")[:2])


def _apart(one: str, other: str) -> tuple[int, bool]:
    """Return how far two minor versions are from each other, as a key to sort by; of two equal distances the older comes first."""
    distance = Version(minor(one)).minor - Version(minor(other)).minor
    return abs(distance), distance > 0
