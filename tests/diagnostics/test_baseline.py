"""Baseline files: what is written is read back, sorted, and an unreadable one is an error."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.diagnostics import baseline
from harness.diagnostics.baseline import Baseline, Entry
from harness.diagnostics.record import Diagnostic
from harness.errors import InputError

CELLS = ("old", "new")


def said(message: str, *, path: str | None = "a.rst", line: int | None = 3, category: str | None = None) -> Diagnostic:
    return Diagnostic(path, line, "WARNING", category, message, printed=message)


def test_what_all_cells_say_names_no_cells() -> None:
    found = {"old": [said("x")], "new": [said("x", line=7, category="docutils")]}
    assert baseline.collect(found, Baseline(), CELLS).entries == (Entry("a.rst", "WARNING", "docutils", "x"),)


def test_what_one_cell_says_twice_is_accepted_twice_there_only() -> None:
    found = {"old": [said("x"), said("x")], "new": [said("x")]}
    written = baseline.collect(found, Baseline(), CELLS)
    assert [entry.cells for entry in written.entries] == [None, ("old",)]
    assert len(written.accepted("old")) == 2
    assert len(written.accepted("new")) == 1


def test_a_cell_that_was_not_built_keeps_what_it_accepted() -> None:
    kept = Baseline((Entry("b.rst", "ERROR", None, "y", ("new",)),))
    written = baseline.collect({"old": [said("x")]}, kept, CELLS)
    assert [(entry.message, entry.cells) for entry in written.entries] == [("x", ("old",)), ("y", ("new",))]


@given(st.lists(st.tuples(st.text(), st.sampled_from(["a.rst", None]), st.sampled_from([None, ("old",)]))))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, items: list[tuple[str, str, None]]
) -> None:
    path = tmp_path_factory.mktemp("baseline") / "b.yaml"
    entries = tuple(Entry(place, "WARNING", None, text, cells) for text, place, cells in items)
    baseline.write(path, Baseline(entries))
    first = path.read_bytes()
    again = baseline.read(path)
    assert sorted(again.entries, key=repr) == sorted(entries, key=repr)
    baseline.write(path, Baseline(tuple(reversed(entries))))
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a baseline"),
        ("[1", "is not YAML"),
        ("docs-matrix-baseline: 99\ndiagnostics: []\n", "format 99"),
        ("docs-matrix-baseline: 1\n", "must be a list"),
        ("docs-matrix-baseline: 1\ndiagnostics: [x]\n", r"diagnostics\[0\]: must be a mapping"),
        ("docs-matrix-baseline: 1\ndiagnostics: [{level: WARNING}]\n", r"diagnostics\[0\].message: must be a text"),
        ("docs-matrix-baseline: 1\ndiagnostics: [{level: LOUD, message: x}]\n", "none of WARNING"),
        ("docs-matrix-baseline: 1\ndiagnostics: [{level: ERROR, message: x, line: 3}]\n", "no such key"),
    ],
)
def test_an_unreadable_baseline_is_an_error_that_names_the_place(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "b.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=reason):
        baseline.read(path)


def test_a_missing_baseline_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        baseline.read(tmp_path / "none.yaml")
