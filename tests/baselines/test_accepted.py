"""What a baseline accepts: what moved, what was edited, what was repaired, and what was made elsewhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from docs_matrix.baselines.accepted import compare_with_accepted, pair
from docs_matrix.diagnostics.findings import Verdict
from docs_matrix.diagnostics.flaky import Flaky, Observed
from hypothesis import given
from hypothesis import strategies as st

from tests.support.baseline_texts import build, entries, once, unplaced

BASE = """\
Title
=====

An *open one.

Plain text, and more of it.

Section
-------

- first item of a list
- second *item of a list
- third item of a list

The last paragraph
is of two lines.
"""


def verdicts(base: str, head: str) -> list[tuple[str, int | None]]:
    said, anchors = build({"a.rst": head})
    judged = compare_with_accepted(entries({"a.rst": base}), once(*said), anchors, "b.yaml")
    return [(str(item.verdict), item.diagnostic.line) for item in judged]


def test_the_same_tree_says_what_is_accepted() -> None:
    assert verdicts(BASE, BASE) == [("known", 4), ("known", 12)]


@pytest.mark.parametrize(
    "head",
    [
        BASE.replace("Plain text", "Inserted.\n\nInserted too.\n\nPlain text"),
        BASE.replace("Plain text, and more of it.\n\n", ""),
        "Intro.\n\n" + BASE.replace("Title\n=====", "Other title\n==========="),
        BASE.replace("- first item of a list\n", ""),
        BASE.replace("- second", "-   second"),
        BASE.replace("An *open one.", "The first words are new\nAn *open one."),
        BASE.replace("An *open one.\n\n", "") + "\nAn *open one.\n",
    ],
    ids=["inserted above", "removed between", "new title", "other item", "indentation", "longer block", "moved"],
)
def test_edits_around_an_accepted_mistake_leave_it_known(head: str) -> None:
    assert [verdict for verdict, _ in verdicts(BASE, head)] == ["known", "known"]


@pytest.mark.parametrize("line", ["An *open one here.", "And *open one, edited.", "An  *open two."])
def test_an_edited_line_with_the_same_mistake_is_known(line: str) -> None:
    assert verdicts(BASE, BASE.replace("An *open one.", line)) == [("known", 4), ("known", 12)]


@pytest.mark.parametrize(
    ("head", "line"),
    [
        (BASE.replace("An *open", "An open").replace("of two lines", "of *two lines"), 16),
        (BASE.replace("An *open", "An open").replace("Plain", "*Plain"), 6),
        (BASE.replace("An *open one.\n\n", "").replace("of two lines", "of *two lines"), 14),
    ],
    ids=["in another section", "in the same section", "by deletion"],
)
def test_a_repaired_mistake_and_the_same_made_elsewhere_are_one_fixed_and_one_new(head: str, line: int) -> None:
    assert Counter(verdict for verdict, _ in verdicts(BASE, head)) == Counter(["known", "new", "fixed"])
    assert ("new", line) in verdicts(BASE, head)


def test_in_a_list_the_repaired_item_is_fixed_and_the_broken_one_new() -> None:
    head = BASE.replace("second *item", "second item").replace("- third item", "- third *item")
    assert verdicts(BASE, head) == [("known", 4), ("new", 13), ("fixed", None)]


def test_a_copy_of_an_accepted_mistake_is_new() -> None:
    head = BASE + "\nAn *open one.\n"
    assert verdicts(BASE, head) == [("known", 4), ("known", 12), ("new", 18)]


def test_two_equal_messages_on_one_line_are_two() -> None:
    (one, *_), anchors = build({"a.rst": BASE})
    (*_, entry) = entries({"a.rst": BASE})
    judged = compare_with_accepted([entry, entry], once(one), anchors, "b.yaml")
    assert [str(item.verdict) for item in judged] == ["known", "fixed"]
    judged = compare_with_accepted([entry], once(one, one), anchors, "b.yaml")
    assert [str(item.verdict) for item in judged] == ["known", "new"]


def test_what_has_no_place_is_counted() -> None:
    (one, *_), anchors = build({"a.rst": BASE})
    entry = replace(entries({"a.rst": BASE})[0], path=None, anchor=None)
    nowhere = unplaced(one)
    judged = compare_with_accepted([entry], once(nowhere, nowhere), anchors, "b.yaml")
    assert [str(item.verdict) for item in judged] == ["known", "new"]


def test_an_entry_without_an_anchor_accepts_its_message_anywhere_in_the_file() -> None:
    said, anchors = build({"a.rst": BASE})
    (entry, *_) = entries({"a.rst": BASE})
    judged = compare_with_accepted([replace(entry, anchor=None)], once(*said), anchors, "b.yaml")
    assert [str(item.verdict) for item in judged] == ["known", "new"]


def test_a_renamed_file_takes_its_accepted_mistakes_with_it() -> None:
    said, anchors = build({"b.rst": BASE})
    judged = compare_with_accepted(entries({"a.rst": BASE}), once(*said), anchors, "b.yaml")
    assert [str(item.verdict) for item in judged] == ["moved", "moved"]
    said, anchors = build({"a.rst": BASE.replace("*", ""), "b.rst": BASE})
    judged = compare_with_accepted(entries({"a.rst": BASE}), once(*said), anchors, "b.yaml")
    assert [str(item.verdict) for item in judged] == ["new", "new", "fixed", "fixed"]


def test_another_quoted_source_of_the_same_mistake_is_changed() -> None:
    said, anchors = build({"a.rst": BASE}, "Malformed table.\n\n| a |")
    (*_, entry) = entries({"a.rst": BASE})
    judged = compare_with_accepted([replace(entry, message="Malformed table.\n\n| b |")], once(said[0]), anchors, "")
    assert [str(item.verdict) for item in judged] == ["changed"]


def test_another_message_at_an_accepted_place_is_new() -> None:
    said, anchors = build({"a.rst": BASE}, "undefined label: 'b'")
    (*_, entry) = entries({"a.rst": BASE})
    judged = compare_with_accepted([replace(entry, message="undefined label: 'a'")], once(said[0]), anchors, "")
    assert [str(item.verdict) for item in judged] == ["new", "fixed"]


def test_a_message_that_comes_and_goes_is_flaky_and_hides_no_other() -> None:
    (one, other), anchors = build({"a.rst": BASE})
    second, first = entries({"a.rst": BASE})
    head = Observed((one,), (Flaky(replace(one), 1, 2), Flaky(other, 1, 2)))
    judged = compare_with_accepted([first, second], head, anchors, "b.yaml")
    assert [(str(item.verdict), item.diagnostic.line) for item in judged] == [
        ("known", 4),
        ("flaky", 4),
        ("flaky", 12),
    ]
    assert judged[1].reason == "seen in 1 of 2 equal builds"


def test_an_entry_that_is_flaky_is_neither_new_nor_fixed() -> None:
    (one, _), anchors = build({"a.rst": BASE})
    (*_, entry) = entries({"a.rst": BASE})
    flaky = replace(entry, flaky=True)
    (judged,) = compare_with_accepted([flaky], once(one), anchors, "b.yaml")
    assert (judged.verdict, judged.reason) == (Verdict.FLAKY, "accepted as flaky in b.yaml")
    assert compare_with_accepted([flaky], once(), anchors, "b.yaml") == ()
    judged = compare_with_accepted([flaky, entry], once(one), anchors, "b.yaml")[0]
    assert judged.verdict is Verdict.KNOWN


LINES = st.lists(
    st.sampled_from(["", "An *open one.", "Another *open one.", "Plain text.", "Title", "=====", "- item *of", "x"]),
    max_size=14,
).map("\n".join)


@given(LINES, LINES)
def test_each_entry_and_each_diagnostic_is_accounted_for_once(base: str, head: str) -> None:
    accepted = entries({"a.rst": base})
    said, anchors = build({"a.rst": head})
    paired = pair(accepted, said, anchors)
    assert Counter([*(item.entry for item in paired.pairs), *paired.gone]) == Counter(accepted)
    assert Counter([*(item.diagnostic for item in paired.pairs), *paired.new]) == Counter(said)


@given(LINES)
def test_a_tree_is_accepted_by_its_own_baseline(text: str) -> None:
    said, anchors = build({"a.rst": text})
    paired = pair(entries({"a.rst": text}), said, anchors)
    assert (paired.new, paired.gone) == ((), ())
