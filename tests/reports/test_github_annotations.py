from __future__ import annotations

import re
from dataclasses import replace

import pytest
from docs_matrix.diagnostics.findings import Run
from docs_matrix.reports.github_annotations import LIMIT, annotate
from hypothesis import given, settings

from tests.support.runs import HOSTILE, NEW, OLD, VFIO, cell, example, fixed, known, new, run, runs

COMMAND = re.compile(
    r"::(warning|error|notice)(?: ((?:file|line|title)=[^:,\n]*(?:,(?:line|title)=[^:,\n]*)*))?::([^\n]*)"
)


def read(made: Run, folder: str = "") -> list[tuple[str, dict[str, str], str]]:
    """The annotations as GitHub's runner reads them: kind, properties, text."""
    found = []
    for line in annotate(made, folder):
        match = COMMAND.fullmatch(line)
        assert match, line
        properties = dict(pair.split("=", 1) for pair in (match[2] or "").split(",") if pair)
        found.append((match[1], {name: undone(value) for name, value in properties.items()}, undone(match[3])))
    return found


def undone(text: str) -> str:
    for code, character in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def test_a_mistake_is_one_warning_on_its_line_whatever_the_number_of_cells_that_say_it_how_often() -> None:
    said = read(example())
    assert [kind for kind, _, _ in said] == ["warning"] * 6
    assert sorted(properties["line"] for _, properties, _ in said) == ["382"] * 3 + ["392", "400", "405"]
    assert {properties["file"] for _, properties, _ in said} == {VFIO}
    (table,) = [text for _, _, text in said if "Malformed" in text]
    assert "(in all 2 cells; line 391 in 1 cell, 392 in 1; the change touched its line)" in table


def test_a_tree_below_the_repository_is_annotated_where_the_repository_has_it() -> None:
    assert read(example(), "examples/kernel-like/")[0][1]["file"] == f"examples/kernel-like/{VFIO}"


def test_what_is_known_or_fixed_is_not_annotated() -> None:
    assert annotate(run(cell(NEW, known("a", 1), fixed("b")))) == ()


def test_the_touched_lines_come_first_and_the_rest_is_counted() -> None:
    far = [replace(new(f"far {number}", number), reason="elsewhere") for number in range(1, 40)]
    file = replace(new("in the file", 500), reason="file")
    said = read(run(cell(NEW, *far, file, new("on the line", 900))))
    assert [kind for kind, _, _ in said] == ["warning"] * LIMIT + ["notice"]
    assert [text.splitlines()[0] for _, _, text in said[:3]] == ["on the line", "in the file", "far 1"]
    assert said[-1][2].startswith("31 more new diagnostics: ")


def test_cells_that_were_not_built_are_errors_and_counted_beyond_the_limit() -> None:
    broken = [cell(f"{NEW}-{number}", status="failed", reason="no disk,\n::error::x") for number in range(12)]
    said = read(run(*broken))
    assert [kind for kind, _, _ in said] == ["error"] * LIMIT + ["notice"]
    assert said[0][2] == f"{NEW}-0: failed: no disk, ::error::x"
    assert said[-1][2].startswith("2 more cells that were not built: ")


@pytest.mark.parametrize(
    "message", [*HOSTILE.values(), "::set-env name=a::b", "100 %0A::error::x", "a\r\n::add-path::/x"]
)
def test_a_hostile_message_is_text_of_one_command(message: str) -> None:
    line, *more = annotate(run(cell(NEW, new(f"first {message}", path=f"a,b:{message[:50]}"))))
    assert not more
    assert "\n" not in line
    assert "\r" not in line
    assert len(line) < 20_000
    read(run(cell(NEW, new(f"first {message}", path="a"))))


@settings(deadline=None, max_examples=60)
@given(runs())
def test_any_run_gives_well_formed_commands_within_the_limits(made: Run) -> None:
    kinds = [kind for kind, _, _ in read(made)]
    assert max((kinds.count(kind) for kind in kinds), default=0) <= LIMIT


def test_the_oldest_cells_are_named_where_not_all_have_it() -> None:
    (said,) = read(run(cell(OLD, new("a")), cell(NEW)))
    assert f"in 1 of 2 cells: {OLD}" in said[2]


@pytest.mark.parametrize("path", ["<rst_prolog>", "docstring of built.in", "site-packages/other/x.py"])
def test_what_is_in_no_file_of_the_tree_says_where_it_is(path: str) -> None:
    [(kind, properties, text)] = read(run(cell(NEW, new("An open quotation.", 3, path=path))))
    assert (kind, set(properties)) == ("warning", {"title"})
    assert text.startswith(f"{path}:3: An open quotation.")
