"""Search, in a sorted range, for the candidate at which the observed states change.

The search knows candidates by their number only. An observer gives, for each question, the state of a candidate (any value;
None for a question that is not named), or says that it cannot be tested. Many questions are followed at once, since one
observation answers them all. A question is settled if there is no testable candidate between any two neighbouring observations
that differ. Candidates between them that cannot be tested are a gap, and a part of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Observation", "Observer", "SearchOutcome", "Shown", "StateChange", "Untestable", "fails_alike", "search"]

QuestionKey = Hashable
State = Hashable


@dataclass(frozen=True)
class Shown:
    """What a candidate shows: the state of each question."""

    states: Mapping[QuestionKey, State]


@dataclass(frozen=True)
class Untestable:
    """A candidate that shows nothing, and why."""

    reason: str


Observation = Shown | Untestable
Observer = Callable[[Sequence[int]], Sequence[Observation]]
"""Gets the numbers of one round, which may be observed side by side; returns an observation for each."""


@dataclass(frozen=True)
class StateChange:
    """The state changed between `before` and `after`, the nearest candidates that could be tested.

    `gap` are the candidates between them, which cannot be tested.
    """

    before: int
    after: int
    gap: tuple[int, ...]


@dataclass(frozen=True)
class SearchOutcome:
    """All observations, by candidate, and the rounds, each with its candidates."""

    observed: Mapping[int, Observation]
    rounds: tuple[tuple[int, ...], ...]

    @property
    def seen(self) -> dict[int, Shown]:
        """The candidates that could be tested, in order."""
        return {at: said for at, said in sorted(self.observed.items()) if isinstance(said, Shown)}

    @property
    def questions(self) -> tuple[QuestionKey, ...]:
        """Every question that some candidate named, in the order in which they appeared."""
        return tuple(dict.fromkeys(question for said in self.seen.values() for question in said.states))

    def changes(self, question: QuestionKey) -> tuple[StateChange, ...]:
        """Return the changes of the state of `question`, in order."""
        return tuple(
            StateChange(before, after, tuple(range(before + 1, after)))
            for before, after in pairwise(self.seen)
            if self.state(before, question) != self.state(after, question)
        )

    def state(self, at: int, question: QuestionKey) -> State:
        """Return the state of `question` at the tested candidate `at`."""
        return self.seen[at].states.get(question)

    def returns(self, question: QuestionKey) -> bool:
        """Return whether a state of `question` came back after another one: then no single release made the change.

        >>> seen = {at: Shown({"q": state}) for at, state in enumerate("aba")}
        >>> SearchOutcome(seen, ()).returns("q")
        True
        """
        states = [self.state(change.after, question) for change in self.changes(question)]
        first = [self.state(change.before, question) for change in self.changes(question)[:1]]
        return len(set(first + states)) < len(first + states)


def search(
    count: int,
    observe: Observer,
    *,
    width: int = 1,
    every: bool = False,
    between: Sequence[int] = (),
    alike: Callable[[str, str], bool] = lambda one, other: False,
) -> SearchOutcome:
    """Observe as few of `count` candidates as settle all questions, at most `width` in a round.

    The ends are first, side by side. An end that cannot be tested is moved inwards, except if both ends fail for reasons that
    are `alike`: then nothing else is tried. After that each round takes the candidates that split the most open intervals.

    With `every`, all candidates are observed, so that no change is missed that is undone later. As long as no candidate names a
    question, those in `between` are observed in their order: one release may have brought a message that the next one took
    away. Raises `ValueError` if `count` is below one.
    """
    if count < 1:
        raise ValueError("a search needs a candidate")
    observed: dict[int, Observation] = {}
    rounds: list[tuple[int, ...]] = []
    while chosen := _chosen(observed, count, width, every, between):
        observed.update(zip(chosen, observe(chosen), strict=True))
        rounds.append(tuple(chosen))
        if len(rounds) == 1 and fails_alike(observed, count, alike):
            break
    return SearchOutcome(observed, tuple(rounds))


def fails_alike(observed: Mapping[int, Observation], count: int, alike: Callable[[str, str], bool]) -> bool:
    """Return whether both ends of `count` candidates fail for reasons that are `alike`."""
    first, last = observed.get(0), observed.get(count - 1)
    if count < 2 or not isinstance(first, Untestable) or not isinstance(last, Untestable):
        return False
    return alike(first.reason, last.reason)


def _chosen(
    observed: Mapping[int, Observation], count: int, width: int, every: bool, between: Sequence[int]
) -> list[int]:
    chosen = _ends(observed, count) or _next(observed, count, width, every=every)
    if chosen or SearchOutcome(observed, ()).questions:
        return chosen
    return [at for at in between if at not in observed][:width]


def _ends(observed: Mapping[int, Observation], count: int) -> list[int]:
    """Return the candidates to try as ends: the outermost that were not tried, if all further out cannot be tested."""
    chosen = []
    for order in (range(count), range(count - 1, -1, -1)):
        for at in order:
            if at not in observed:
                chosen.append(at)
            if not isinstance(observed.get(at), Untestable):
                break
    return list(dict.fromkeys(chosen))


def _next(observed: Mapping[int, Observation], count: int, width: int, *, every: bool) -> list[int]:
    """Return the candidates of the next round; none if everything is settled."""
    if every:
        return [at for at in range(count) if at not in observed][:width]
    chosen: list[int] = []
    open_intervals = _open(observed)
    while open_intervals and len(chosen) < width:
        best = max(
            {_middle(interval) for interval in open_intervals},
            key=lambda at: (sum(at in interval for interval in open_intervals), -at),
        )
        chosen.append(best)
        open_intervals = [interval for interval in open_intervals if best not in interval]
    return sorted(chosen)


def _open(observed: Mapping[int, Observation]) -> list[tuple[int, ...]]:
    """Return, for each question and each two neighbours that differ in it, the candidates between them that were not tried yet."""
    outcome = SearchOutcome(observed, ())
    found = []
    for question in outcome.questions:
        for change in outcome.changes(question):
            untried = tuple(at for at in change.gap if at not in observed)
            if untried:
                found.append(untried)
    return found


def _middle(untried: tuple[int, ...]) -> int:
    """Return the middle of the longest run of candidates.

    The neighbours of one that cannot be tested often cannot be tested either.

    >>> _middle((1, 2, 3)), _middle((1, 2, 4, 5, 6))
    (2, 5)
    """
    runs: list[list[int]] = []
    for at in untried:
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    longest = max(runs, key=len)
    return longest[(len(longest) - 1) // 2]
