"""Submodules that are checked out are a part of the tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_matrix.trees import Trees

from tests.trees.conftest import Git, commit, write


@pytest.fixture
def around(project: Path, git: Git, tmp_path: Path) -> Path:
    """A repository with the submodule `theme`, whose first commit is the one of the last commit but one."""
    theme = write(tmp_path / "theme", {"conf.py": "one\n", "static/a.css": "a\n"})
    git(theme, "init", "-q", "-b", "main")
    commit(git, theme)
    git(project, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(theme), "theme")
    commit(git, project)
    write(project / "theme", {"conf.py": "two\n"})
    commit(git, project / "theme")
    commit(git, project)
    return project


def test_each_version_has_the_content_of_its_commit(trees: Trees, around: Path) -> None:
    before, now = trees.revision(around, "HEAD~1"), trees.revision(around, "HEAD")
    assert (trees.read(before, "theme/conf.py"), trees.read(now, "theme/conf.py")) == (b"one\n", b"two\n")
    assert trees.read(now, "theme/static/a.css") == b"a\n"
    assert now.notes == ()


def test_a_work_tree_has_what_is_checked_out_with_its_changes(trees: Trees, around: Path) -> None:
    assert trees.open(around).object_id == trees.revision(around, "HEAD").object_id
    write(around / "theme", {"conf.py": "three\n", "new.py": "new\n"})
    tree = trees.open(around)
    with trees.workspace(tree) as workspace:
        assert (workspace.root / "theme/conf.py").read_text() == "three\n"
        assert (workspace.root / "theme/new.py").read_text() == "new\n"


def test_git_finds_nothing_changed_in_a_copy_with_a_submodule(trees: Trees, git: Git, around: Path) -> None:
    with trees.workspace(trees.open(around)) as workspace:
        assert git(workspace.root, "status", "--porcelain") == git(around, "status", "--porcelain") == ""
        assert git(workspace.root, "ls-files") == git(around, "ls-files")


def test_a_submodule_that_is_not_checked_out_is_left_out_and_noted(
    trees: Trees, git: Git, around: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "-q", str(around), "clone")
    for tree in (trees.open(tmp_path / "clone"), trees.revision(tmp_path / "clone", "HEAD")):
        assert [note.facts[0] for note in tree.notes] == ["theme"]
        assert not [path for path in trees.paths(tree) if path.startswith("theme")]
