"""Find the cause of a change between two trials: the axis, or the packages that had to change with it.

Two neighbouring candidates may differ in more than the axis: another Sphinx was needed, or the other packages are of another
day. Then a control is built that changes one thing alone: the axis, among the other packages of before, or of after. If the
other packages are the cause, they are changed one by one, and the releases of the one that made the change are searched.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from packaging.version import Version

from docs_matrix.check.axes import Candidate, Surroundings, minor, named_by_content, pinned, with_release
from docs_matrix.check.trials import Trial, Trials, Way
from docs_matrix.questions.bisect import paths
from docs_matrix.questions.bisect.bisection import Cause, Culprit
from docs_matrix.questions.bisect.release_search import Observation, Shown, Untestable, search
from docs_matrix.toolchains import releases

__all__ = ["Attribution", "attribute", "attribute_each", "company_of"]

SINGLY = 5
"""How many things are changed one by one if halves of them cannot be changed."""

SUSPECTS = ("docutils", "sphinx", "pygments", "jinja2")
"""The packages that change diagnostics most often; they are tried first."""

State = Callable[[Trial], object]
"""What a trial shows of the change; two trials show the same if these values are equal."""


States = Callable[[Trial], Mapping[Hashable, Hashable]]
"""What a trial shows for each question."""


@dataclass(frozen=True)
class Attribution:
    """The cause, in a word and in a sentence; and the package that made the change, if it is not the axis and was found."""

    cause: Cause
    explanation: str
    culprit: Culprit | None = None


def company_of(before: Trial, after: Trial, axis: str) -> tuple[str, ...]:
    """Return what differs between two trials besides the axis: packages by name, and `python`."""
    names = sorted({*before.packages, *after.packages} - {axis})
    found = [name for name in names if before.packages.get(name) != after.packages.get(name)]
    if axis != "python" and minor(before.python) != minor(after.python):
        found.append("python")
    return tuple(sorted(found, key=lambda name: (SUSPECTS.index(name) if name in SUSPECTS else len(SUSPECTS), name)))


def attribute_each(
    before: Trial,
    after: Trial,
    axis: str,
    states: States,
    questions: Sequence[Hashable],
    trials: Trials,
    around: Surroundings,
    *,
    deep: bool = True,
) -> Mapping[Attribution, tuple[Hashable, ...]]:
    """Return `attribute` for each of `questions`, whose states `states` gives; questions with the same answer are together.

    The packages that changed with the axis may have made several changes, each in a release of its own.
    """
    found: dict[Attribution, tuple[Hashable, ...]] = {}
    for question in questions:

        def state(trial: Trial, question: Hashable = question) -> object:
            return states(trial).get(question)

        made = attribute(before, after, axis, state, trials, around, deep=deep)
        found[made] = (*found.get(made, ()), question)
    return found


def attribute(
    before: Trial, after: Trial, axis: str, state: State, trials: Trials, around: Surroundings, *, deep: bool = True
) -> Attribution:
    """Return what made `state` differ between the neighbours `before` and `after` of `axis`.

    The axis is a package, `python`, or something else; in the last case only the packages can be the cause. With `deep`, the
    releases between the two toolchains are searched if changing one thing alone gives no answer.
    """
    company = company_of(before, after, axis)
    if not company:
        return Attribution("axis", "nothing else differs between the two")
    told = _told(company, before, after)
    is_thing = axis == "python" or axis in after.packages or axis in before.packages
    control = _control(before, after, axis, state, trials) if is_thing else "company"
    if control == "axis":
        return Attribution("axis", f"{axis} alone makes the change; these differ too, without an effect: {told}")
    culprit = _narrowed(before, after, company, state, trials) if control == "company" else None
    if culprit is None and deep and {"docutils", "sphinx"} & {*company, axis}:
        culprit = _on_the_way(before, after, state, trials, around)
    if culprit and culprit.axis == axis and culprit.first == after.packages.get(axis):
        return Attribution("axis", f"{axis} makes the change; these differ too, without an effect: {told}")
    if culprit:
        return Attribution("company", f"{_release(culprit)} makes the change; the differences are {told}", culprit)
    if control is None:
        says = f"it is unknown whether {axis} or what changed with it makes the change: {told}"
        return Attribution("unknown", f"{says}; neither can be changed alone")
    if is_thing:
        return Attribution("company", f"not {axis} but what changed with it makes the change: {told}")
    return Attribution("together", f"no single difference makes the change: {told}")


def _control(before: Trial, after: Trial, axis: str, state: State, trials: Trials) -> Cause | None:
    """Change the axis alone, among the other packages of before, else of after; None if neither can be built."""
    for here, there in ((before, after), (after, before)):
        control = trials.of((*_moved(here, there, (axis,)), *_loosely(here, there, axis)))
        if isinstance(control, Trial):
            if state(control) == state(there):
                return "axis"
            if state(control) == state(here):
                return "company"
    return None


def _narrowed(before: Trial, after: Trial, company: Sequence[str], state: State, trials: Trials) -> Culprit | None:
    """Return the one thing of `company` that makes the change.

    Half of the suspects are changed until one is left. None if that cannot be built, or if no single one makes the change.
    """
    suspects = tuple(company)
    while len(suspects) > 1:
        half = suspects[: len(suspects) // 2]
        made = _makes(before, after, half, state, trials)
        if made is None:
            return next(
                (found for name in suspects[:SINGLY] if (found := _culprit(before, after, name, state, trials))), None
            )
        suspects = half if made else suspects[len(half) :]
    return _culprit(before, after, suspects[0], state, trials)


def _makes(before: Trial, after: Trial, suspects: Sequence[str], state: State, trials: Trials) -> bool | None:
    """Return whether changing `suspects` alone makes the change; None if that cannot be built."""
    for here, there in ((before, after), (after, before)):
        moved = trials.of(_moved(here, there, suspects))
        if isinstance(moved, Trial) and state(moved) in (state(before), state(after)):
            return state(moved) == state(there)
    return None


def _culprit(before: Trial, after: Trial, suspect: str, state: State, trials: Trials) -> Culprit | None:
    """Return the release of `suspect` that makes the change if it alone is changed; None if there is none, or none can be built."""
    for here, there in ((before, after), (after, before)):
        moved = trials.of((*_moved(here, there, (suspect,)), *_loosely(here, there, suspect)))
        if isinstance(moved, Trial) and state(moved) == state(there):
            return _release_of(before, after, here, suspect, state, trials)
    return None


def _on_the_way(before: Trial, after: Trial, state: State, trials: Trials, around: Surroundings) -> Culprit | None:
    """Search the releases of docutils and Sphinx between the two toolchains, if others are between them."""
    path = paths.between(before.way.cell, after.way.cell, around)
    found: dict[int, Trial | str] = {0: before, len(path.candidates) - 1: after}

    def observe(numbers: Sequence[int]) -> list[Observation]:
        for number in numbers:
            if number not in found:
                found[number] = trials.of(path.ways(path.candidates[number]))
        said = [found[number] for number in numbers]
        return [Shown({"state": repr(state(one))}) if isinstance(one, Trial) else Untestable(one) for one in said]

    changes = search(len(path.candidates), observe).changes("state")
    if not changes or len(path.candidates) < 3:
        return None
    near, far = found[changes[-1].before], found[changes[-1].after]
    if isinstance(near, str) or isinstance(far, str):
        return None
    return attribute(near, far, "", state, trials, around, deep=False).culprit


def _release_of(
    before: Trial, after: Trial, company: Trial, suspect: str, state: State, trials: Trials
) -> Culprit | None:
    """Search the releases of `suspect` between its two versions; all other packages are as in `company`."""
    if suspect == "python":
        return Culprit("python", minor(after.python), minor(before.python), None)
    old, new = before.packages.get(suspect), after.packages.get(suspect)
    if old is None or new is None:
        return Culprit(suspect, new or "none", old or "none", None)
    low, high = sorted((old, new), key=Version)
    candidates = [Candidate(release.version, release.date) for release in releases.between(suspect, low, high)]
    if Version(old) > Version(new):
        candidates.reverse()
    date = max(before.way.cell.date, after.way.cell.date)

    def observe(numbers: Sequence[int]) -> list[Observation]:
        return [_observation(candidates[at]) for at in numbers]

    def _observation(candidate: Candidate) -> Observation:
        packages = {**company.packages, suspect: candidate.name}
        held = pinned(company.way.cell, packages), with_release(company.way.cell, suspect, candidate.name)
        said = trials.of(Way(named_by_content(replace(cell, date=date))) for cell in held)
        return Shown({"state": repr(state(said))}) if isinstance(said, Trial) else Untestable(said)

    changes = search(len(candidates), observe).changes("state")
    if not changes:
        return Culprit(suspect, new, old, None)
    first, last = candidates[changes[-1].after], candidates[changes[-1].before]
    return Culprit(suspect, first.name, last.name, _day(first.date))


def _moved(here: Trial, there: Trial, suspects: Sequence[str]) -> Iterator[Way]:
    """Yield `here` with `suspects` as they are `there`; all else is held exactly."""
    packages = dict(here.packages)
    cell = here.way.cell
    for suspect in suspects:
        if suspect == "python":
            cell = replace(cell, python=there.way.cell.python)
        elif suspect in there.packages:
            packages[suspect] = there.packages[suspect]
        else:
            packages.pop(suspect, None)
    if {"docutils", "sphinx"} <= packages.keys():
        yield Way(named_by_content(replace(pinned(cell, packages), date=max(cell.date, there.way.cell.date))))


def _loosely(here: Trial, there: Trial, axis: str) -> Iterator[Way]:
    """Yield the same for one thing, with Python, docutils and Sphinx held, and the other packages left to the resolver.

    A release may need other releases of its dependencies.
    """
    cell = here.way.cell
    if axis == "python":
        yield Way(
            named_by_content(replace(cell, python=there.way.cell.python, date=max(cell.date, there.way.cell.date)))
        )
    elif axis in there.packages:
        moved = with_release(cell, axis, there.packages[axis])
        yield Way(named_by_content(replace(moved, date=max(cell.date, there.way.cell.date))))


def _told(company: Sequence[str], before: Trial, after: Trial) -> str:
    named_ones = [
        f"{name} {minor(before.python)} -> {minor(after.python)}"
        if name == "python"
        else f"{name} {before.packages.get(name, 'none')} -> {after.packages.get(name, 'none')}"
        for name in company
    ]
    more = f" and {len(named_ones) - 6} more" if len(named_ones) > 6 else ""
    return ", ".join(named_ones[:6]) + more


def _release(culprit: Culprit) -> str:
    day = f" ({culprit.date})" if culprit.date else ""
    return f"{culprit.axis} {culprit.first}{day}"


def _day(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%d}" if moment else None
