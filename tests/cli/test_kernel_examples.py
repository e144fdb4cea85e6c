"""The scripts of `examples/` for netdev CI and lkp-tests: what they print, and how they end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import NEWEST, ROOT
from tests.support.git import git

NETDEV = ROOT / "examples/netdev-ci/build-doc.sh"
LKP = ROOT / "examples/lkp-tests/docs-matrix"
BUSES = "Documentation/driver-api/buses.rst"
TITLE = f"{BUSES}:38: WARNING: Title underline too short."

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of the example as a git repository: the branch `worse` has a new mistake, `broken` cannot be built."""
    folder = tmp_path / "linux"
    shutil.copytree(ROOT / "examples" / "kernel-like", folder)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    for branch, path, text in (
        ("worse", BUSES, "\nListing devices\n=====\n\nText.\n"),
        ("broken", "Documentation/conf.py", "\nraise RuntimeError('no')\n"),
    ):
        git(folder, "checkout", "-qb", branch, "main")
        with (folder / path).open("a") as file:
            file.write(text)
        git(folder, "commit", "-qam", branch)
    git(folder, "checkout", "-q", "main")
    return folder


@pytest.fixture
def run(repository: Path, store: Path) -> Run:
    """Run a program in the repository, with variables as the CI system sets them."""

    def started(*words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "DOCS_MATRIX_STORE": str(store), **variables}
        environment.pop("GITHUB_ACTIONS", None)
        command = [str(word) for word in words]
        return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)

    return started


@pytest.mark.builds
@pytest.mark.parametrize(
    ("branch", "status", "printed"),
    [
        ("worse", 1, f"{TITLE} ... [docutils]\n"),
        ("main", 0, ""),
        ("broken", 3, f"docs-matrix: ERROR: {NEWEST} gave no answer (failed): "),
    ],
)
def test_netdev_ci_gets_the_new_lines_and_a_status(
    run: Run, tmp_path: Path, repository: Path, branch: str, status: int, printed: str
) -> None:
    git(repository, "update-ref", f"refs/remotes/testing/next-{branch}", branch)
    results = tmp_path / "results"
    done = run(NETDEV, "--cell", NEWEST, BASE="main", BRANCH=f"next-{branch}", RESULTS_DIR=str(results))
    assert done.returncode == status, done.stderr
    assert done.stdout.startswith(printed)
    assert bool(done.stdout) == bool(printed)
    assert (results / "docs-matrix/junit.xml").exists()
    assert git(repository, "status", "--porcelain") == ""


def test_netdev_ci_is_told_of_a_revision_that_is_not_there(run: Run) -> None:
    done = run(NETDEV, BASE="main", BRANCH="no-such-branch")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no-such-branch: no such revision" in done.stderr


@pytest.mark.builds
@pytest.mark.parametrize(
    ("head", "status", "results"),
    [
        ("worse", 0, [f"{NEWEST}.fail: 1", "new: 1"]),
        ("main", 0, [f"{NEWEST}.pass: 1", "new: 0"]),
        ("broken", 3, [f"{NEWEST}.fail: 1", "new: 0"]),
    ],
)
def test_lkp_tests_gets_a_result_for_each_cell(
    run: Run, repository: Path, head: str, status: int, results: list[str]
) -> None:
    done = run(LKP / "run", tree=str(repository), base="main", head=head, cells=NEWEST)
    assert done.returncode == status, done.stderr
    assert parsed(done.stdout) == results


def parsed(printed: str) -> list[str]:
    """What `parse` makes of what `run` printed."""
    words = [str(LKP / "parse")]
    return subprocess.run(words, input=printed, capture_output=True, text=True, check=True).stdout.splitlines()


def test_lkp_tests_takes_no_message_for_a_result() -> None:
    lines = [
        "KTAP version 1",
        "1..3",
        "# a.rst:1: WARNING: ok 7 x",
        "not ok 1 a b",
        "ok 2 c # SKIP not ok 9 d",
        "ok 3 e",
    ]
    assert parsed("\n".join(lines)) == ["a.fail: 1", "c.skip: 1", "e.pass: 1", "new: 1"]


@pytest.mark.parametrize("path", [NETDEV, LKP / "run", LKP / "parse"], ids=lambda path: path.name)
def test_shellcheck_finds_nothing(path: Path) -> None:
    assert os.access(path, os.X_OK)
    words = [str(Path(sys.executable).with_name("shellcheck")), str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
