"""The results of single cells, as files: what was kept is gathered, and what is not whole is an error."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docs_matrix.check import cell_files
from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import InputError

from tests.conftest import Command
from tests.reports.test_history import COURSE
from tests.support.runs import NEW, OLD, cell, known, new, run

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
    cell_files.forget(tmp_path, lambda part: part.result.name == OLD)
    others = ["no-json.json", "of-another-tool.json", "text.txt"]
    assert sorted(found.name for found in cells.iterdir()) == sorted([path.name, *others])
    cell_files.forget(tmp_path)
    assert sorted(found.name for found in cells.iterdir()) == others
