"""The candidates of an axis, observed: each is built once for all questions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from docs_matrix import process
from docs_matrix.check.axes import Axis, Candidate
from docs_matrix.check.selector import Aspect, Wanted, states
from docs_matrix.check.trials import FAILED, Trial, Trials, Way
from docs_matrix.questions.bisect.bisection import Skipped, TriedCandidate
from docs_matrix.questions.bisect.release_search import Observation, Observer, SearchOutcome, Shown, Untestable

__all__ = ["ObservedAxis", "between_ends", "day", "in_words", "same_failure", "skipped", "tried"]

FEATURE = re.compile(r"\d+(\.\d+)?(\.0)?")
"""The number of a release with new features: 5, 0.22, 8.2.0."""
MOST_BETWEEN = 200
"""How many candidates are tried between two ends that do not have the message."""
VARYING = re.compile(r"[\w./-]*/[\w./-]*|\d+(\.\d+)*")
NEAR = (-1, 1, -2, 2, -3, 3)
"""The distances of the neighbours whose packages are tried first."""


class ObservedAxis:
    """The candidates of an axis as trials: each is built once, and described by states."""

    def __init__(self, axis: Axis, trials: Trials) -> None:
        self.axis = axis
        self.trials = trials
        self.found: dict[int, Trial | str] = {}

    def at(self, numbers: Sequence[int]) -> list[Trial | str]:
        """Return the trials of some candidates, or the reasons why there are none; those of one call are built side by side."""
        missing = [number for number in numbers if number not in self.found]
        with process.workers(self.trials.runner.jobs) as pool:
            found = zip(missing, pool.map(self._try, missing), strict=True)
            for number, trial in list(found):
                self.found[number] = trial
        return [self.found[number] for number in numbers]

    def trial(self, number: int) -> Trial:
        """Return the trial of a candidate that was built; raises `KeyError` for any other."""
        found = self.found[number]
        if isinstance(found, str):
            raise KeyError(number)
        return found

    def observer(self, wanted: Wanted, aspects: Sequence[Aspect]) -> Observer:
        """Return the observer for the search: it gives the states of the diagnostics that are `wanted`, as `aspects` show them."""

        def observe(numbers: Sequence[int]) -> list[Observation]:
            return [
                Untestable(found)
                if isinstance(found, str)
                else Shown(states(wanted.of(found.build.diagnostics), aspects))
                for found in self.at(numbers)
            ]

        return observe

    def _ways(self, number: int) -> Iterator[Way]:
        """Yield the ways to build a candidate; the packages of a near neighbour are tried before others are searched."""
        candidate = self.axis.candidates[number]
        ways = self.axis.ways(candidate)
        yield from islice(ways, 1)
        for near in NEAR:
            neighbour = self.found.get(number + near)
            way = self.axis.with_packages_of(candidate, neighbour.way) if isinstance(neighbour, Trial) else None
            if way is not None:
                yield way
        yield from ways

    def _try(self, number: int) -> Trial | str:
        candidate = self.axis.candidates[number]
        self.trials.runner.progress.update(candidate.name, "building")
        found = self.trials.of(self._ways(number))
        said = f"cannot be tested: {found}" if isinstance(found, str) else found.way.company or "as the cell"
        self.trials.runner.progress.done(candidate.name, said)
        return found


def tried(wanted: Wanted, observed: ObservedAxis, outcome: SearchOutcome) -> Iterator[TriedCandidate]:
    """Yield the candidates that were built, as values for the answer, in order."""
    rounds = {at: number for number, chosen in enumerate(outcome.rounds, start=1) for at in chosen}
    for at in outcome.seen:
        trial, candidate = observed.found[at], observed.axis.candidates[at]
        if isinstance(trial, Trial):
            yield TriedCandidate(
                release=candidate.name,
                date=day(candidate),
                python=trial.python,
                docutils=trial.packages.get("docutils", ""),
                sphinx=trial.packages.get("sphinx", ""),
                company=trial.way.company,
                round=rounds[at],
                fresh=trial.fresh,
                said=wanted.of(trial.build.diagnostics),
            )


def skipped(observed: ObservedAxis, outcome: SearchOutcome, numbers: Iterable[int]) -> tuple[Skipped, ...]:
    """Return those of the candidates `numbers` that could not be tested, with the reasons."""
    return tuple(
        Skipped(observed.axis.candidates[at].name, said.reason)
        for at in numbers
        if isinstance(said := outcome.observed.get(at), Untestable)
    )


def day(candidate: Candidate) -> str | None:
    """Return the day of a candidate (UTC), None if it is unknown."""
    return f"{candidate.date:%Y-%m-%d}" if candidate.date else None


def between_ends(axis: Axis) -> tuple[int, ...]:
    """Return the candidates between the ends, in the order in which a short-lived message is searched.

    Feature releases come first (8.2.0 before 8.1.3), the newest first: the next release often takes away what they brought. If
    there are many days, only some are chosen, evenly.
    """
    inner = range(len(axis.candidates) - 2, 0, -(len(axis.candidates) // MOST_BETWEEN + 1))
    return tuple(sorted(inner, key=lambda at: not FEATURE.fullmatch(axis.candidates[at].name)))


def same_failure(one: str, other: str) -> bool:
    """Return whether both are failures of the project itself, with the same reason except for numbers and paths."""
    return all(reason.startswith(FAILED) for reason in (one, other)) and VARYING.sub("", one) == VARYING.sub("", other)


def in_words(documents: tuple[str, ...] | None) -> str:
    """Return what is read, in words."""
    if documents is None:
        return "all documents"
    more = f" and {len(documents) - 3} more" if len(documents) > 3 else ""
    return ", ".join(documents[:3]) + more
