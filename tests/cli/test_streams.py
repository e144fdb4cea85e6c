"""Standard output and error that are closed or full, and what else a caller may have done to this process."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT


def shell(line: str, store: Path, *, variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as a shell does: `DM` in `line` stands for it."""
    text = line.replace("DM", f"{sys.executable} -m docs_matrix")
    given = {"DOCS_MATRIX_STORE": str(store), "PATH": "/usr/bin:/bin", **(variables or {})}
    return subprocess.run(["bash", "-c", text], cwd=ROOT, capture_output=True, text=True, check=False, env=given)


def test_an_answer_that_cannot_be_written_is_one_clear_line_and_status_3(store: Path) -> None:
    done = shell("DM read --help >/dev/full", store)
    assert done.returncode == 3
    assert done.stderr == "docs-matrix: standard output: cannot be written: No space left on device\n"


@pytest.mark.parametrize("streams", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", "2>/dev/full", "2> >(true)"])
def test_closed_streams_and_a_lost_standard_error_change_no_status(store: Path, streams: str) -> None:
    assert shell(f"DM read /nowhere {streams}", store).returncode == 2
    assert shell(f"DM --help {streams}", store).returncode == 0


def test_no_file_takes_the_place_of_a_closed_stream(store: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text("no report\n")
    shell(f"DM read {report} >&- 2>&-", store)
    assert report.read_text() == "no report\n"


def test_a_caller_that_ignores_ended_children_is_no_error(store: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    ignored = subprocess.run(
        [sys.executable, "-m", "docs_matrix", "check", "--tree", str(tree), "--out", str(tmp_path / "out")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"DOCS_MATRIX_STORE": str(store), "PATH": "/usr/bin:/bin"},
        preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN),
    )
    assert ignored.returncode == 2, ignored.stderr
    assert "ChildProcess" not in ignored.stderr


@pytest.mark.parametrize("most", [5, 9])
def test_too_few_descriptors_are_one_clear_line_and_status_3(store: Path, tmp_path: Path, most: int) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "conf.py").write_text("")
    (tree / "index.rst").write_text("T\n=\n")
    done = subprocess.run(
        [sys.executable, "-m", "docs_matrix", "check", "--tree", str(tree), "--out", str(tmp_path / "out")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"DOCS_MATRIX_STORE": str(tmp_path / "store"), "PATH": "/usr/bin:/bin"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most)),
    )
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert "oo many" in done.stderr.splitlines()[-1]
