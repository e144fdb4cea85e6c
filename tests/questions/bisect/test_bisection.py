"""The answer of a bisection as a value: pairs, what changed in them, the main change."""

from __future__ import annotations

import json
from collections.abc import Hashable

import pytest
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.questions.bisect.bisection import (
    BeforeAfter,
    Bisection,
    Cause,
    Culprit,
    FoundChange,
    Skipped,
    differences,
    document,
    pairs,
)
from hypothesis import given
from hypothesis import strategies as st


def said(line: int | None, message: str = "Malformed table.", level: str = "ERROR") -> Diagnostic:
    return Diagnostic("a.rst", line, level, None, message, f"a.rst:{line}: {level}: {message}")


def alike(diagnostic: Diagnostic) -> Hashable:
    return (diagnostic.path, diagnostic.line, diagnostic.level, diagnostic.message)


def found(first: str, cause: Cause = "axis", gap: tuple[Skipped, ...] = ()) -> FoundChange:
    return FoundChange(first, "0", "2025-09-17", gap, (BeforeAfter(said(391), said(392)),), cause, "why")


def answer(*changes: FoundChange) -> Bisection:
    return Bisection(
        "docutils",
        "linux",
        "1" * 40,
        "all documents",
        "table",
        None,
        "cell",
        ("0", "1"),
        changes,
        False,
        (),
        (),
        2,
        (),
        1.0,
        "docs-matrix bisect docutils",
    )


def test_what_both_say_alike_is_no_pair() -> None:
    assert pairs([said(1), said(1)], [said(1), said(1)], alike) == ()
    assert pairs([said(1), said(1)], [said(1)], alike) == (BeforeAfter(said(1), None),)


def test_the_same_headline_is_paired_with_the_nearest_line() -> None:
    assert pairs([said(10), said(90)], [said(91), said(11)], alike) == (
        BeforeAfter(said(10), said(11)),
        BeforeAfter(said(90), said(91)),
    )


def test_another_wording_at_the_same_place_is_the_same_mistake() -> None:
    old, new = said(5, "undefined label: x"), said(5, "undefined label: 'x'")
    assert pairs([old], [new], alike) == (BeforeAfter(old, new),)


def test_what_is_far_apart_and_worded_otherwise_is_gone_and_come() -> None:
    old, new = said(5, "one"), said(50, "two")
    assert pairs([old], [new], alike) == (BeforeAfter(old, None), BeforeAfter(None, new))


@given(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from("ab"))),
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from("ab"))),
)
def test_every_diagnostic_that_differs_is_in_one_pair(one: list[tuple[int, str]], other: list[tuple[int, str]]) -> None:
    before, after = [said(*item) for item in one], [said(*item) for item in other]
    made = pairs(before, after, alike)
    left = [pair.before for pair in made if pair.before]
    right = [pair.after for pair in made if pair.after]
    assert len(before) - len(left) == len(after) - len(right)
    assert not set(map(alike, left)) & set(map(alike, right))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (said(391), said(392), "line 391 -> 392"),
        (said(7, level="CRITICAL"), said(7), "level CRITICAL -> ERROR"),
        (said(7, "a"), said(7, "b"), "another wording"),
        (None, said(7), "appeared"),
        (said(7), None, "is gone"),
        (said(None), said(7), "line none -> 7"),
    ],
)
def test_a_pair_is_told_by_what_changed(old: Diagnostic | None, new: Diagnostic | None, words: str) -> None:
    assert differences(BeforeAfter(old, new)) == words


def test_the_main_change_is_the_first_that_the_axis_made() -> None:
    assert answer(found("1", "company"), found("2"), found("3")).main.first == "2"
    assert answer(found("1", "company")).main.first == "1"


def test_the_json_form_has_the_main_change_on_top() -> None:
    value = json.loads(json.dumps(document(answer(found("1", gap=(Skipped("0.5", "crash"),))))))
    assert (value["axis"], value["first"], value["last_without"], value["date"]) == ("docutils", "1", "0", "2025-09-17")
    assert (value["before"]["line"], value["after"]["line"]) == (391, 392)
    assert value["changes"][0]["gap"] == value["gap"] == [{"release": "0.5", "reason": "crash"}]
    assert value["tried"] == value["skipped"] == []


def test_the_json_form_names_the_company_behind_a_change() -> None:
    change = FoundChange(
        "9.0", "8.2", None, (), (), "company", "why", Culprit("docutils", "0.22.1", "0.22", "2025-09-17")
    )
    value = document(answer(change))
    assert value["cause"] == "company"
    assert value["changes"][0]["culprit"]["axis"] == value["culprit"]["axis"] == "docutils"
    assert value["before"] is value["after"] is None
