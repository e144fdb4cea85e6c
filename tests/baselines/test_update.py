"""What is accepted from now on: all that the builds say, only what is new beside it, or less."""

from __future__ import annotations

from dataclasses import replace

from docs_matrix.baselines.anchors import Anchors
from docs_matrix.baselines.baseline_file import Baseline, Entry
from docs_matrix.baselines.update import Acceptance, accept
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.flaky import Flaky, Observed
from hypothesis import given
from hypothesis import strategies as st

from tests.support.baseline_texts import OPEN, build, once

CELLS = ("old", "new")
TEXT = "Title\n=====\n\nAn *open one.\n\nOther *words open.\n"
NOTHING = Anchors(lambda path: None)


def said(message: str, *, path: str | None = "a.rst", line: int | None = 3, category: str | None = None) -> Diagnostic:
    return Diagnostic(path, line, "WARNING", category, message, printed=message)


def accepted(
    found: dict[str, Observed], kept: Baseline | None = None, acceptance: Acceptance = "all", reason: str | None = None
) -> tuple[Entry, ...]:
    return accept(acceptance, kept or Baseline(), found, CELLS, NOTHING, reason=reason).entries


def test_what_all_cells_say_names_no_cells_and_looks_as_the_newest_has_it() -> None:
    found = {"old": once(said("x")), "new": once(said("x", line=7, category="docutils"))}
    assert accepted(found) == (Entry("a.rst", "WARNING", "docutils", "x"),)


def test_what_one_cell_says_twice_is_accepted_twice_there_only() -> None:
    entries = accepted({"old": once(said("x"), said("x")), "new": once(said("x"))})
    assert [entry.cells for entry in entries] == [None, ("old",)]


def test_a_cell_that_was_not_built_keeps_what_it_accepted() -> None:
    kept = Baseline((Entry("b.rst", "ERROR", None, "y", ("new",)), Entry("c.rst", "ERROR", None, "z")))
    found = {"old": once(said("x"))}
    entries = sorted((entry.message, entry.cells) for entry in accepted(found, kept))
    assert entries == [("x", ("old",)), ("y", ("new",)), ("z", ("new",))]
    for acceptance in ("new", "said"):
        assert ("y", ("new",)) in {(entry.message, entry.cells) for entry in accepted(found, kept, acceptance)}


def test_only_what_is_new_is_added_with_its_reason() -> None:
    gone = Entry("a.rst", "WARNING", None, "gone", reason="old")
    kept = Baseline((gone, Entry("a.rst", "WARNING", None, "x")))
    found = dict.fromkeys(CELLS, once(said("x"), said("y")))
    entries = accepted(found, kept, "new", "a vendor's table")
    assert set(entries) == {*kept.entries, Entry("a.rst", "WARNING", None, "y", reason="a vendor's table")}


def test_a_reason_is_kept_when_all_is_written_anew() -> None:
    kept = Baseline((Entry("a.rst", "WARNING", None, "x", reason="because"),))
    entries = accepted(dict.fromkeys(CELLS, once(said("x", category="docutils"), said("y"))), kept, "all", "now")
    assert {(entry.message, entry.category, entry.reason) for entry in entries} == {
        ("x", "docutils", "because"),
        ("y", None, "now"),
    }


def test_pruning_takes_out_what_no_cell_says_and_the_cells_that_do_not_say_it() -> None:
    kept = Baseline((Entry("a.rst", "WARNING", None, "gone"), Entry("a.rst", "WARNING", None, "x", reason="r")))
    found = {"old": once(said("new one")), "new": once(said("x"))}
    assert accepted(found, kept, "said") == (Entry("a.rst", "WARNING", None, "x", ("new",), reason="r"),)


def test_what_comes_and_goes_is_accepted_as_flaky_and_is_not_pruned_when_it_does_not_come() -> None:
    flaky = Observed((), (Flaky(said("x"), 1, 2),))
    entries = accepted({"old": once(said("x")), "new": flaky})
    assert entries == (Entry("a.rst", "WARNING", None, "x", flaky=True),)
    assert accepted(dict.fromkeys(CELLS, once()), Baseline(entries), "said") == entries


def test_the_ends_of_one_paragraph_are_one_entry() -> None:
    anchors = Anchors({"a.rst": "Two *lines\nof it.\n\nMore.\n"}.get)
    found = {"old": once(said("x", line=2)), "new": once(said("x", line=1))}
    (entry,) = accept("all", Baseline(), found, CELLS, anchors).entries
    assert entry.cells is None
    assert entry.anchor
    assert entry.anchor.source == "Two *lines"


def test_a_moved_mistake_is_the_entry_that_it_was_and_a_rewrite_follows_it() -> None:
    before, old = build({"a.rst": TEXT})
    kept = accept("all", Baseline(), dict.fromkeys(CELLS, once(*before)), CELLS, old, reason="r")
    after, new = build({"a.rst": TEXT.replace("An *open one", "An *opened one") + "\nMore.\n"})
    entries = accept("all", kept, {"new": once(*after)}, CELLS, new).entries
    assert {(entry.anchor and entry.anchor.source, entry.cells, entry.reason) for entry in entries} == {
        ("An *opened one.", None, "r"),
        ("Other *words open.", None, "r"),
    }
    assert set(accept("said", kept, {"new": once(*after)}, CELLS, new).entries) == set(kept.entries)


DIAGNOSTICS = st.lists(
    st.builds(said, st.sampled_from(["x", "y", OPEN]), line=st.integers(1, 7), path=st.sampled_from(["a.rst", None])),
    max_size=6,
)


@given(
    st.fixed_dictionaries(dict.fromkeys(("one", "two", "three"), DIAGNOSTICS)), st.permutations(["one", "two", "three"])
)
def test_the_order_in_which_cells_are_built_changes_nothing(
    found: dict[str, list[Diagnostic]], order: list[str]
) -> None:
    _, anchors = build({"a.rst": TEXT})
    cells = ("one", "two", "three")
    first = accept("all", Baseline(), {name: once(*found[name]) for name in cells}, cells, anchors)
    again = accept("all", Baseline(), {name: once(*reversed(found[name])) for name in order}, cells, anchors)
    assert sorted(map(str, first.entries)) == sorted(map(str, again.entries))


@given(DIAGNOSTICS)
def test_what_was_just_accepted_stays_as_it_is(found: list[Diagnostic]) -> None:
    _, anchors = build({"a.rst": TEXT})
    heard = dict.fromkeys(CELLS, once(*found))
    kept = accept("all", Baseline(), heard, CELLS, anchors)
    for acceptance in ("all", "new", "said"):
        again = accept(acceptance, kept, heard, CELLS, anchors, reason="r").entries
        assert sorted(map(str, again)) == sorted(map(str, kept.entries))
        assert len(again) == len(found)
    assert accept("said", kept, dict.fromkeys(CELLS, once()), CELLS, anchors) == replace(kept, entries=())
