"""The verbs of the command that build nothing: what they print, and their exit status."""

from __future__ import annotations

import errno
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from docs_matrix import __version__
from docs_matrix import store as upkeep
from docs_matrix.cli import common

from tests.conftest import NEWEST, ROOT, Command


def test_the_version_is_told(docs_matrix: Command) -> None:
    answer = docs_matrix("--version")
    assert (answer.status, answer.stdout) == (0, f"docs-matrix {__version__}\n")


@pytest.mark.parametrize("arguments", [(), ("chek",), ("check", "--jobs", "0"), ("check", "--no-such"), ("baseline",)])
def test_a_mistyped_command_is_status_2_without_a_traceback(docs_matrix: Command, arguments: tuple[str, ...]) -> None:
    answer = docs_matrix(*arguments)
    assert answer.status == 2
    assert "Traceback" not in answer.stderr


def test_the_cells_are_a_table_with_their_environments(docs_matrix: Command, store: Path) -> None:
    answer = docs_matrix("cells")
    assert answer.status == 0, answer.stderr
    (row,) = [line for line in answer.stdout.splitlines() if line.startswith(NEWEST)]
    assert str(store) in row or "no Python 3.13" in row


def test_the_cells_as_json_name_versions_and_places(docs_matrix: Command) -> None:
    cells = json.loads(docs_matrix("cells", "--format", "json").stdout)
    assert [cell["sphinx"] for cell in cells] == [
        "3.4.3",
        "4.3.2",
        "5.3.0",
        "7.2.6",
        "8.1.3",
        "8.2.3",
        "9.0.4",
        "9.2.0",
    ]
    assert all(cell["lock"].endswith(".txt") for cell in cells)


def test_the_cells_for_github_are_what_from_json_takes(docs_matrix: Command) -> None:
    answer = docs_matrix("cells", "--format", "github")
    assert NEWEST in json.loads(answer.stdout)["cell"]
    assert answer.stdout.count("\n") == 1


def test_the_committed_locks_answer_their_cells(docs_matrix: Command) -> None:
    answer = docs_matrix("lock", "--check", "--offline")
    assert (answer.status, answer.stderr) == (0, "")


def test_a_lock_that_was_changed_does_not_answer(docs_matrix: Command, tmp_path: Path) -> None:
    (tmp_path / "locks").mkdir()
    for lock in (ROOT / "locks").iterdir():
        (tmp_path / "locks" / lock.name).write_text(lock.read_text().replace("docutils==0.23", "docutils==0.22.4"))
    (tmp_path / "matrix.yaml").write_text((ROOT / "matrix.yaml").read_text())
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    answer = docs_matrix("lock", "--check", "--matrix", tmp_path / "matrix.yaml")
    assert answer.status == 2
    assert NEWEST in answer.stderr


def test_the_store_is_emptied_only_where_it_is_one(docs_matrix: Command, tmp_path: Path) -> None:
    other = tmp_path / "mine"
    other.mkdir()
    (other / "thesis.tex").write_text("x")
    refused = docs_matrix("store", "empty", DOCS_MATRIX_STORE=str(other))
    assert refused.status == 2
    assert (other / "thesis.tex").exists()
    (other / "trees.git").mkdir()
    assert docs_matrix("store", "empty", DOCS_MATRIX_STORE=str(other)).status == 2
    assert docs_matrix("check", "--tree", "example", DOCS_MATRIX_STORE=str(other)).status == 2
    ours = tmp_path / "store"
    upkeep.claim(ours)
    (ours / "trees.git").mkdir()
    assert docs_matrix("store", "empty", DOCS_MATRIX_STORE=str(ours)).status == 0
    assert not ours.exists()


def test_without_a_matrix_of_its_own_a_folder_uses_the_default_one(docs_matrix: Command, tmp_path: Path) -> None:
    assert NEWEST in docs_matrix("cells", cwd=tmp_path).stdout


def test_the_nearest_matrix_above_is_used(docs_matrix: Command, tmp_path: Path) -> None:
    (tmp_path / "matrix.yaml").write_text("version: 1\ncells: []\n")
    (tmp_path / "docs").mkdir()
    answer = docs_matrix("cells", cwd=tmp_path / "docs")
    assert answer.status == 2
    assert "matrix.yaml:" in answer.stderr


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = f"{sys.executable} -m docs_matrix cells --format json | head -c 1 >/dev/null; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode in (0, 141)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (RecursionError("maximum recursion depth exceeded"), "unexpected RecursionError at cli/cells.py:"),
        (ValueError("a\nb"), "a b; --debug shows the traceback"),
        (MemoryError(), "not enough memory"),
        (OSError(errno.EMFILE, "Too many open files"), "ulimit -n"),
        (OSError(errno.ENOSPC, "No space left on device", "/x"), "/x: no space left on the disk"),
        (RuntimeError("can't start new thread"), "ulimit -u"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), "unexpected BrokenPipeError"),
    ],
)
@pytest.mark.parametrize("debug", [False, True])
def test_what_nobody_expected_ends_with_3_in_one_line(
    docs_matrix: Command, monkeypatch: pytest.MonkeyPatch, error: Exception, line: str, debug: bool
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(common, "matrix_of", fail)
    answer = docs_matrix("cells", *(["--debug"] if debug else []))
    assert answer.status == 3
    assert line in answer.stderr.splitlines()[-1]
    assert ("Traceback" in answer.stderr) == debug


def test_an_error_of_the_user_keeps_its_status_in_debug(docs_matrix: Command) -> None:
    answer = docs_matrix("read", "/nowhere", "--debug")
    assert answer.status == 2
    assert "Traceback" in answer.stderr
    assert answer.stderr.splitlines()[-1].startswith("docs-matrix: ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_a_run_with_130_and_in_one_line(
    docs_matrix: Command, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    monkeypatch.setattr(common, "matrix_of", lambda _: signal.raise_signal(number))
    usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
    before = signal.signal(number, usual)  # whoever runs the tests may ignore it, as nohup does
    try:
        answer = docs_matrix("cells")
    finally:
        signal.signal(number, before)
    assert (answer.status, answer.stderr.count("\n")) == (130, 1)
