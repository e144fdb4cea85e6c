"""What is opened below a folder while a command runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from docs_matrix.builds.setup.opened_paths import listen

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux reports what is opened")


@linux_only
def test_a_file_that_another_process_opens_is_reported_and_others_are_not(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    for name in ("src/a.h", "src/b.h", "top"):
        (tmp_path / name).write_text("text")
    with listen(tmp_path, [".", "src"]) as opened:
        subprocess.run(["cat", tmp_path / "src/a.h"], check=True, capture_output=True)
    assert opened.complete
    assert opened.files == {"src/a.h"}


@linux_only
def test_a_file_that_is_only_appended_to_is_reported(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("text")
    with listen(tmp_path, ["."]) as opened:
        subprocess.run(["sh", "-c", "echo more >> log"], cwd=tmp_path, check=True)
    assert opened.files == {"log"}


@linux_only
def test_many_files_are_all_reported(tmp_path: Path) -> None:
    names = {f"{number}.h" for number in range(3000)}
    for name in names:
        (tmp_path / name).write_text("")
    with listen(tmp_path, ["."]) as opened:
        subprocess.run(["sh", "-c", "cat *.h"], cwd=tmp_path, check=True)
    assert opened.complete
    assert names <= opened.files


@linux_only
def test_a_folder_that_cannot_be_heard_makes_the_answer_incomplete(tmp_path: Path) -> None:
    with listen(tmp_path, [".", "missing"]) as opened:
        pass
    assert not opened.complete


def test_a_system_that_reports_nothing_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    with listen(tmp_path, ["."]) as opened:
        pass
    assert not opened.complete
