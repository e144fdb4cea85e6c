"""`docs-matrix read` as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Command
from tests.robot.corpus import THREAD
from tests.robot.test_shapes import REPORT


def test_the_thread_as_json_has_the_keys_that_are_promised(docs_matrix: Command) -> None:
    answer = docs_matrix("read", THREAD, "--json")
    assert answer.status == 0, answer.stderr
    told = json.loads(answer.stdout)
    assert (told["docutils"], told["python"], told["base"]) == ("0.21.2", "3.13.5", "linus/master")
    keys = {"docutils", "python", "base", "commit", "patch_link", "reproduce", "tags", "messages", "unread"}
    assert keys <= set(told)
    parts = {"path", "line", "level", "category", "message", "marked", "cut"}
    assert all(parts <= set(message) for message in told["messages"])
    assert sum(message["marked"] for message in told["messages"]) == 5


def test_a_report_is_told_in_lines_with_its_forms_counted(docs_matrix: Command, tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text(REPORT + "And a line that nobody knows.\n")
    answer = docs_matrix("read", tmp_path / "report.txt")
    assert answer.status == 0, answer.stderr
    assert (
        ">> Documentation/driver-api/vfio.rst:400: WARNING: Blank line required after table. [docutils]"
        in answer.stdout
    )
    assert "5 messages, 2 marked as new, 2 not shown whole" in answer.stdout
    assert "not understood: 1 line\n  And a line that nobody knows." in answer.stdout


def test_a_report_comes_through_a_pipe_too() -> None:
    words = [sys.executable, "-m", "docs_matrix", "read", "-", "--json"]
    done = subprocess.run(words, cwd=ROOT, input=REPORT.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["docutils"] == "0.21.2"


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "is empty"), (b"Hello\n", "holds no report"), (None, "cannot be read")]
)
def test_what_is_no_report_is_one_line(docs_matrix: Command, tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "report.txt").write_bytes(content)
    answer = docs_matrix("read", tmp_path / "report.txt")
    assert (answer.status, answer.stdout) == (2, "")
    assert said in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_control_characters_do_not_reach_the_terminal(docs_matrix: Command, tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_bytes(REPORT.encode().replace(b"Blank line", b"\x1b[31m\x07::error::Blank line"))
    answer = docs_matrix("read", tmp_path / "report.txt")
    assert "\\x1b[31m" in answer.stdout
    assert "\x1b" not in answer.stdout
