"""Builds that ask git: which of them are the same build."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from docs_matrix.builds.order import Order
from docs_matrix.builds.runner import Made
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Recipe

from tests.conftest import NEWEST, ROOT
from tests.support.git import git

pytestmark = pytest.mark.builds

NOTHING = ""
DESCRIBE = """\
import subprocess
release = subprocess.run(["git", "describe", "--tags", "--abbrev=0"], capture_output=True, text=True, check=True).stdout.strip()
"""
READ = "from pathlib import Path\nrelease = Path(__file__).parents[1].joinpath('.git/HEAD').read_text()\n"


class Project:
    """A repository with a tag, and the builds of its work tree."""

    def __init__(self, root: Path, store: Path) -> None:
        self.root = root
        self.bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
        cell = next(cell for cell in self.bench.matrix.cells if cell.name == NEWEST)
        self.environment = self.bench.provide(cell, ()).environment

    def write(self, conf: str) -> None:
        (self.root / "docs").mkdir()
        (self.root / "docs/conf.py").write_text(conf)
        (self.root / "docs/index.rst").write_text(f"Index\n=====\n\n|release| {uuid.uuid4()}\n")  # no store has this
        git(self.root, "init", "-q")
        self.commit()
        git(self.root, "tag", "v1")

    def commit(self) -> None:
        git(self.root, "add", "-A")
        git(self.root, "commit", "-q", "--allow-empty", "-m", "a change")

    def built(self) -> Made:
        recipe = Recipe("sphinx", "docs", "docs", builder="dummy")
        made = self.bench.runner.build(Order(self.environment, self.bench.trees.open(self.root), recipe))
        assert (made.build.status, made.build.reason) == ("ok", None)
        return made


@pytest.fixture
def project(tmp_path: Path, store: Path) -> Project:
    return Project(tmp_path, store)


def test_a_build_that_asks_nothing_is_the_same_at_every_commit_with_its_content(project: Project) -> None:
    project.write(NOTHING)
    first = project.built()
    project.commit()
    git(project.root, "tag", "v2")
    again = project.built()
    assert (again.key, again.fresh) == (first.key, False)


def test_a_build_that_asked_is_the_same_where_git_answers_the_same(project: Project) -> None:
    project.write(DESCRIBE)
    first = project.built()
    project.commit()
    again = project.built()
    assert (again.key, again.fresh) == (first.key, False)
    git(project.root, "tag", "v2")
    other = project.built()
    assert other.key != first.key
    assert other.fresh
    git(project.root, "tag", "-d", "v2")
    assert (project.built().key, project.built().fresh) == (first.key, False)


def test_a_build_that_reads_gits_own_files_is_another_one_at_every_commit(project: Project) -> None:
    project.write(READ)
    first = project.built()
    assert project.built().key == first.key
    project.commit()
    other = project.built()
    assert other.key != first.key
    assert other.fresh
