"""The facts about a change between two trials: equal releases on both sides, the differences, and the release's own history."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

from docs_matrix.check.selector import Aspect, Wanted, state, states
from docs_matrix.check.trials import Trial
from docs_matrix.check.workbench import Workbench
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.notes import Note
from docs_matrix.questions.bisect import attribution, changelogs
from docs_matrix.questions.bisect.bisection import BeforeAfter, QuotedHistory, pairs
from docs_matrix.questions.bisect.candidates import ObservedAxis
from docs_matrix.questions.bisect.release_search import SearchOutcome, StateChange, Untestable

__all__ = ["changed_pairs", "history", "nearest_alike", "why_not"]

TOOLCHAIN = frozenset(("docutils", "python", "sphinx"))


def nearest_alike(
    change: StateChange,
    questions: Sequence[Hashable],
    observed: ObservedAxis,
    outcome: SearchOutcome,
    shown: Callable[[Trial], Mapping[Hashable, Hashable]],
) -> int | None:
    """Return the nearest candidate before a change with the Python, docutils and Sphinx of the one after it, except the axis.

    None if the last one without the change has them, or if that candidate shows something else than the last one.
    """
    before, after = observed.trial(change.before), observed.trial(change.after)
    axis = observed.axis.name
    if not TOOLCHAIN.intersection(attribution.company_of(before, after, axis)):
        return None
    for at in sorted((at for at in outcome.seen if at < change.before), reverse=True):
        trial = observed.trial(at)
        if not TOOLCHAIN.intersection(attribution.company_of(trial, after, axis)):
            same = all(shown(trial).get(question) == shown(before).get(question) for question in questions)
            return at if same else None
    return None


def why_not(observed: ObservedAxis, outcome: SearchOutcome, at: int) -> str:
    """Return why a candidate between two that are equal except for the axis does not count."""
    said = outcome.observed.get(at)
    if isinstance(said, Untestable):
        return said.reason
    return f"it can only be built {observed.trial(at).way.company}" if said else "it was not tried"


def history(
    said: attribution.Attribution,
    move: tuple[str, str, str],
    changed: Sequence[BeforeAfter],
    notes: list[Note],
    bench: Workbench,
) -> QuotedHistory | None:
    """Return what the release that made a change says about it; `move` is the axis with its releases, for a change that it made."""
    if said.culprit:
        move = (said.culprit.axis, said.culprit.first, said.culprit.last_without)
    elif said.cause != "axis":
        return None
    package, newer, older = move
    if package in ("python", "date") or "none" in (newer, older):
        return None
    return changelogs.quote(package, newer, older, changed, notes, store=bench.store, offline=bench.offline)


def changed_pairs(
    wanted: Wanted, questions: Sequence[Hashable], before: Trial, after: Trial, aspects: Sequence[Aspect]
) -> tuple[BeforeAfter, ...]:
    """Return what changed between two trials in `questions`.

    A diagnostic that is no longer there in the words of the question may be there in other words. So a new one at its place is
    shown beside it.
    """
    sides = []
    for trial in (before, after):
        meant = wanted.of(trial.build.diagnostics)
        sides.append([item for item in meant if set(states((item,), aspects)) & set(questions)])

    def alike(diagnostic: Diagnostic) -> Hashable:
        return (diagnostic.path, state(diagnostic, aspects))

    found = pairs(sides[0], sides[1], alike)
    return tuple(_completed(pair, before.build.diagnostics, after.build.diagnostics, alike) for pair in found)


def _completed(
    pair: BeforeAfter,
    before: Sequence[Diagnostic],
    after: Sequence[Diagnostic],
    alike: Callable[[Diagnostic], Hashable],
) -> BeforeAfter:
    if pair.before is not None and pair.after is not None:
        return pair
    known = pair.before or pair.after
    here, there = (before, after) if pair.before else (after, before)
    said_here = {alike(item) for item in here}
    for item in there:
        if known and item.path == known.path and item.line == known.line and alike(item) not in said_here:
            return BeforeAfter(known, item) if pair.before else BeforeAfter(item, known)
    return pair
