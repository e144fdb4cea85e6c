"""The results of single cells, as files: what was kept is gathered, and what is not whole is an error."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docs_matrix.baselines import baseline_file
from docs_matrix.check import cell_files
from docs_matrix.diagnostics.findings import Verdict
from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import InputError

from tests.conftest import Command
from tests.reports.test_history import COURSE
from tests.support.effort import patience
from tests.support.runs import NEW, OLD, cell, fixed, known, new, run

RUN = run(
    cell(OLD, new("a \udc80", 3), known("b", 5, base_line=4)),
    cell(NEW, status="failed", reason="it crashed", notices=("a notice",)),
    notes=(Note("left out", ("a note",)),),
    sources={"Documentation/driver-api/vfio.rst": "text"},
    history=COURSE,
)


def changed(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """The file of a cell in `folder`, changed."""
    cell_files.keep(RUN, folder)
    path = folder / "cells" / f"{OLD}.json"
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))
    return path


def test_what_was_kept_is_gathered(tmp_path: Path) -> None:
    cell_files.keep(replace(RUN, cells=RUN.cells[:1]), tmp_path / "one")
    cell_files.keep(replace(RUN, cells=RUN.cells[1:]), tmp_path / "two")
    assert cell_files.gather([tmp_path], [OLD, NEW]) == RUN


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda data: data["result"].update(status="cancelled", judged=[]), "result.status: must be one of ok, failed"),
        (lambda data: data["result"].update(status="Failed"), "result.status: must be one of ok, failed"),
        (lambda data: data["result"].update(name=7), "result.name: must be str, not 7"),
        (lambda data: data["result"].pop("judged"), "result: judged: missing"),
        (
            lambda data: data["result"]["judged"][0].update(verdict="fine"),
            "result.judged[0].verdict: must be one of new",
        ),
        (
            lambda data: data["result"]["judged"][1]["base"].update(line="7"),
            'result.judged[1].base.line: must be int or null, not "7"',
        ),
        (lambda data: data.update(tree=5), "tree: must be str, not 5"),
        (lambda data: data.update(notes="no list"), 'notes: must be a list, not "no list"'),
        (
            lambda data: data["history"]["revisions"][0]["builds"][OLD].update(status="fine"),
            "history.revisions[0].builds",
        ),
        (lambda data: data.update(seconds=float("nan")), "is not JSON, or is cut: NaN is no number"),
        (lambda data: data.pop("docs-matrix"), 'docs-matrix: must be "CellFile '),
        (lambda data: data.update({"docs-matrix": "CellFile 0"}), 'docs-matrix: must be "CellFile '),
    ],
)
def test_a_result_that_is_not_whole_is_an_error_at_its_place(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], error: str
) -> None:
    path = changed(tmp_path, change)
    with pytest.raises(InputError, match=re.escape(f"{path}: {error}")):
        cell_files.gather([tmp_path], [])


@pytest.mark.parametrize("text", ["", "[" * 200_000, '{"docs-matrix": "CellFile', "{}", "5"])
def test_a_result_that_is_cut_is_an_error(tmp_path: Path, text: str) -> None:
    path = changed(tmp_path, lambda _: None)
    path.write_text(text)
    with pytest.raises(InputError, match=re.escape(f"{path}: ")):
        cell_files.gather([tmp_path], [])


def test_merge_ends_with_2_where_a_status_is_unknown(docs_matrix: Command, tmp_path: Path) -> None:
    path = changed(tmp_path / "jobs", lambda data: data["result"].update(status="cancelled", judged=[]))
    answer = docs_matrix("merge", tmp_path / "jobs")
    assert (answer.status, answer.stderr.count("\n")) == (2, 1)
    assert f'{path}: result.status: must be one of ok, failed, timeout, skipped, not "cancelled"' in answer.stderr


def test_results_of_earlier_runs_of_other_releases_and_cut_ones_are_forgotten_and_no_other_file(tmp_path: Path) -> None:
    path = changed(tmp_path, lambda _: None)
    cells = path.parent
    whole = path.read_text()
    (cells / "older.json").write_text(whole.replace("CellFile ", "CellFile 0"))
    (cells / "cut.json").write_text(whole[:200])
    for name, text in {"no-json.json": "precious", "of-another-tool.json": "{}", "text.txt": whole}.items():
        (cells / name).write_text(text)
    cell_files.remove_results(tmp_path, lambda part: part.result.name == OLD)
    others = ["no-json.json", "of-another-tool.json", "text.txt"]
    assert sorted(found.name for found in cells.iterdir()) == sorted([path.name, *others])
    cell_files.remove_results(tmp_path)
    assert sorted(found.name for found in cells.iterdir()) == others


@pytest.mark.parametrize("first", ["clean", "new"])
def test_of_two_results_for_one_cell_the_worse_one_counts(tmp_path: Path, first: str) -> None:
    clean, found = replace(RUN, cells=(cell(OLD),)), replace(RUN, cells=(cell(OLD, new("a", 3)),))
    for folder, run_ in zip("12", (clean, found) if first == "clean" else (found, clean), strict=True):
        cell_files.keep(run_, tmp_path / folder)
    assert cell_files.gather([tmp_path], []).count(Verdict.NEW) == 1


def test_a_result_that_looked_at_no_documents_is_no_answer(tmp_path: Path) -> None:
    cell_files.keep(replace(RUN, cells=(cell(OLD, documents=0, read=0),)), tmp_path)
    (found,) = cell_files.gather([tmp_path], []).cells
    assert (found.status, found.reason) == ("failed", "its result looked at no documents")


def test_a_result_that_is_no_regular_file_or_without_bounds_is_an_error(tmp_path: Path) -> None:
    path = changed(tmp_path, lambda _: None)
    path.unlink()
    os.mkfifo(path)
    with patience(), pytest.raises(InputError, match="cannot be read"):
        cell_files.gather([tmp_path], [])
    path.unlink()
    with path.open("wb") as stream:
        stream.truncate(1 << 40)
    with patience(), pytest.raises(InputError, match="cannot be read"):
        cell_files.gather([tmp_path], [])


EVIL = "x\n::error::e\n  ::add-mask::a\n##[add-mask]b\r##[group]c \u2028##[error]d"


def test_nothing_of_a_result_is_a_command_to_the_runner(docs_matrix: Command, tmp_path: Path) -> None:
    judged = [new(EVIL, 3), new("m", 4, path=f"a/{EVIL}.rst"), known(EVIL, 5), fixed(EVIL)]
    evil = cell(OLD, *judged, notices=(EVIL,), unclassified=(EVIL,), log=EVIL, python=EVIL)
    broken = cell(NEW, status="failed", reason=EVIL)
    told = replace(RUN, cells=(evil, broken), tree=EVIL, base=EVIL, notes=(Note("left out", (EVIL,)),), docs=EVIL)
    cell_files.keep(told, tmp_path / "jobs")
    for more in ((), ("--json",), ("--debug",)):
        answer = docs_matrix("merge", tmp_path / "jobs", "--github", *more, GITHUB_ACTIONS="true")
        assert answer.status == 3
        assert "##[" not in answer.stdout + answer.stderr
        inside = answer.stdout.partition("::stop-commands::")[0]
        if not more:
            token = answer.stdout.split("::stop-commands::")[1].split("\n")[0]
            inside += answer.stdout.split(f"::{token}::")[1]
        commands = [line for line in (inside + answer.stderr).splitlines() if line.lstrip().startswith("::")]
        assert all(line.startswith(("::warning ", "::error title=docs-matrix", "::notice ")) for line in commands)


@pytest.mark.parametrize("text", ["[" * 100_000, "docs-matrix-baseline: 1\ndiagnostics: " + "[" * 100_000 + "\n...\n"])
def test_a_baseline_that_is_nested_too_deep_is_one_line(docs_matrix: Command, tmp_path: Path, text: str) -> None:
    (tmp_path / "b.yaml").write_text(text)
    answer = docs_matrix("baseline", "show", "--baseline", tmp_path / "b.yaml")
    assert (answer.status, answer.stderr.count("\n")) == (2, 1)


def test_a_fifo_is_no_baseline(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "b.yaml")
    with patience(), pytest.raises(InputError, match="cannot be read"):
        baseline_file.read(tmp_path / "b.yaml")
