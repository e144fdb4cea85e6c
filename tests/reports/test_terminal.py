from __future__ import annotations

import io
import threading
from dataclasses import replace

import pytest
from docs_matrix.diagnostics.findings import Run
from docs_matrix.reports.terminal import CellProgress, tell
from hypothesis import given, settings
from rich.console import Console

from tests.support.runs import HOSTILE, NEW, OLD, TABLE, VFIO, cell, example, fixed, known, new, run, runs


def told(made: Run, *, terminal: bool = False, width: int = 80) -> str:
    console = Console(
        file=io.StringIO(), force_terminal=terminal, width=width, color_system="standard" if terminal else None
    )
    tell(made, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def about(asked: Run) -> str:
    """How the last line begins."""
    return f"{asked.tree}, compared with {asked.base}: "


def test_new_findings_come_first_and_whole() -> None:
    lines = told(example()).splitlines()
    assert lines[0] == (f"{VFIO}:382: WARNING: Inline emphasis start-string without end-string. [docutils]")
    assert lines[1] == "    in all 2 cells; the change touched its line"
    table = lines.index(f"{VFIO}:392: ERROR: Malformed table.")
    assert lines[table + 1 : table + 7] == [
        "  | Right border not aligned or missing.",
        "  | ",
        *(f"  | {line}" for line in f"{TABLE} [docutils]".splitlines()),
        "    in all 2 cells; line 391 in 1 cell, 392 in 1; the change touched its line",
    ]


def test_the_last_line_is_the_verdict() -> None:
    assert told(example()).splitlines()[-1] == f"{about(example())}7 new diagnostics in 2 cells (1 known)"
    fixes = run(cell(NEW, fixed("a")))
    assert told(fixes).splitlines()[-1] == f"{about(fixes)}nothing new in 1 cell (1 fixed)"


def test_the_verdict_names_the_tree_and_what_it_was_compared_with() -> None:
    asked = replace(run(cell(NEW)), tree="linux", base="origin/master")
    assert told(asked).splitlines()[-1] == "linux, compared with origin/master: nothing new in 1 cell"
    assert told(replace(asked, tree=".")).splitlines()[-1].startswith("this folder, compared with origin/master: ")


def test_a_cell_that_was_not_built_is_told_with_its_reason() -> None:
    ended = run(cell(OLD, status="timeout", reason="no end after 60 s"), cell(NEW))
    lines = told(ended).splitlines()
    assert f"{OLD}: no end after 60 s" in lines
    assert lines[-1] == f"{about(ended)}nothing new in 1 cell; 1 cell could not be built: {OLD} (no end after 60 s)"


def test_that_nothing_was_built_is_said_where_the_store_had_it_all() -> None:
    said = "nothing was built: the store had it all"
    assert said in told(run(replace(cell(NEW), built=0))).splitlines()
    assert said not in told(run(replace(cell(NEW), built=0), replace(cell(OLD), built=1)))
    assert said not in told(run(replace(cell(NEW, status="failed", reason="x"), built=0)))


def test_no_cell_built_is_not_nothing_new() -> None:
    ended = run(cell(OLD, status="failed", reason="x"))
    assert told(ended).splitlines()[-1].startswith(f"{about(ended)}no cell was built; ")


def test_the_table_has_a_line_a_cell_however_narrow_the_window_of_a_log() -> None:
    lines = told(example(), width=20).splitlines()
    [old] = [line.split() for line in lines if line.startswith(OLD)]
    assert old == [OLD, "ok", "7", "1", "0", "7", "of", "7", "2.5", "s"]


def test_without_a_terminal_there_are_no_colours_and_no_boxes() -> None:
    text = told(example())
    assert text.isascii()
    assert "\x1b" not in text


def test_on_a_terminal_there_are_colours() -> None:
    assert "\x1b[" in told(example(), terminal=True)


@pytest.mark.parametrize("message", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_message_is_text_and_nothing_else(message: str) -> None:
    text = told(run(cell(NEW, new(message), known(message, 3), fixed(message), new(f"::error::{message}", path=None))))
    assert all(char.isprintable() or char in "\n\t" for char in text)
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in text.splitlines())


def test_rich_markup_in_a_message_is_not_interpreted() -> None:
    assert "a [bold]b[/bold] :smile: [/]" in told(run(cell(NEW, new("a [bold]b[/bold] :smile: [/]"))))


@settings(deadline=None, max_examples=40)
@given(runs())
def test_any_run_can_be_told(made: Run) -> None:
    told(made).encode("utf-8")
    told(made, terminal=True).encode("utf-8")


def test_progress_without_a_terminal_is_a_line_a_change() -> None:
    console = Console(file=io.StringIO(), force_terminal=False, width=20)
    with CellProgress(console, [OLD, NEW]) as progress:
        progress.update(OLD, "building the base")
        progress.update(OLD, "building the base")
        progress.update(NEW, "[red]waiting\nfor \x1b[0m")
        progress.done(OLD, "7 new")
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines() == [
        f"{OLD}: building the base",
        f"{NEW}: [red]waiting for \\x1b[0m",
        f"{OLD}: 7 new",
    ]


def test_progress_on_a_terminal_ends_with_a_line_a_cell() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100, color_system=None)
    cells = [f"cell{number}" for number in range(6)]
    with CellProgress(console, cells) as progress:
        threads = [threading.Thread(target=progress.done, args=(name, "[b]7 new")) for name in cells]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert isinstance(console.file, io.StringIO)
    last = console.file.getvalue().splitlines()[-7:-1]  # behind them the cursor comes back
    assert all(f"{name}: [b]7 new" in line for name, line in zip(cells, last, strict=True))


def test_a_reason_that_all_cells_share_is_printed_once() -> None:
    ended = run(*(cell(name, status="failed", reason="there is no index.rst") for name in (OLD, NEW)))
    lines = [line for line in told(ended).splitlines() if "there is no index.rst" in line]
    assert lines == [
        "all 2 cells: there is no index.rst",
        f"{about(ended)}no cell was built; 2 cells could not be built: {OLD}, {NEW} (there is no index.rst)",
    ]


def test_how_far_a_build_is_and_who_waits_is_shown_on_a_terminal_and_not_printed_line_by_line() -> None:
    for terminal_here, shown in ((True, True), (False, False)):
        out = io.StringIO()
        console = Console(file=out, force_terminal=terminal_here, width=100)
        with CellProgress(console, ["old", "new"]) as progress:
            progress.update("new", "head")
            progress.detail("new", "head: reading 12 of 117 documents")
        assert ("new: head: reading 12 of 117 documents" in out.getvalue()) is shown
        assert ("old: waiting" in out.getvalue()) is shown
        assert "new: head" in out.getvalue()
