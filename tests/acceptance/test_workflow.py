"""The workflow and the action as GitHub runs them: the steps' `run` lines from the files, in order, in a clone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import uv
import yaml
from docs_matrix.errors import HarnessError
from docs_matrix.toolchains import interpreters

from tests.conftest import MIDDLE, NEWEST, ROOT, Command
from tests.support.git import git
from tests.support.machine import lacks
from tests.support.workflow_runner import Job, Runner, a_python

pytestmark = pytest.mark.acceptance

GOOD = "A page\n======\n\nText.\n"
SHORT = "A page\n====\n\nText.\n"


@pytest.fixture(scope="module")
def runner_s_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_python(tmp_path_factory.mktemp("setup") / "python")


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What lets a step reach the package index as this machine does, and share what it fetched."""
    uv_cache = subprocess.run([uv.find_uv_bin(), "cache", "dir"], capture_output=True, text=True, check=True)
    given = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "PYENV_", "SSL_"))}
    pip = Path("~/.config/pip/pip.conf").expanduser()
    if pip.exists():
        given.setdefault("PIP_CONFIG_FILE", str(pip))
    settings = Path("~/.config/uv/uv.toml").expanduser()
    if settings.exists():
        given.setdefault("UV_CONFIG_FILE", str(settings))
    given["PIP_CACHE_DIR"] = str(tmp_path_factory.mktemp("pip"))
    return {**given, "UV_CACHE_DIR": uv_cache.stdout.strip()}


def in_github(workspace: Path, event: str, base: str = "", *, fork: bool = False) -> dict[str, Any]:
    """The context `github` of an event at the head of the clone."""
    head = git(workspace, "rev-parse", "HEAD").strip()
    pull = {"number": 7, "head": {"sha": head, "repo": {"full_name": "stranger/docs" if fork else "owner/docs"}}}
    return {
        "run_id": head[:8] + event,
        "run_attempt": "1",
        "event_name": event,
        "ref": "refs/heads/main",
        "sha": head,
        "base_ref": base,
        "repository": "owner/docs",
        "event": {"repository": {"private": False}, **({"pull_request": pull} if event == "pull_request" else {})},
    }


def interpreter_folders() -> tuple[Path, ...]:
    try:
        return tuple(
            interpreters.find(cell[2:].split("-")[0], offline=True)[0].path.parent for cell in (NEWEST, MIDDLE)
        )
    except HarnessError as missing:
        lacks(missing)


def matrix_of(tree: str) -> str:
    """A matrix of the two cells that the tests share, with one tree."""
    read = yaml.safe_load((ROOT / "matrix.yaml").read_text())
    cells = [cell for cell in read["cells"] if cell["sphinx"] in (NEWEST.split("sphinx")[1], MIDDLE.split("sphinx")[1])]
    told = {"version": 1, "defaults": {"tree": tree}, "cells": cells}
    return yaml.safe_dump(
        {**told, "trees": {tree: {"path": "site", "requirements": [], "recipe": {"sphinx": {"source": "docs"}}}}}
    )


def project(folder: Path, *, whole: bool) -> None:
    """A repository with a documentation that has one mistake, as the base branch has it; `whole` puts docs-matrix into it."""
    if whole:
        for name in git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
            if (ROOT / name).is_file() and not name.startswith(("docs/", "tests/", "locks/")):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, folder / name)
    (folder / "locks").mkdir(parents=True)
    for cell in (NEWEST, MIDDLE):
        shutil.copy(ROOT / "locks" / f"{cell}.txt", folder / "locks")
    (folder / "matrix.yaml").write_text(matrix_of("handbook"))
    docs = folder / "site/docs"
    docs.mkdir(parents=True)
    (docs / "conf.py").write_text("project = 'x'\n")
    (docs / "index.rst").write_text("Index\n=====\n\n.. toctree::\n\n   a\n   b\n")
    (docs / "a.rst").write_text(SHORT)
    (docs / "b.rst").write_text(GOOD)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "base")


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)
    if git(folder, "branch", "--show-current").strip() == "main":
        git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")


def environments_and_builds(runner: Runner) -> list[str]:
    """The caches of environments and builds."""
    return sorted(cache.name for cache in (runner.scratch / "caches").glob("*") if "revisions" not in cache.name)


def shown(job: Job) -> list[str]:
    return [line for line in job.log.splitlines() if line.startswith(("::warning ", "::error "))]


def test_a_pull_request_shows_what_is_new_once_and_its_repair_nothing(
    tmp_path: Path, runner_s_python: Path, variables: dict[str, str]
) -> None:
    clone = tmp_path / "clone"
    project(clone, whole=True)
    workflow = clone / ".github/workflows/docs-matrix.yml"
    runner = Runner(
        clone, tmp_path / "github", runner_s_python, {}, in_github(clone, "push"), interpreter_folders(), variables
    )

    # The base branch is built once, and what it says is accepted by nobody: its run fails, and fills the caches.
    pushed = runner.workflow(workflow)
    assert [job.failed for job in pushed["cell"]] == [False, False], pushed["cell"][0].log
    assert not runner.cached
    assert runner.uploads

    # The pull request makes a mistake, while the base branch makes another one elsewhere.
    git(clone, "checkout", "-q", "-b", "change")
    (clone / "site/docs/b.rst").write_text(GOOD + "\n*open\n")
    commit(clone, "a mistake")
    git(clone, "checkout", "-q", "main")
    (clone / "site/docs/a.rst").write_text(SHORT + "\n*unrelated\n")
    commit(clone, "another mistake")
    git(clone, "checkout", "-q", "change")
    runner.event = in_github(clone, "pull_request", "main", fork=True)
    runner.uploads.clear()
    before = environments_and_builds(runner)
    asked = runner.workflow(workflow)
    assert environments_and_builds(runner) == before, "a pull request keeps nothing that later runs use"
    (report,) = asked["report"]
    assert report.failed
    warnings = shown(report)
    assert len(warnings) == 1, report.log
    text = "title=WARNING%3A docutils::Inline emphasis start-string without end-string."
    assert warnings[0].startswith(f"::warning file=site/docs/b.rst,line=6,{text}")
    assert report.summary.startswith("**docs-matrix: 1 new diagnostic in 2 cells (1 known)**")
    assert "code-scanning" not in asked
    assert not runner.uploads
    assert all(shown(job) == [] for job in asked["cell"])
    kept = tmp_path / "github/artifacts/docs-matrix-report"
    findings = json.loads((kept / "findings.json").read_text())
    assert {cell["built"] for cell in findings["cells"].values()} == {3}, "the head, and base and head apart"
    assert len(runner.cached) == 6
    page = (kept / "report.html").read_text()
    assert 'aria-label="all 2 cells: 2 at last, 1 at first, 2 at most"' in page, "the course of the revisions"
    assert {path.name for path in kept.iterdir()} >= {"junit.xml", "summary.md"}
    new = [finding for finding in findings["findings"] if finding["verdict"] == "new"]
    assert [(finding["path"], len(finding["cells"])) for finding in new] == [("docs/b.rst", 2)]

    # The second push repairs it, and something that was there before.
    (clone / "site/docs/b.rst").write_text(GOOD + "\n*closed*\n")
    (clone / "site/docs/a.rst").write_text(GOOD)
    commit(clone, "repaired")
    runner.event = in_github(clone, "pull_request", "main")
    (report,) = runner.workflow(workflow)["report"]
    assert not report.failed, report.log
    assert shown(report) == []
    assert report.summary.startswith("**docs-matrix: nothing new in 2 cells (1 fixed)**")
    sarif = json.loads((kept / "code-scanning.sarif").read_text())
    assert sarif["runs"][0]["results"] == []
    assert [category for category, _ in runner.uploads] == ["docs-matrix"]
    page = (kept / "report.html").read_text()
    assert 'aria-label="all 2 cells: 0 at last, 1 at first, 2 at most"' in page, "the pull request's own first push too"


def test_a_job_that_dies_is_an_error_of_its_cell(
    tmp_path: Path, runner_s_python: Path, variables: dict[str, str]
) -> None:
    clone = tmp_path / "clone"
    project(clone, whole=True)
    (clone / "site/docs/a.rst").write_text(GOOD)
    text = (clone / "noxfile.py").read_text()
    dies = f'\nimport sys\nif "docs-matrix({MIDDLE})" in sys.argv:\n    os.kill(os.getpid(), 9)\n'
    (clone / "noxfile.py").write_text(text + dies)
    commit(clone, "a machine that dies")
    runner = Runner(
        clone, tmp_path / "github", runner_s_python, {}, in_github(clone, "push"), interpreter_folders(), variables
    )
    done = runner.workflow(clone / ".github/workflows/docs-matrix.yml")
    assert sorted(job.failed for job in done["cell"]) == [False, True]
    (report,) = done["report"]
    assert report.failed
    assert "code-scanning" not in done
    (error,) = shown(report)
    assert error.startswith(f"::error title=docs-matrix%3A a cell was not built::{MIDDLE}: failed: no result was left")


def test_a_foreign_project_begins_with_one_command_and_its_first_run_is_green(
    docs_matrix: Command, tmp_path: Path, runner_s_python: Path, variables: dict[str, str]
) -> None:
    clone = tmp_path / "clone"
    docs = clone / "docs"
    docs.mkdir(parents=True)
    (docs / "conf.py").write_text("project = 'x'\n")
    (docs / "index.rst").write_text(SHORT)
    git(clone, "init", "-q", "-b", "main")
    commit(clone, "base")
    action = f"owner/docs-matrix@{'0123456789' * 4}"
    begun = docs_matrix("init", clone, "--cell", NEWEST, "--cell", MIDDLE, "--action", action, cwd=tmp_path)
    assert begun.status == 0, begun.stderr
    commit(clone, "docs-matrix")
    workflow = clone / ".github/workflows/docs-matrix.yml"
    actions = {"owner/docs-matrix": ROOT}
    runner = Runner(
        clone, tmp_path / "github", runner_s_python, actions, in_github(clone, "push"), interpreter_folders(), variables
    )
    first = runner.workflow(workflow)
    assert [job.failed for jobs in first.values() for job in jobs] == [False] * 4, first["report"][0].log
    assert first["report"][0].summary.startswith("**docs-matrix: nothing new in 2 cells (1 known)**")

    git(clone, "checkout", "-q", "-b", "change")
    (docs / "index.rst").write_text(SHORT + "\n*open\n")
    commit(clone, "a mistake")
    runner.event = in_github(clone, "pull_request", "main")
    asked = runner.workflow(workflow)
    (report,) = asked["report"]
    assert report.failed
    (warning,) = shown(report)
    assert warning.startswith("::warning file=docs/index.rst,line=6,")
    assert [job.failed for job in asked["cell"]] == [False, False]
