"""Find why two cells differ: one package is changed alone, release by release, in the cell that explains a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from packaging.version import Version

from docs_matrix.check.axes import Candidate, Package, Surroundings
from docs_matrix.check.trials import Trial, Trials
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.findings import Judged, Verdict
from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import HarnessError
from docs_matrix.questions.reproduce.reproduction import Apart, TriedRelease
from docs_matrix.questions.reproduce.toolchains import Calendar
from docs_matrix.toolchains import releases
from docs_matrix.toolchains.releases import Release

__all__ = ["Explains", "tell_apart"]

Explains = Callable[[Sequence[Judged]], tuple[str, ...]]
"""Why a build's diagnostics do not explain the report; empty if they do."""

MOST = 12
"""How many releases are built one by one; if there are more, only those that a binary search needs are built."""


def tell_apart(
    without: Cell,
    explaining: Cell,
    around: Surroundings,
    trials: Trials,
    explains: Explains,
    calendar: Calendar,
) -> Apart | tuple[Note, ...]:
    """Return the package that makes `explaining` differ from `without`, and the release from which on the report is explained.

    If there is no such package, return the reasons. The rest of the toolchain is that of `explaining`.
    """
    reasons = []
    for axis in ("docutils", "sphinx"):
        old, new = getattr(without, axis), getattr(explaining, axis)
        if old == new:
            continue
        try:
            listed = releases.between(axis, *sorted((old, new), key=Version), offline=around.offline)
        except HarnessError as error:
            return (Note("not told apart", (str(error),)),)
        package = Package(axis, (), explaining, around)
        end = _try(package, _of(listed, old), trials, explains)
        if end.explains is None:
            reasons.append(Note("release does not fit", (axis, old, explaining.name, str(end.reason))))
        elif end.explains is False:
            return _along(package, listed, end, without, trials, explains, calendar)
    return tuple(reasons) or (Note("no package alone"),)


def _along(
    package: Package,
    listed: Sequence[Release],
    end: TriedRelease,
    without: Cell,
    trials: Trials,
    explains: Explains,
    calendar: Calendar,
) -> Apart:
    """Build the releases between the two ends, but not those that came out after the report."""
    inner = [release for release in listed if release.version != end.release]
    in_time = [release for release in inner if not (calendar.date and release.date and release.date > calendar.date)]
    chosen = in_time if len(in_time) <= MOST else _halves(in_time, package, trials, explains)
    tried = [end, *(_try(package, release, trials, explains) for release in chosen)]
    tried += [
        TriedRelease(release.version, _day(release), None, "came out after the report")
        for release in inner
        if release not in in_time
    ]
    tried.sort(key=lambda one: Version(one.release))
    good = [one.release for one in tried if one.explains]
    return Apart(
        axis=package.name,
        without=without.name,
        with_=package.cell.name,
        first=good[0] if good else None,
        last=good[-1] if good else None,
        tried=tuple(tried),
        differences=tuple(reason for reason in (end.reason,) if reason),
    )


def _halves(listed: Sequence[Release], package: Package, trials: Trials, explains: Explains) -> list[Release]:
    """Return those of `listed` that a binary search for the first explaining release needs, and the last one."""
    looked = [listed[-1]]
    low, high = 0, len(listed) - 1
    while low < high:
        middle = (low + high) // 2
        looked.append(listed[middle])
        if _try(package, listed[middle], trials, explains).explains:
            high = middle
        else:
            low = middle + 1
    return list(dict.fromkeys((*looked, listed[high])))


def _of(listed: Sequence[Release], version: str) -> Release:
    return next(release for release in listed if Version(release.version) == Version(version))


def _day(release: Release) -> str | None:
    return f"{release.date:%Y-%m-%d}" if release.date else None


def _try(package: Package, release: Release, trials: Trials, explains: Explains) -> TriedRelease:
    progress = trials.runner.progress
    name = f"{package.name} {release.version}"
    progress.update(name, "building")
    candidate = Candidate(release.version, release.date)
    first = next(iter(package.ways(candidate)))
    try:
        trial: Trial | str = trials.of((replace(first, company=""),))
    except HarnessError as error:
        trial = str(error)
    if isinstance(trial, str):
        progress.done(name, f"cannot be built: {trial}")
        return TriedRelease(release.version, _day(release), None, trial)
    said = [Judged(Verdict.NEW, item) for item in trial.build.diagnostics if not item.unjudged]
    reasons = explains(said)
    progress.done(name, "explains the report" if not reasons else f"does not explain the report: {reasons[0]}")
    return TriedRelease(release.version, _day(release), not reasons, "; ".join(reasons))
