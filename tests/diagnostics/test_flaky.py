"""Repeated observations: what comes and goes is flaky, and nothing else is touched by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from docs_matrix.comparison.judge import compare
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import Judged
from docs_matrix.diagnostics.flaky import Flaky, Observed, compare_observed, observe
from docs_matrix.diagnostics.protocols import NoChanges
from hypothesis import given
from hypothesis import strategies as st


def said(text: str, line: int = 3, *, unjudged: bool = False) -> Diagnostic:
    message = f"undefined label: '{text}'"
    return Diagnostic("a.rst", line, "WARNING", "ref.ref", message, printed=message, unjudged=unjudged)


def same(base: Sequence[Diagnostic], head: Sequence[Diagnostic]) -> tuple[Judged, ...]:
    return compare(base, head, NoChanges())


def observed(*observations: Sequence[Diagnostic]) -> Observed:
    return observe(observations, same)


def verdicts(base: Observed, head: Observed) -> list[tuple[str, str, str]]:
    judged = compare_observed(base, head, same)
    return sorted((item.diagnostic.message[-2], str(item.verdict), item.reason) for item in judged)


def test_one_observation_is_steady() -> None:
    assert observed([said("x"), said("y")]) == Observed((said("x"), said("y")))


def test_what_some_observations_lack_is_flaky_with_its_count() -> None:
    found = observed([said("x"), said("y")], [said("y")], [said("y"), said("x"), said("z")])
    assert found.steady == (said("y"),)
    assert sorted(found.flaky, key=str) == [Flaky(said("x"), 2, 3), Flaky(said("z"), 1, 3)]
    assert {flaky.reason for flaky in found.flaky} == {"seen in 2 of 3 equal builds", "seen in 1 of 3 equal builds"}


def test_of_two_equal_ones_one_can_be_flaky() -> None:
    found = observed([said("x"), said("x")], [said("x")])
    assert found == Observed((said("x"),), (Flaky(said("x"), 1, 2),))


def test_an_answer_outside_of_the_read_set_stays_unjudged() -> None:
    found = observed([said("x", unjudged=True)], [said("x", unjudged=True)])
    assert found.steady == (said("x", unjudged=True),)


def test_a_flaky_one_is_never_new_and_never_fixed() -> None:
    steady, flaky = observed([said("k")], [said("k")]), observed([said("k"), said("x")], [said("k")])
    known = ("k", "known", "")
    assert verdicts(steady, flaky) == [known, ("x", "flaky", "seen in 1 of 2 equal builds")]
    assert verdicts(flaky, steady) == [known, ("x", "flaky", "seen in 1 of 2 equal builds of the base")]
    assert verdicts(flaky, flaky) == [known, ("x", "flaky", "seen in 1 of 2 equal builds")]


def test_one_that_came_and_went_in_the_base_and_always_comes_now_is_flaky() -> None:
    flaky, always = observed([said("x")], []), observed([said("x")], [said("x")])
    assert verdicts(flaky, always) == [("x", "flaky", "seen in 1 of 2 equal builds of the base")]
    assert verdicts(always, flaky) == [("x", "flaky", "seen in 1 of 2 equal builds")]


def test_a_flaky_one_takes_no_partner_from_a_steady_one() -> None:
    base = observed([said("x")])
    head = observed([said("x"), said("x")], [said("x")])
    assert [verdict for _, verdict, _ in verdicts(base, head)] == ["flaky", "known"]


def test_new_and_fixed_ones_beside_a_flaky_one_are_told() -> None:
    base = observed([said("f", 9), said("y")], [said("f", 9)])
    head = observed([said("n", 5), said("y")], [said("n", 5)])
    assert [verdict for _, verdict, _ in verdicts(base, head)] == ["fixed", "new", "flaky"]


SAID = st.lists(st.builds(said, st.sampled_from("xyz"), st.integers(1, 3)), max_size=5)
SIDE = st.lists(SAID, min_size=1, max_size=3).map(lambda observations: observed(*observations))


@given(SIDE, SIDE)
def test_every_diagnostic_of_both_sides_is_judged_once(base: Observed, head: Observed) -> None:
    judged = compare_observed(base, head, same)
    told = Counter(item.diagnostic for item in judged) + Counter(item.base for item in judged if item.base)
    sides = (one for side in (base, head) for one in (*side.steady, *(flaky.diagnostic for flaky in side.flaky)))
    assert told == Counter(sides)


@given(SAID)
def test_equal_observations_are_steady_in_any_order(found: list[Diagnostic]) -> None:
    assert observed(found, list(reversed(found)), found) == Observed(tuple(sorted(found, key=_place)))


def _place(diagnostic: Diagnostic) -> tuple[int, str]:
    return (diagnostic.line or 0, diagnostic.message)
