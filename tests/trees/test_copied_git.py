"""What git answers in a private copy, compared with what it answers in the user's clone."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_matrix.trees import Tree, Trees, patches

from tests.trees.conftest import Git, commit, snapshot, write

QUESTIONS = (
    ("describe", "--tags", "--long", "--dirty"),
    ("rev-parse", "HEAD"),
    ("rev-parse", "--abbrev-ref", "HEAD"),
    ("rev-parse", "--is-shallow-repository"),
    ("log", "-1", "--format=%H %cI %s", "--", "docs/index.rst"),
    ("log", "--format=%H"),
    ("ls-files",),
    ("status", "--porcelain"),
    ("tag", "--list"),
    ("branch", "--all"),
    ("diff",),
)

PATCH = b"--- a/docs/conf.py\n+++ b/docs/conf.py\n@@ -0,0 +1 @@\n+x = 1\n"


@pytest.fixture
def tagged(project: Path, git: Git) -> Path:
    """A repository with a tag of its own kind on the first commit, and a commit after it."""
    git(project, "tag", "-a", "-m", "the first", "v1.0")
    write(project, {"docs/more.rst": "more\n"})
    commit(git, project)
    git(project, "branch", "side", "HEAD~1")
    return project


def answers(trees: Trees, git: Git, tree: Tree) -> dict[tuple[str, ...], str]:
    with trees.workspace(tree) as workspace:
        return {words: git(workspace.root, *words) for words in QUESTIONS}


def test_a_private_copy_answers_as_the_users_clone(trees: Trees, git: Git, tagged: Path) -> None:
    expected = {words: git(tagged, *words) for words in QUESTIONS}
    assert answers(trees, git, trees.open(tagged)) == expected
    assert answers(trees, git, trees.revision(tagged, "main")) == expected


def test_changes_of_a_work_tree_are_not_committed(trees: Trees, git: Git, tagged: Path) -> None:
    write(tagged, {"docs/index.rst": "changed\n", "docs/new.rst": "new\n"})
    (tagged / "README.rst").unlink()
    assert answers(trees, git, trees.open(tagged)) == {words: git(tagged, *words) for words in QUESTIONS}


def test_a_patch_is_an_uncommitted_change_of_the_commit_that_it_is_applied_to(
    trees: Trees, git: Git, tagged: Path, tmp_path: Path
) -> None:
    file = tmp_path / "one.patch"
    file.write_bytes(PATCH)
    patched = trees.patched(trees.revision(tagged, "main"), patches.read(file)).tree
    found = answers(trees, git, patched)
    assert found["status", "--porcelain"] == " M docs/conf.py\n"
    assert found["rev-parse", "HEAD"] == git(tagged, "rev-parse", "HEAD")
    assert found["describe", "--tags", "--long", "--dirty"].endswith("-dirty\n")


def test_an_older_revision_is_the_tip_of_the_users_branch(trees: Trees, git: Git, tagged: Path) -> None:
    found = answers(trees, git, trees.revision(tagged, "main~1"))
    assert found["rev-parse", "HEAD"] == git(tagged, "rev-parse", "main~1")
    assert found["rev-parse", "--abbrev-ref", "HEAD"] == "main\n"
    assert found["describe", "--tags", "--long", "--dirty"].startswith("v1.0-0-g")
    assert found["status", "--porcelain"] == ""


@pytest.mark.parametrize("kind", ["shallow", "detached", "worktree", "alternates"])
def test_other_kinds_of_clones_answer_alike(
    trees: Trees, git: Git, tagged: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tmp_path / "clone"
    monkeypatch.setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", f"{tagged}/.git/objects")
    if kind == "worktree":
        git(tagged, "worktree", "add", "-q", str(clone), "side")
    else:
        options = {"shallow": ("--depth=1",), "alternates": ("--shared",), "detached": ()}[kind]
        git(tmp_path, "clone", "-q", *options, f"file://{tagged}" if kind == "shallow" else str(tagged), "clone")
    if kind == "detached":
        git(clone, "checkout", "-q", "HEAD~1")
    if kind == "shallow":
        git(clone, "tag", "v2")
    # the branch that a remote has as its default is a symbolic name, which nothing but a list of branches shows
    expected = {words: git(clone, *words) for words in QUESTIONS if words[0] != "branch"}
    found = answers(trees, git, trees.open(clone))
    assert {words: found[words] for words in expected} == expected


def test_nothing_of_the_user_is_written_and_none_of_their_programs_run(
    trees: Trees, git: Git, tagged: Path, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    program.chmod(0o755)
    write(tagged, {".gitattributes": "*.rst filter=own\n"})
    commit(git, tagged)
    tree = trees.open(tagged)
    for name in ("post-commit", "pre-commit", "post-checkout"):
        (tagged / ".git/hooks" / name).symlink_to(program)
    git(tagged, "config", "filter.own.clean", str(program))
    git(tagged, "config", "core.fsmonitor", str(program))
    before = snapshot(tagged)
    with trees.workspace(tree) as workspace:
        write(workspace.root, {"docs/index.rst": "changed by the build\n"})
        git(workspace.root, "commit", "-qam", "by the build")
        git(workspace.root, "tag", "by-the-build")
        git(workspace.root, "checkout", "-q", "v1.0")
    assert snapshot(tagged) == before
    assert not ran.exists()
    with trees.workspace(tree) as workspace:
        assert git(workspace.root, "tag", "--list") == "v1.0\n"
        assert git(workspace.root, "status", "--porcelain") == ""


def test_a_folder_without_a_repository_has_no_git(trees: Trees, git: Git, tmp_path: Path, tagged: Path) -> None:
    tree = trees.open(write(tmp_path / "plain", {"a.rst": "a"}))
    assert tree.history is None
    with trees.workspace(tree) as workspace:
        assert not (workspace.root / ".git").exists()


BELOW = (*QUESTIONS, ("rev-parse", "--show-prefix"), ("log", "-1", "--format=%H", "--", "../README.rst"))


def test_a_folder_of_a_larger_repository_answers_as_that_folder(trees: Trees, git: Git, tagged: Path) -> None:
    def same(tree: Tree) -> None:
        with trees.workspace(tree) as workspace:
            assert sorted(path.name for path in workspace.top.iterdir()) == [".git", "docs"]
            found = {words: git(workspace.root, *words) for words in BELOW}
        assert found == {words: git(tagged / "docs", *words) for words in BELOW}

    same(trees.open(tagged / "docs"))
    same(trees.revision(tagged / "docs", "main"))
    write(tagged, {"docs/index.rst": "changed\n", "docs/new.rst": "new\n"})
    same(trees.open(tagged / "docs"))


def test_what_a_build_wrote_beside_a_folder_of_a_repository_is_gone(trees: Trees, tagged: Path) -> None:
    tree = trees.open(tagged / "docs")
    with trees.workspace(tree) as workspace:
        write(workspace.top, {"README.rst": "mine", "more/a": "", "docs/new.rst": ""})
    with trees.workspace(tree) as workspace:
        assert sorted(path.name for path in workspace.top.iterdir()) == [".git", "docs"]
        assert not (workspace.root / "new.rst").exists()


REMOTES = (("remote", "get-url", "origin"), ("remote",), ("rev-parse", "--abbrev-ref", "HEAD@{upstream}"))


def test_remotes_are_known_without_their_credentials(trees: Trees, git: Git, tagged: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(tagged), "clone")
    clone = tmp_path / "clone"
    git(clone, "remote", "set-url", "origin", "https://example.org/a/b.git")
    expected = {words: git(clone, *words) for words in REMOTES}
    git(clone, "remote", "set-url", "origin", "https://x-access-token:secret@example.org/a/b.git")
    with trees.workspace(trees.open(clone)) as workspace:
        assert {words: git(workspace.root, *words) for words in REMOTES} == expected
        assert "secret" not in (workspace.root / ".git/config").read_text()


def test_a_url_puts_no_setting_into_the_copy(trees: Trees, git: Git, tagged: Path) -> None:
    git(tagged, "config", "remote.origin.url", 'x"\n[core]\n\tfsmonitor = touch')
    with trees.workspace(trees.open(tagged)) as workspace:
        assert "fsmonitor" not in git(workspace.root, "config", "--local", "--name-only", "--list")
        assert git(workspace.root, "remote", "get-url", "origin") == git(tagged, "remote", "get-url", "origin")
