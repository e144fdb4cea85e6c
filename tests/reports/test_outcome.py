"""What a run means in one word and a few lines, as b4, KTAP and the terse form print it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from docs_matrix.diagnostics.findings import Run
from docs_matrix.diagnostics.merge_cells import merge
from docs_matrix.reports.b4 import b4_checks
from docs_matrix.reports.formats import text
from docs_matrix.reports.ktap import ktap
from docs_matrix.reports.outcome import of_run
from hypothesis import given, settings

from tests.support.runs import HOSTILE, NEW, OLD, VFIO, cell, example, fixed, known, new, run, runs


def terse(made: Run, status: int = 0) -> str:
    return text("terse", of_run(made, status), made)


def test_nothing_new_is_silence_and_passes() -> None:
    made = run(cell(NEW, known("a", 1), fixed("b")))
    assert terse(made) == ""
    assert of_run(made, 0).word == "pass"


def test_a_new_warning_is_a_line_as_compilers_print_it_and_a_warning() -> None:
    made = run(cell(NEW, new("Title overline too short.\n\nmore", 7)))
    assert terse(made, 1) == f"{VFIO}:7: WARNING: Title overline too short. ... [docutils]\n"
    assert of_run(made, 1).word == "warn"


def test_a_new_error_fails() -> None:
    made = run(cell(NEW, new("Malformed table.", 7, level="ERROR"), new("a", 8)))
    assert of_run(made, 1).word == "fail"
    assert terse(made, 1).splitlines()[0] == f"{VFIO}:7: ERROR: Malformed table. [docutils]"


def test_a_severe_message_is_an_error_to_tools_that_know_no_other_word() -> None:
    assert "7: ERROR: a" in terse(run(cell(NEW, new("a", 7, level="CRITICAL"))), 1)


def test_a_line_says_in_which_cells_unless_it_is_all_that_were_built() -> None:
    assert "(in 1 of 2 cells: " in terse(run(cell(OLD), cell(NEW, new("a"))), 1)
    assert "(in " not in terse(run(cell(OLD, new("a")), cell(NEW, new("a"))), 1)


@pytest.mark.parametrize("status", ["failed", "timeout"])
def test_a_cell_that_was_not_built_fails_and_is_never_silent(status: str) -> None:
    made = run(cell(NEW), cell(OLD, status=status, reason="Extension error:\n\x1b[31mno"))
    assert of_run(made, 3).word == "fail"
    assert terse(made, 3) == f"docs-matrix: ERROR: {OLD} gave no answer ({status}): Extension error: \\x1b[31mno\n"


def test_a_skipped_cell_fails_only_if_the_run_does() -> None:
    made = run(cell(NEW), cell(OLD, status="skipped", reason="no Python 3.9"))
    assert of_run(made, 0).word == "pass"
    assert of_run(made, 3).word == "fail"
    assert "no Python 3.9" in terse(made, 3)


@pytest.mark.parametrize("made", [run(), run(cell(OLD, status="skipped"))], ids=["no cell", "skipped"])
def test_a_run_without_any_built_cell_fails(made: Run) -> None:
    assert of_run(made, 0).word == "fail"
    assert "ERROR" in terse(made)


def test_a_run_that_fails_for_another_reason_is_not_silent() -> None:
    assert "ERROR: no answer" in terse(run(cell(NEW)), 3)


def test_a_preliminary_answer_says_so() -> None:
    made = run(cell(NEW, read=2, documents=9), docs="affected")
    (check,) = b4_checks(of_run(made, 0))
    assert (check["status"], "preliminary" in check["summary"]) == ("pass", True)
    assert "# nothing new in 1 cell; preliminary: read 2 of 9 documents" in text("ktap", of_run(made, 0), made)


def test_b4_gets_one_result_with_a_line_for_each_message_and_the_url() -> None:
    (check,) = b4_checks(of_run(example(), 1), "https://ci.example/1")
    assert {key: check[key] for key in ("tool", "status", "url")} == {
        "tool": "docs-matrix",
        "status": "fail",
        "url": "https://ci.example/1",
    }
    assert check["summary"].startswith("7 new diagnostics in 2 cells")
    assert len(check["details"].splitlines()) == 7


def test_many_messages_are_cut_in_b4_and_counted() -> None:
    many = run(cell(NEW, *(new(f"m{number}", number) for number in range(1, 301))))
    assert b4_checks(of_run(many, 1))[0]["details"].splitlines()[-1] == "and 100 more"


@pytest.mark.parametrize("message", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_message_stays_one_line_and_turns_no_warning_into_an_error(message: str) -> None:
    made = run(cell(NEW, new(f"x ERROR: {message}", path="a ERROR:b.rst")))
    (line,) = terse(made, 1).splitlines()
    assert line.isprintable()
    assert "ERROR:" not in line
    assert len(line) < 700


def test_a_message_that_is_json_is_text_in_json() -> None:
    made = run(cell(NEW, new('", "status": "pass"}] ##[add-mask]x')))
    printed = text("b4", of_run(made, 1), made)
    assert "##[" not in printed
    (check,) = json.loads(printed)
    assert check["status"] == "warn"
    assert '"status": "pass"}] ##[add-mask]x' in check["details"]


def results(printed: str) -> list[str]:
    return [line for line in printed.splitlines() if line.startswith(("ok ", "not ok "))]


def test_ktap_has_a_test_a_cell_with_its_messages_before_it() -> None:
    skipped = cell("py3.10-docutils0.17.1-sphinx4.3.2", status="skipped", reason="no Python 3.10")
    made = run(cell(OLD), skipped, cell(NEW, new("a", 3), known("b", 4)))
    lines = ktap(made, of_run(made, 1)).splitlines()
    assert lines[:2] == ["KTAP version 1", "1..3"]
    assert lines[3:] == [
        f"ok 1 {OLD}",
        "ok 2 py3.10-docutils0.17.1-sphinx4.3.2 # SKIP no Python 3.10",
        f"# {VFIO}:3: WARNING: a [docutils]",
        f"not ok 3 {NEW}",
    ]


def test_a_run_that_fails_without_a_failed_cell_has_a_test_that_is_not_ok() -> None:
    made = run(cell(NEW))
    assert results(ktap(made, of_run(made, 3))) == [f"ok 1 {NEW}", "not ok 2 docs-matrix"]
    assert results(ktap(run(), of_run(run(), 0))) == ["not ok 1 docs-matrix"]


def test_a_hostile_message_is_no_result_of_ktap() -> None:
    made = run(cell(NEW, new("a\nok 1 b\n1..9\nBail out!"), reason="x"), cell(OLD, status="failed", reason="\nok 2 x"))
    assert results(text("ktap", of_run(made, 3), made)) == [f"not ok 1 {NEW}", f"not ok 2 {OLD}"]


@settings(deadline=None, max_examples=60)
@given(runs())
def test_any_run_passes_only_with_a_built_cell_and_nothing_new(made: Run) -> None:
    cells = tuple(one if one.status == "ok" else replace(one, judged=()) for one in made.cells)
    made = replace(made, cells=cells, findings=merge(cells))  # a cell that was not built has no messages
    outcome = of_run(made, 0)
    good = [one for one in made.builds if one.status == "ok"]
    broken = [one for one in made.cells if one.status in ("failed", "timeout")]
    new_ones = [one for one in made.findings if one.verdict == "new"]
    assert (outcome.word == "pass") == (bool(good) and not broken and not new_ones)
    printed = text("terse", outcome, made)
    assert (printed == "") == (outcome.word == "pass")
    assert len(printed.splitlines()) == printed.count("\n") == len(outcome.lines)
    assert all(line for line in printed.splitlines())
    assert json.loads(text("b4", outcome, made))[0]["status"] == outcome.word
    told = text("ktap", outcome, made)
    assert told.splitlines()[1] == f"1..{len(results(told))}"
    assert any(line.startswith("not ok") for line in results(told)) == (outcome.word != "pass")
