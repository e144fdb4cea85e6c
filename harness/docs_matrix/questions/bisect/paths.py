"""The path between two cells: the releases of docutils and Sphinx between them, sorted by their days.

Its steps are as small as the releases allow, so that a search along it ends between two toolchains with few differences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from packaging.utils import canonicalize_name
from packaging.version import Version

from docs_matrix.check.axes import DAY, Candidate, Surroundings, difference, minor, named_by_content, not_in_future
from docs_matrix.check.trials import Way
from docs_matrix.config.matrix import Cell
from docs_matrix.toolchains import compatible, releases

__all__ = ["Path", "between"]

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Path:
    """The way from the cell `old` to the cell `new`, which are its ends.

    `steps` are docutils and Sphinx at each candidate between.
    """

    candidates: tuple[Candidate, ...]
    old: Cell
    new: Cell
    steps: Mapping[str, tuple[str, str]]
    around: Surroundings
    name: str = "path"

    def ways(self, candidate: Candidate) -> Iterator[Way]:
        """Yield the toolchains of a candidate; the ends are the cells themselves.

        Between them: the oldest Python on which this docutils and Sphinx run, with the other packages of their day; if there
        are no wheels of that day, with those of the later end's day.
        """
        if candidate in (self.candidates[0], self.candidates[-1]):
            yield Way(self.old if candidate == self.candidates[0] else self.new)
            return
        docutils, sphinx = self.steps[candidate.name]
        dates = (not_in_future((candidate.date or self.new.date) + DAY), max(self.old.date, self.new.date))
        own = self.new.requirements if self.new.requirements == self.old.requirements else ()
        others = (f"sphinx=={sphinx}", *own, *self.around.requirements)
        for python, date in ((python, date) for python in self._pythons() for date in dates):
            fitting = compatible.nearest("docutils", docutils, others, python, date, offline=self.around.offline)
            if fitting is not None:
                cell = replace(self.new, python=python, docutils=fitting, sphinx=sphinx, date=date, requirements=own)
                yield Way(named_by_content(cell), difference(self.new, cell, ""))

    def with_packages_of(self, candidate: Candidate, way: Way) -> Way | None:
        """Return None: on a path no other packages are searched."""
        return None

    def _pythons(self) -> tuple[str, ...]:
        low, high = sorted((minor(self.old.python), minor(self.new.python)), key=Version)
        between = [name for name in self.around.minors if Version(low) <= Version(name) <= Version(high)]
        return tuple(between) or (minor(self.new.python),)


def between(old: Cell, new: Cell, around: Surroundings) -> Path:
    """Return the path from `old` to `new`. If one is newer in Sphinx and the other in docutils, Sphinx decides."""
    upwards = (Version(old.sphinx), Version(old.docutils)) <= (Version(new.sphinx), Version(new.docutils))
    low, high = (old, new) if upwards else (new, old)
    events = [
        (release.date or LONG_AGO, package, release.version)
        for package in ("docutils", "sphinx")
        for release in _after(package, getattr(low, package), getattr(high, package), around)
    ]
    at = {"docutils": low.docutils, "sphinx": low.sphinx}
    candidates: list[Candidate] = []
    steps: dict[str, tuple[str, str]] = {}
    for date, package, version in sorted(events):
        if Version(version) > Version(at[package]):
            at[package] = version
            candidates.append(Candidate(f"{package} {version}", date))
            steps[candidates[-1].name] = (at["docutils"], at["sphinx"])
    candidates = candidates if upwards else candidates[::-1]
    ends = Candidate(f"cell {old.name}", old.date), Candidate(f"cell {new.name}", new.date)
    return Path((ends[0], *candidates, ends[1]), old, new, steps, around)


def _after(package: str, low: str, high: str, around: Surroundings) -> tuple[releases.Release, ...]:
    if Version(low) >= Version(high):
        return ()
    return releases.between(canonicalize_name(package), low, high, offline=around.offline)[1:]
