"""The search over plain functions: what it finds, what it needs for it, and what it says where it cannot know."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pytest
from docs_matrix.questions.bisect.release_search import (
    Observation,
    SearchOutcome,
    Shown,
    StateChange,
    Untestable,
    search,
)
from hypothesis import given
from hypothesis import strategies as st


def observer(
    verdict: Callable[[int], Observation], asked: list[int] | None = None
) -> Callable[[Sequence[int]], list[Observation]]:
    def observe(numbers: Sequence[int]) -> list[Observation]:
        if asked is not None:
            asked.extend(numbers)
        return [verdict(number) for number in numbers]

    return observe


def since(release: int) -> Callable[[int], Observation]:
    return lambda at: Shown({"q": at >= release})


@given(st.integers(2, 300), st.data())
def test_one_change_is_found_in_as_many_rounds_as_halving_takes(count: int, data: st.DataObject) -> None:
    release = data.draw(st.integers(1, count - 1))
    found = search(count, observer(since(release)))
    assert found.changes("q") == (StateChange(release - 1, release, ()),)
    assert len(found.rounds) <= 1 + math.ceil(math.log2(count))


@given(st.lists(st.one_of(st.none(), st.integers(0, 2)), min_size=1, max_size=40))
def test_what_is_said_always_agrees_with_what_was_observed(states: list[int | None]) -> None:
    """Whatever the states and the holes: each change lies between two observed neighbours, with only holes between."""
    asked: list[int] = []
    found = search(
        len(states),
        observer(lambda at: Untestable("hole") if states[at] is None else Shown({"q": states[at]}), asked),
        width=3,
    )
    assert len(asked) == len(set(asked))
    for change in found.changes("q"):
        assert states[change.before] != states[change.after]
        assert all(states[at] is None for at in change.gap)
    known = [state for state in states if state is not None]
    if known and known[0] != known[-1]:
        assert found.changes("q")


@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_every_change_is_found_where_every_candidate_is_asked(states: list[bool]) -> None:
    found = search(len(states), observer(lambda at: Shown({"q": states[at]})), every=True)
    changed = [at for at in range(1, len(states)) if states[at] != states[at - 1]]
    assert [change.after for change in found.changes("q")] == changed
    assert found.returns("q") == (len(changed) > 1)


def test_the_ends_are_the_first_round() -> None:
    assert search(17, observer(since(12))).rounds[0] == (0, 16)


def test_ends_that_do_not_differ_are_all_that_is_asked() -> None:
    found = search(17, observer(since(99)))
    assert found.rounds == ((0, 16),)
    assert found.changes("q") == ()


def test_one_candidate_is_both_ends() -> None:
    assert search(1, observer(since(0))).rounds == ((0,),)


def test_no_candidate_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a candidate"):
        search(0, observer(since(0)))


def test_an_end_that_cannot_be_tested_is_moved_inwards() -> None:
    found = search(10, observer(lambda at: Untestable("too old") if at < 3 else Shown({"q": at >= 5})))
    assert found.changes("q") == (StateChange(4, 5, ()),)
    assert found.rounds[:2] == ((0, 9), (1,))


def test_what_cannot_be_tested_is_stepped_around() -> None:
    found = search(9, observer(lambda at: Untestable("crash") if at == 4 else Shown({"q": at >= 6})))
    assert found.changes("q") == (StateChange(5, 6, ()),)


def test_a_gap_that_holds_the_change_is_the_answer() -> None:
    found = search(9, observer(lambda at: Untestable(f"reason {at}") if 3 <= at <= 5 else Shown({"q": at >= 4})))
    assert found.changes("q") == (StateChange(2, 6, (3, 4, 5)),)
    assert [found.observed[at] for at in (3, 4, 5)] == [Untestable(f"reason {at}") for at in (3, 4, 5)]


def test_a_middle_that_never_builds_is_one_gap() -> None:
    found = search(6, observer(lambda at: Shown({"q": at > 0}) if at in (0, 5) else Untestable("no")))
    assert found.changes("q") == (StateChange(0, 5, (1, 2, 3, 4)),)


def test_nothing_that_can_be_tested_has_no_changes() -> None:
    found = search(5, observer(lambda at: Untestable("no")))
    assert found.seen == {}
    assert found.questions == ()


def test_a_change_in_two_steps_is_two_changes() -> None:
    found = search(20, observer(lambda at: Shown({"level": "SEVERE" if at < 7 else "ERROR" if at < 13 else None})))
    assert [change.after for change in found.changes("level")] == [7, 13]
    assert not found.returns("level")


def test_one_observation_serves_all_questions() -> None:
    asked: list[int] = []
    found = search(64, observer(lambda at: Shown(dict.fromkeys(range(30), at >= 40)), asked))
    assert len(asked) == 2 + 6
    assert all(found.changes(n) == (StateChange(39, 40, ()),) for n in range(30))


def test_the_next_candidate_splits_the_most_open_intervals() -> None:
    """Ten questions are open in the right half, one in the left: the right half is split first."""
    first = {at: Shown(dict.fromkeys(range(10), at >= 12) | {"left": at >= 3}) for at in range(16)}
    found = search(16, observer(first.__getitem__))
    assert found.rounds[1] == (7,)
    assert found.rounds[2] == (11,)


def test_disjoint_intervals_are_split_side_by_side() -> None:
    found = search(16, observer(lambda at: Shown({"a": at >= 3, "b": at >= 12})), width=2)
    assert len(found.rounds[2]) == 2


def test_a_state_that_comes_back_is_noticed() -> None:
    """The ends are equal in `a`; `b` makes the search look between them, and what it sees of `a` is followed up."""
    found = search(16, observer(lambda at: Shown({"a": 5 <= at < 9, "b": at >= 7})))
    assert [change.after for change in found.changes("a")] == [5, 9]
    assert found.returns("a")
    assert not found.returns("b")


def test_a_question_that_only_some_candidates_name_is_absent_elsewhere() -> None:
    found = search(8, observer(lambda at: Shown({"new": "x"} if at >= 6 else {})))
    assert found.changes("new") == (StateChange(5, 6, ()),)
    assert found.state(5, "new") is None


def test_an_outcome_without_changes_has_none_that_return() -> None:
    assert not SearchOutcome({0: Shown({"q": 1})}, ()).returns("q")


def only(release: int) -> Callable[[int], Observation]:
    return lambda at: Shown({"q": True} if at == release else {})


def test_what_neither_end_shows_is_looked_for_between_them_in_the_order_given() -> None:
    asked: list[int] = []
    found = search(9, observer(only(4), asked), between=(6, 4, 2))
    assert found.changes("q") == (StateChange(3, 4, ()), StateChange(4, 5, ()))
    assert asked[:4] == [0, 8, 6, 4]
    assert set(asked) <= {0, 2, 3, 4, 5, 6, 8}
    assert found.returns("q")


def test_nothing_between_is_tried_if_an_end_shows_it() -> None:
    asked: list[int] = []
    search(9, observer(since(0), asked), between=(6, 4, 2))
    assert asked == [0, 8]


def test_ends_that_fail_alike_end_the_search() -> None:
    asked: list[int] = []
    broken = observer(lambda at: Untestable(f"broken {at}"), asked)
    found = search(9, broken, between=(6, 4), alike=lambda one, other: one.split()[0] == other.split()[0])
    assert (asked, found.seen) == ([0, 8], {})
    search(3, observer(lambda at: Untestable(f"{at}"), asked), alike=lambda one, other: one == other)
    assert asked == [0, 8, 0, 2, 1]
