"""The comparison: what is known after a change, what is new, what is fixed, and its laws."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from harness.diagnostics.changes import NoChanges
from harness.diagnostics.compare import compare, compare_with_accepted
from harness.diagnostics.findings import Judged, Verdict
from harness.diagnostics.record import Diagnostic

from .edits import Edits

NUMBERED = "\n".join(f"line {number}" for number in range(1, 21))


def said(line: int | None, message: str = "Title underline too short.", **other: object) -> Diagnostic:
    base = Diagnostic("a.rst", line, "WARNING", "docutils", message, printed=message)
    return replace(base, **other)  # type: ignore[arg-type]


def verdicts(judged: tuple[Judged, ...]) -> list[str]:
    return [str(item.verdict) for item in judged]


def test_a_warning_below_inserted_lines_is_known() -> None:
    change = Edits({"a.rst": NUMBERED}, {"a.rst": "new 1\nnew 2\n" + NUMBERED})
    (judged,) = compare([said(5)], [said(7)], change)
    assert (judged.verdict, judged.base, judged.how) == (Verdict.KNOWN, said(5), "place")


def test_a_warning_on_an_edited_line_with_the_same_mistake_is_known() -> None:
    change = Edits({"a.rst": NUMBERED}, {"a.rst": NUMBERED.replace("line 5\n", "line five\n")})
    assert verdicts(compare([said(5)], [said(5)], change)) == ["known"]


def test_a_warning_on_an_edited_line_that_names_another_thing_is_fixed_and_new() -> None:
    change = Edits({"a.rst": NUMBERED}, {"a.rst": NUMBERED.replace("line 5\n", "line five\n")})
    judged = compare([said(5, "undefined label: 'foo'")], [said(5, "undefined label: 'bar'")], change)
    assert verdicts(judged) == ["new", "fixed"]


def test_an_added_copy_of_a_known_warning_is_new() -> None:
    change = Edits({"a.rst": NUMBERED}, {"a.rst": NUMBERED + "\nadded"})
    judged = compare([said(5)], [said(5), said(21)], change)
    assert [(str(item.verdict), item.diagnostic.line, item.reason) for item in judged] == [
        ("known", 5, ""),
        ("new", 21, "line"),
    ]


def test_two_equal_messages_on_one_line_are_two() -> None:
    assert verdicts(compare([said(5)], [said(5), said(5)], NoChanges())) == ["known", "new"]
    assert verdicts(compare([said(5), said(5)], [said(5)], NoChanges())) == ["known", "fixed"]


def test_a_message_one_line_off_is_known() -> None:
    assert verdicts(compare([said(5)], [said(6)], NoChanges())) == ["known"]


def test_another_level_at_the_same_place_is_changed() -> None:
    (judged,) = compare([said(5, level="CRITICAL")], [said(5, level="ERROR")], NoChanges())
    assert judged.verdict is Verdict.CHANGED


def test_an_edit_inside_a_quoted_table_is_changed_and_not_new() -> None:
    table = "Malformed table.\nRight border not aligned or missing.\n\n+---+\n| {} |\n+---+"
    (judged,) = compare([said(5, table.format("a"))], [said(5, table.format("b"))], NoChanges())
    assert judged.verdict is Verdict.CHANGED


def test_a_warning_of_a_renamed_file_is_known() -> None:
    change = Edits({"a.rst": NUMBERED}, {"b.rst": NUMBERED}, {"a.rst": "b.rst"})
    assert verdicts(compare([said(5)], [said(5, path="b.rst")], change)) == ["known"]


def test_a_warning_of_a_deleted_file_is_fixed() -> None:
    assert verdicts(compare([said(5)], [], Edits({"a.rst": NUMBERED}, {}))) == ["fixed"]


def test_what_has_no_place_is_counted() -> None:
    nowhere = said(None, path=None)
    assert verdicts(compare([nowhere], [nowhere, nowhere], NoChanges())) == ["known", "new"]


def test_why_it_is_new_is_said() -> None:
    head = {"a.rst": NUMBERED.replace("line 5\n", "line five\n"), "b.rst": NUMBERED}
    change = Edits({"a.rst": NUMBERED, "b.rst": NUMBERED}, head)
    judged = compare([], [said(5), said(9), said(5, path="b.rst"), said(None, path=None)], change)
    assert sorted((item.diagnostic.path or "", item.diagnostic.line or 0, item.reason) for item in judged) == [
        ("", 0, "elsewhere"),
        ("a.rst", 5, "line"),
        ("a.rst", 9, "file"),
        ("b.rst", 5, "elsewhere"),
    ]


def test_an_answer_outside_of_the_read_set_is_neither_new_nor_fixed() -> None:
    one, other = said(3, "undefined label: 'a'", unjudged=True), said(4, "undefined label: 'b'", unjudged=True)
    assert verdicts(compare([one], [other], NoChanges())) == ["unjudged", "unjudged"]
    assert verdicts(compare([one], [one], NoChanges())) == ["unjudged"]


def test_an_accepted_message_is_known_wherever_it_stands() -> None:
    judged = compare_with_accepted([said(None)], [said(40), said(2)], "b.yaml")
    assert [(str(item.verdict), item.diagnostic.line, item.reason) for item in judged] == [
        ("known", 2, "b.yaml"),
        ("new", 40, ""),
    ]


def test_an_accepted_message_that_is_gone_is_fixed() -> None:
    assert verdicts(compare_with_accepted([said(None)], [], "b.yaml")) == ["fixed"]


DIAGNOSTICS = st.lists(
    st.builds(
        said,
        st.none() | st.integers(1, 20),
        st.sampled_from(["x", "y 'a'", "y 'b'", "z\n\nquoted", "z\n\nother"]),
        path=st.sampled_from(["a.rst", "b.rst", None]),
        level=st.sampled_from(["WARNING", "ERROR"]),
    ),
    max_size=12,
)
TEXTS = st.fixed_dictionaries({"a.rst": st.lists(st.sampled_from("abcdef"), max_size=20).map("\n".join)})
CHANGES = st.builds(Edits, TEXTS, TEXTS)


@given(DIAGNOSTICS)
def test_comparing_a_build_with_itself_finds_nothing(found: list[Diagnostic]) -> None:
    assert {item.verdict for item in compare(found, found, NoChanges())} <= {Verdict.KNOWN}


@given(DIAGNOSTICS, DIAGNOSTICS, CHANGES)
def test_every_diagnostic_of_both_sides_is_accounted_for_once(
    base: list[Diagnostic], head: list[Diagnostic], change: Edits
) -> None:
    judged = compare(base, head, change)
    fixed = [item.diagnostic for item in judged if item.verdict is Verdict.FIXED]
    assert Counter(item.diagnostic for item in judged if item.verdict is not Verdict.FIXED) == Counter(head)
    assert Counter([item.base for item in judged if item.base] + fixed) == Counter(base)


@given(DIAGNOSTICS, DIAGNOSTICS, CHANGES)
def test_swapping_the_sides_swaps_new_and_fixed(base: list[Diagnostic], head: list[Diagnostic], change: Edits) -> None:
    there = Counter(verdicts(compare(base, head, change)))
    back = Counter(verdicts(compare(head, base, Edits(change.head, change.base))))
    assert (there["new"], there["fixed"]) == (back["fixed"], back["new"])


@given(st.permutations([said(3), said(5), said(5), said(9, "x"), said(None, path=None)]))
def test_the_order_of_the_diagnostics_changes_nothing(found: list[Diagnostic]) -> None:
    change = Edits({"a.rst": NUMBERED}, {"a.rst": NUMBERED.replace("line 5\n", "")})
    assert compare(found, found[:3], change) == compare(sorted(found, key=str), found[:3], change)
