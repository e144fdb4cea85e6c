from __future__ import annotations

import json
from pathlib import Path

import pytest
from docs_matrix.errors import MachineError
from docs_matrix.reports.folder import write
from junitparser import JUnitXml

from tests.support.runs import NEW, OLD, cell, example, new, run


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_has_all_reports_and_a_log_a_cell(tmp_path: Path) -> None:
    write(example(), tmp_path / "out")
    assert files(tmp_path / "out") == {
        "junit.xml",
        "findings.json",
        "report.txt",
        "report.html",
        "summary.md",
        "findings.sarif",
        "code-scanning.sarif",
        "gl-code-quality-report.json",
        f"logs/{OLD}.log",
        f"logs/{NEW}.log",
    }
    assert json.loads((tmp_path / "out/findings.json").read_text())["schema"] == 1
    assert sum(suite.failures for suite in JUnitXml.fromfile(str(tmp_path / "out/junit.xml"))) == 14


def test_a_log_keeps_its_text_and_shows_what_cannot_be_seen(tmp_path: Path) -> None:
    write(run(cell(NEW, log="a\n\tb \x1b[31mc\udc80 ä\n")), tmp_path)
    assert (tmp_path / f"logs/{NEW}.log").read_text("utf-8") == "a\n\tb \\x1b[31mc\\udc80 ä\n"


def test_a_cell_whose_name_climbs_stays_in_the_folder(tmp_path: Path) -> None:
    write(run(cell("py3-0-0/../../../../up"), cell("py3-0-0_.._.._.._.._up")), tmp_path / "a/b/out")
    assert len(files(tmp_path / "a/b/out/logs")) == 2
    assert files(tmp_path) == {f"a/b/out/{name}" for name in files(tmp_path / "a/b/out")}


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(MachineError, match="out"):
        write(run(cell(NEW, new("a"))), tmp_path / "out")
