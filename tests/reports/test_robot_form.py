from __future__ import annotations

import pytest
from docs_matrix.diagnostics.findings import Run
from docs_matrix.reports.robot_form import report_text
from hypothesis import given, settings

from tests.support.runs import HOSTILE, NEW, OLD, TABLE, VFIO, cell, example, fixed, known, new, run, runs


def test_every_new_message_is_marked_also_the_table_that_the_robot_misses() -> None:
    marked = [line for line in report_text(example()).splitlines() if line.startswith(">>")]
    assert len(marked) == 7
    assert f">> {VFIO}:392: ERROR: Malformed table." in marked
    assert f">> {VFIO}:400: WARNING: Blank line required after table. [docutils]" in marked


def test_a_message_is_whole_with_its_category_at_its_end() -> None:
    text = report_text(example())
    top, middle, bottom = TABLE.splitlines()
    assert f">> {VFIO}:392: ERROR: Malformed table.\n   | Right border not aligned or missing.\n   |\n" in text
    assert f"\n   | {top}\n   | {middle}\n   | {bottom} [docutils]\n" in text
    assert "   (line 391 in 1 cell, 392 in 1; the change touched its line)\n" in text


def test_the_source_is_numbered_with_the_lines_of_new_messages_marked() -> None:
    block = report_text(example()).partition(f"vim +382 {VFIO}\n\n")[2]
    lines = block.splitlines()
    assert lines[:3] == ["   381\tline 381", " > 382\tline 382", "   383\tline 383"]
    assert [line for line in lines if line.startswith(" >")] == [
        f" > {number}\tline {number}" for number in (382, 392, 400, 405)
    ]
    assert lines[-4:] == ["   406\tline 406", "", "-- ", "Made by docs-matrix"]


def test_known_messages_nearby_are_context_and_not_marked() -> None:
    text = report_text(example())
    assert f"\n   {VFIO}:446: WARNING: Bullet list ends without a blank line" in text


def test_known_messages_of_other_documents_are_left_out() -> None:
    assert "elsewhere" not in report_text(run(cell(NEW, new("here"), known("elsewhere", 3, path="b.rst"))))


def test_a_message_of_some_cells_says_which() -> None:
    text = report_text(run(cell(OLD), cell(NEW, new("here"))))
    assert f"   (in 1 of 2 cells: {NEW}; the change touched its line)\n" in text


def test_the_header_says_the_toolchains_that_built() -> None:
    text = report_text(example())
    assert f"cell:   {OLD} (Python 3.9, docutils 0.16, Sphinx 3.4.3): ok\n" in text
    assert f"tree:   examples/kernel-like ({'a' * 40})\n" in text
    assert "patch:  noiommu.patch\n" in text


def test_nothing_new_is_one_line() -> None:
    text = report_text(run(cell(NEW, known("a", 3), fixed("b"))))
    assert text.splitlines()[-4] == "No new warnings: nothing new in 1 cell (1 known, 1 fixed)."
    assert ">>" not in text


def test_a_cell_that_was_not_built_does_not_look_like_peace() -> None:
    text = report_text(run(cell(OLD, status="failed", reason="killed"), cell(NEW)))
    assert text.splitlines()[-4].endswith(f"1 cell could not be built: {OLD} (killed).")


@pytest.mark.parametrize("message", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_message_adds_no_mark_and_no_control_character(message: str) -> None:
    text = report_text(run(cell(NEW, new(f"m\n>> {message}\n>> b:1: WARNING: c"))))
    assert sum(line.startswith(">>") for line in text.splitlines()) == 1
    assert all(char.isprintable() or char in "\n\t" for char in text)


@settings(deadline=None, max_examples=40)
@given(runs())
def test_any_run_can_be_told(made: Run) -> None:
    report_text(made).encode("utf-8")
