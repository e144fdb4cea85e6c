"""The range of a search: the first and the last release, minor of Python or day, as asked for or as the cell allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from docs_matrix.check.axes import DAY, Axis, Candidate, Days, Package, Pythons, Surroundings, minor
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import InputError
from docs_matrix.toolchains import compatible, releases
from docs_matrix.toolchains.releases import Release

__all__ = ["Range", "choose"]


@dataclass(frozen=True)
class Range:
    """An axis with its candidates; `note` says how an end was chosen that was not given, None if both were given."""

    axis: Axis
    note: Note | None


def choose(
    name: str, first: str | None, last: str | None, cell: Cell, around: Surroundings, *, prereleases: bool = False
) -> Range:
    """Return the axis `name` (`python`, `date` or a package) from `first` to `last`.

    An end that is None is the last release that the cell's other pins accept. If they accept only the cell's own release, it is
    the matrix's oldest or newest. Raises `InputError` if an end is wrong, if there is no such package or release, or if the
    ends are in the wrong order.
    """
    axis: Axis
    if name == "python":
        axis, how = Pythons(_pythons(first, last, cell, around), cell, around), "the Pythons of the matrix's cells"
    elif name == "date":
        axis, how = Days(_days(first, last, cell, around), cell, around), "the days of the matrix's cells"
    else:
        axis, how = _package(canonicalize_name(name), first, last, cell, around, prereleases=prereleases)
    if len(axis.candidates) < 2:
        only = axis.candidates[0].name if axis.candidates else "nothing"
        raise InputError(f"{axis.name}: this range has only {only}; give --from and --to")
    note = Note("range", (axis.candidates[0].name, axis.candidates[-1].name, how))
    return Range(axis, note if first is None or last is None else None)


def _package(
    package: str, first: str | None, last: str | None, cell: Cell, around: Surroundings, *, prereleases: bool
) -> tuple[Axis, str]:
    for end in (first, last):
        if end is not None:
            releases.version(package, end)
    if first and last and Version(first) > Version(last):
        raise _wrong_order(first, last)
    how = ""
    if first is None or last is None:
        low, high, how = _default(package, cell, around)
        first, last = first or low, last or high
        if Version(first) > Version(last):
            raise InputError(
                f"{package}: {low} to {high} are {how}; for a range beyond these give both --from and --to"
            )
    listed = releases.between(package, first, last, prereleases=prereleases, offline=around.offline)
    return Package(package, tuple(Candidate(release.version, release.date) for release in listed), cell, around), how


def _default(package: str, cell: Cell, around: Surroundings) -> tuple[str, str, str]:
    """Return the lowest and the highest release to search if none is asked for, and how they were chosen."""
    accepted = _accepted(package, cell, around)
    if len(accepted) > 1 or package not in ("docutils", "sphinx"):
        return accepted[0].version, accepted[-1].version, f"what the other pins of {cell.name} accept"
    versions = sorted((getattr(other, package) for other in (*around.cells, cell)), key=Version)
    return versions[0], versions[-1], f"the matrix's; the other pins of {cell.name} accept {accepted[0].version} alone"


def _accepted(package: str, cell: Cell, around: Surroundings) -> tuple[Release, ...]:
    """Return the releases around the cell's own that its other pins accept without a gap.

    Very old releases name no upper bounds, so a resolver accepts them with anything. So the range stops at the first release
    that is refused.
    """
    others = [pin for pin in (*cell.pins, *around.requirements) if canonicalize_name(Requirement(pin).name) != package]

    def resolves(bound: str, *, lowest: bool = False) -> str | None:
        wanted = (*others, f"{package}{bound}")
        said = compatible.resolved(wanted, cell.python, cell.date, lowest=lowest, offline=around.offline)
        return None if isinstance(said, str) else said.get(package)

    highest, lowest = resolves(""), resolves("", lowest=True)
    if highest is None or lowest is None:
        releases.between(package, None, None, offline=around.offline)
        raise InputError(f"{package}: no release is compatible with {' and '.join(others)}; give --from and --to")
    listed = releases.between(package, lowest, highest, offline=around.offline)
    return listed[len(listed) - 1 - _run([r.version for r in reversed(listed)], lambda v: resolves(f"=={v}") == v) :]


def _run(items: Sequence[str], holds: Callable[[str], bool]) -> int:
    """Return the index of the last of `items` up to which `holds` is true; few are tried, and the first is taken as true.

    >>> _run("aaaab", lambda item: item == "a")
    3
    """
    good, step = 0, 1
    while good + step < len(items) and holds(items[good + step]):
        good, step = good + step, step * 2
    bad = min(good + step, len(items))
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if holds(items[middle]) else (good, middle)
    return good


def _pythons(first: str | None, last: str | None, cell: Cell, around: Surroundings) -> tuple[Candidate, ...]:
    for end in (first, last):
        if end is not None and minor(releases.version("python", end).base_version) not in around.minors:
            raise InputError(f"python {end}: is not on this machine; here are {', '.join(around.minors)}")
    known = sorted(Version(minor(other.python)) for other in (*around.cells, cell))
    low, high = Version(minor(first)) if first else known[0], Version(minor(last)) if last else known[-1]
    if low > high:
        raise _wrong_order(str(low), str(high))
    return tuple(Candidate(name) for name in around.minors if low <= Version(name) <= high)


def _days(first: str | None, last: str | None, cell: Cell, around: Surroundings) -> tuple[Candidate, ...]:
    known = sorted((*(other.date for other in around.cells), cell.date))
    start, end = _day(first) if first else known[0], _day(last) if last else min(known[-1], datetime.now(UTC))
    if start > end:
        raise _wrong_order(f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}")
    start = datetime(start.year, start.month, start.day, tzinfo=UTC)
    count = (end - start) // DAY + 1
    return tuple(Candidate(f"{start + DAY * at:%Y-%m-%d}", start + DAY * at) for at in range(count))


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise InputError(f"date {text!r}: is not a day such as 2025-09-17") from error


def _wrong_order(first: str | None, last: str | None) -> InputError:
    return InputError(f"--from {first} --to {last}: the ends are in the wrong order; the older one comes first")
