"""b4 itself runs both of its hooks with us, on a series of the example whose second patch needs the first."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NEWEST, ROOT
from tests.support.git import git

pytestmark = pytest.mark.builds

BUSES, PATCHES = "Documentation/driver-api/buses.rst", "Documentation/process/patches.rst"
CHANGES: list[tuple[str, str, Callable[[str], str]]] = [
    ("docs: name it", BUSES, lambda text: text.replace("\nRemoving a d", "\n.. _bus-removal:\n\nRemoving a d")),
    ("docs: point to it", PATCHES, lambda text: f"{text}\nSee :ref:`bus-removal` too.\n"),
    ("docs: list", BUSES, lambda text: f"{text}\nListing devices\n=====\n\nThere is a list.\n"),
]
TITLE = f"{BUSES}:40: WARNING: Title underline too short. ... [docutils]"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of the example as a git repository: `main` is the base, `work` has a commit for each of `CHANGES`."""
    folder = tmp_path / "linux"
    shutil.copytree(ROOT / "examples" / "kernel-like", folder)
    for words in (("init", "-q"), ("config", "user.name", "T"), ("config", "user.email", "t@example.org")):
        git(folder, *words)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    git(folder, "checkout", "-qb", "work")
    for subject, path, change in CHANGES:
        (folder / path).write_text(change((folder / path).read_text()))
        git(folder, "commit", "-qam", subject)
    git(folder, "checkout", "-q", "main")
    return folder


@pytest.fixture
def run(tmp_path: Path, store: Path, repository: Path) -> Callable[..., str]:
    """Run a program in the repository, as a user who has installed b4 and us, without a network."""
    own = {name: str(tmp_path / name) for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    given = {"PATH": path, "DOCS_MATRIX_STORE": str(store), "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C.UTF-8"}
    environment = {**os.environ, **own, **given}
    environment.pop("GITHUB_ACTIONS", None)

    def started(*words: str | Path) -> str:
        done = subprocess.run(list(map(str, words)), cwd=repository, env=environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return (done.stdout + done.stderr).decode() if words[0] == "b4" else done.stdout.decode()

    return started


def configured(repository: Path, *names: str) -> None:
    """Have the repository's configuration name our commands of the example, in one cell."""
    for name in names:
        command = git(repository, "config", "--file", ROOT / "examples/b4/gitconfig", f"b4.{name}").strip()
        git(repository, "config", f"b4.{name}", f"{command} --tree {repository} --cell {NEWEST}")


def test_b4_prep_shows_a_new_warning_at_the_patch_that_brings_it(repository: Path, run: Callable[..., str]) -> None:
    configured(repository, "prep-perpatch-check-cmd")
    run("b4", "prep", "-n", "listing", "-f", "main")
    git(repository, "cherry-pick", "main..work")
    printed = run("b4", "prep", "--check")
    shown = [line for line in printed.splitlines() if "docs: " in line or "docs-matrix: " in line]
    assert [line.rpartition(": ")[2] for line in shown[:3]] == ["name it", "point to it", "list"]
    assert shown[3].endswith(f"docs-matrix: {TITLE}")
    assert "Success: 2, Warning: 1, Error: 0" in printed


@pytest.fixture
def series(repository: Path, tmp_path: Path) -> Path:
    """The series with its cover letter, as an mbox."""
    path = tmp_path / "series.mbox"
    words = ("--cover-letter", "--thread=shallow", "--base=main", "main..work")
    path.write_text(git(repository, "format-patch", "--stdout", *words))
    return path


def reviewed(repository: Path, series: Path, run: Callable[..., str], *more: str) -> dict[str, Any]:
    configured(repository, "review-perpatch-check-cmd", "review-series-check-cmd")
    program = ROOT / "tests/support/b4_review.py"
    answer: dict[str, Any] = json.loads(run(sys.executable, program, repository, series, *more))
    return answer


def test_b4_review_gets_a_result_for_each_patch_and_for_the_series(
    repository: Path, series: Path, run: Callable[..., str]
) -> None:
    answer = reviewed(repository, series, run)
    told = [check for checks in answer["patches"].values() for check in checks]
    assert [(check["tool"], check["status"]) for check in told] == [
        ("docs-matrix", "pass"),
        ("docs-matrix", "pass"),
        ("docs-matrix", "warn"),
    ]
    assert told[2]["details"] == TITLE
    (whole,) = answer["series"]
    assert (whole["status"], whole["details"]) == ("warn", f"{TITLE} (patch 3 of 3)")


def test_b4_review_never_passes_a_cell_that_was_not_built(
    repository: Path, series: Path, run: Callable[..., str]
) -> None:
    git(repository, "checkout", "-qb", "broken")
    (repository / "Documentation/conf.py").write_text("raise RuntimeError('no')\n")
    git(repository, "commit", "-qam", "docs: break it")
    git(repository, "checkout", "-q", "main")
    words = ("--cover-letter", "--thread=shallow", "--base=main", "main..broken")
    series.write_text(git(repository, "format-patch", "--stdout", *words))
    answer = reviewed(repository, series, run)
    last = answer["patches"]["[PATCH 1/1] docs: break it"]
    for check in (*last, *answer["series"]):
        assert check["status"] == "fail"
        assert f"{NEWEST} gave no answer" in check["details"]
