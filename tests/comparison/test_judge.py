"""The comparison: what is known after a change, what is new, what is fixed, and its laws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from random import Random

from docs_matrix.comparison.judge import compare
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import Judged, Verdict
from docs_matrix.diagnostics.protocols import NoChanges
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.random_lines import Edits

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


SECTION = "Title\n-----\n\nWhat comes first here.\n\nA %s of the section.\n\nWhat comes last here.\n"


def test_a_copy_of_what_is_repaired_in_a_section_that_moves_is_new_whichever_side_is_which() -> None:
    change = Edits(
        {"a.rst": "Other words.\n\n" + SECTION % "*mistake", "b.rst": "Further words.\n", "c.rst": "Words.\n"},
        {
            "a.rst": "Other words.\n",
            "b.rst": "Further words.\n\n" + SECTION % "mistake",
            "c.rst": "Words.\n\nA *mistake of the section.\n",
        },
    )
    base, head = [said(6), said(8)], [said(6, path="b.rst"), said(3, path="c.rst")]
    assert verdicts(compare(base, head, change, change)) == ["moved", "new", "fixed"]
    back = change.swapped()
    assert verdicts(compare(head, base, back, back)) == ["moved", "new", "fixed"]


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


MESSAGES = (
    "x",
    "y 'a'",
    "y 'b'",
    "z\n\nquoted",
    "z\n\nother",
    "duplicate label w, other instance in a.rst",
    "duplicate label w, other instance in b.rst",
    "also defined at a:3",
    "seen at b.rst:12",
)
DIAGNOSTICS = st.lists(
    st.builds(
        said,
        st.none() | st.integers(1, 14),
        st.sampled_from(MESSAGES),
        path=st.sampled_from(["a.rst", "b.rst", "c.rst", None]),
        level=st.sampled_from(["WARNING", "ERROR"]),
        document=st.sampled_from(["a", None]),
    ),
    max_size=12,
)
LINES = [
    "",
    "",
    "alpha beta gamma",
    "  alpha beta gamma",
    "alpha beta delta",
    "- item one",
    "- item two",
    "=====",
    "omega",
]
TEXTS = st.fixed_dictionaries(
    {"a.rst": st.lists(st.sampled_from(LINES), max_size=14).map("\n".join)},
    optional={"b.rst": st.lists(st.sampled_from(LINES), max_size=14).map("\n".join)},
)
CHANGES = st.builds(Edits, TEXTS, TEXTS, st.sampled_from([{}, {}, {"a.rst": "c.rst"}])).filter(
    lambda change: all(new not in change.base_files for new in change.renamed.values())
)
SOURCES = st.booleans()


def renamed(change: Edits) -> Edits:
    """The change with the files of the head under their new names."""
    if not change.renamed:
        return change
    head = {change.renamed.get(path, path): text for path, text in change.head_files.items()}
    return Edits(change.base_files, head, change.renamed)


def inside(found: list[Diagnostic], files: Mapping[str, str]) -> list[Diagnostic]:
    """Those of `found` whose line their file has: behind a file's end, what an edit of the end did cannot be counted back."""
    ends = {path: text.count("\n") + 1 for path, text in files.items()}
    return [one for one in found if (one.line or 0) <= ends.get(one.path or "", one.line or 0)]


@given(DIAGNOSTICS)
def test_comparing_a_build_with_itself_finds_nothing(found: list[Diagnostic]) -> None:
    assert {item.verdict for item in compare(found, found, NoChanges())} <= {Verdict.KNOWN}


@given(DIAGNOSTICS, TEXTS)
def test_comparing_a_build_with_itself_finds_nothing_in_its_texts(
    found: list[Diagnostic], texts: dict[str, str]
) -> None:
    same = Edits(texts, texts)
    assert {item.verdict for item in compare(found, found, same, same)} <= {Verdict.KNOWN}


@settings(max_examples=200)
@given(DIAGNOSTICS, DIAGNOSTICS, CHANGES.map(renamed), SOURCES)
def test_every_diagnostic_of_both_sides_is_accounted_for_once(
    base: list[Diagnostic], head: list[Diagnostic], change: Edits, sources: bool
) -> None:
    judged = compare(base, head, change, change if sources else None)
    fixed = [item.diagnostic for item in judged if item.verdict is Verdict.FIXED]
    assert Counter(item.diagnostic for item in judged if item.verdict is not Verdict.FIXED) == Counter(head)
    assert Counter([item.base for item in judged if item.base] + fixed) == Counter(base)


@settings(max_examples=200)
@given(DIAGNOSTICS, DIAGNOSTICS, CHANGES.map(renamed), SOURCES)
def test_swapping_the_sides_swaps_new_and_fixed(
    base: list[Diagnostic], head: list[Diagnostic], change: Edits, sources: bool
) -> None:
    base, head = inside(base, change.base_files), inside(head, change.head_files)
    back = change.swapped()
    there = Counter(verdicts(compare(base, head, change, change if sources else None)))
    again = Counter(verdicts(compare(head, base, back, back if sources else None)))
    assert (there["new"], there["fixed"]) == (again["fixed"], again["new"])


@given(DIAGNOSTICS, DIAGNOSTICS, CHANGES.map(renamed), st.randoms(use_true_random=False))
def test_the_order_of_the_diagnostics_changes_nothing(
    base: list[Diagnostic], head: list[Diagnostic], change: Edits, random: Random
) -> None:
    first = compare(base, head, change, change)
    random.shuffle(base)
    random.shuffle(head)
    assert compare(base, head, change, change) == first


@given(DIAGNOSTICS, DIAGNOSTICS, CHANGES.map(renamed))
def test_another_root_changes_nothing(base: list[Diagnostic], head: list[Diagnostic], change: Edits) -> None:
    def below(root: str, found: list[Diagnostic]) -> list[Diagnostic]:
        """The build in the folder `root`, whose name its messages leak."""
        anchored = [*found, said(1, path="a.rst"), said(1, path="b.rst")]
        return [replace(one, message=one.message.replace("in a.rst", f"in {root}/a.rst")) for one in anchored]

    one = compare(below("/home/x", base), below("/home/x", head), change, change)
    other = compare(below("/home/x", base), below("/build/some/where", head), change, change)
    assert Counter(verdicts(one)) == Counter(verdicts(other))
