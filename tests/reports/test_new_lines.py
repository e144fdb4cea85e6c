"""What `reproduce.sh` prints: the messages that the head's log has and the base's has not."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_matrix.reports.templates.new_lines import main


@pytest.fixture
def trees(tmp_path: Path) -> Path:
    """The folder of a base and a head, where the head's a.rst has one line more at its start."""
    for name, text in (("base", "one\ntwo\n"), ("head", "zero\none\ntwo\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.rst").write_text(text)
    return tmp_path


def run(folder: Path, base: list[str], head: list[str], expected: list[str], total: int | None = None) -> int:
    for name, lines in (("base.log", base), ("head.log", head), ("expected", expected)):
        (folder / name).write_text("".join(f"{line}\n" for line in lines))
    logs = (str(folder / "base.log"), str(folder / "head.log"), str(folder / "head"), str(folder / "base"))
    return main(*logs, str(folder / "expected"), str(len(expected) if total is None else total))


def test_a_message_that_moved_with_its_line_is_not_new(trees: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = "a.rst:1: WARNING: y"
    assert run(trees, ["a.rst:1: WARNING: x"], ["a.rst:2: WARNING: x", new], [new]) == 0
    assert capsys.readouterr().out == f"{new}\n"


def test_a_message_elsewhere_in_its_file_is_not_new_unless_there_are_more_of_it(
    trees: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = ["a.rst:1: WARNING: x", "a.rst:3: WARNING: x"]
    assert run(trees, ["a.rst:1: WARNING: x"], head, [head[1]]) == 0
    assert capsys.readouterr().out == "a.rst:3: WARNING: x\n"


def test_paths_in_the_folder_of_the_build_are_relative(trees: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(trees, [], [f"{trees / 'head'}/a.rst:1: ERROR: x"], ["a.rst:1: ERROR: x"]) == 0
    assert capsys.readouterr().out == "a.rst:1: ERROR: x\n"


def test_a_line_of_the_report_that_is_not_printed_makes_the_status_1(
    trees: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(trees, [], ["a.rst:1: WARNING: x"], ["a.rst:1: WARNING: x", "a.rst:9: WARNING: y"]) == 1
    assert capsys.readouterr().err == "found 1 of the 2 lines of the report, and 0 other new lines\n"


@pytest.mark.parametrize("total", [0, 2])
def test_lines_that_nobody_looked_for_are_no_success(trees: Path, total: int) -> None:
    assert run(trees, [], ["a.rst:1: WARNING: x"], [], total) == 1
