from __future__ import annotations

import re
from pathlib import Path

import pytest
from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import InputError
from docs_matrix.trees import Trees, patches, user_repository

from tests.trees.conftest import Git, commit, snapshot, write


def test_a_revision_has_gits_own_identity_and_is_not_copied(
    trees: Trees, project: Path, tmp_path: Path, git: Git
) -> None:
    before = snapshot(project)
    tree = trees.revision(project, "main")
    assert tree.identity == git(project, "rev-parse", "main^{tree}").strip()
    assert tree.name == f"{project}@main"
    with trees.workspace(tree) as workspace:
        assert (workspace.root / "docs/index.rst").read_text().startswith("line 1\n")
    assert not list((tmp_path / "store/trees.git/objects").glob("[0-9a-f][0-9a-f]"))
    assert tree.lineage == trees.open(project).lineage
    assert snapshot(project) == before


def test_no_object_of_the_user_gets_a_new_time(trees: Trees, project: Path, tmp_path: Path) -> None:
    (project / "docs" / "out.rst").symlink_to("../README.rst")
    (tmp_path / "p.patch").write_text("--- a/README.rst\n+++ b/README.rst\n@@ -1 +1 @@\n-Read me\n+Read this\n")
    times = {place: place.stat().st_mtime_ns for place in (project / ".git").rglob("*") if place.is_file()}
    for tree in (trees.open(project), trees.open(project / "docs"), trees.revision(project, "HEAD")):
        with trees.workspace(tree):
            pass
    trees.patched(trees.revision(project, "HEAD"), patches.read(tmp_path / "p.patch"))
    assert {place: place.stat().st_mtime_ns for place in times} == times


def test_a_revision_and_a_work_tree_that_is_as_its_head_have_their_commit(
    trees: Trees, project: Path, git: Git
) -> None:
    named = trees.revision(project, "main").commit
    assert named
    assert named.id == git(project, "rev-parse", "main").strip()
    assert named.subject == git(project, "log", "-1", "--format=%s").strip()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", named.date)
    assert trees.open(project).commit == named
    assert trees.open(project / "docs").commit == named
    assert trees.revision(project, "main^{tree}").commit is None
    write(project, {"docs/new.rst": "in progress", "newer/conf.py": ""})
    assert trees.open(project).commit is None
    assert trees.open(project / "newer").commit is None


def test_commits_stand_behind_those_that_they_were_made_from_whatever_their_dates(project: Path, git: Git) -> None:
    def make(branch: str, *, day: int) -> str:
        write(project, {"docs/new.rst": f"{branch} {day}"})
        git(project, "add", "-A")
        git(project, "-c", "user.name=a", "commit", "-qm", "x", "--date", f"2020-01-{day:02}T00:00:00Z")
        return git(project, "rev-parse", "HEAD").strip()

    base = git(project, "rev-parse", "HEAD").strip()
    one = make("main", day=9)
    git(project, "checkout", "-q", "-b", "side")
    side = make("side", day=1)
    git(project, "checkout", "-q", "main")
    two = make("main", day=3)
    repository = user_repository.find(project)
    assert repository
    found = user_repository.in_order(repository, [two, side, base, "0" * 40, one])
    assert found[:2] == (base, one)
    assert set(found[2:]) == {two, side}
    assert user_repository.in_order(repository, [two, side, base], "main") == (base, two)
    assert user_repository.in_order(repository, [two, side], "side~1") == ()
    assert user_repository.in_order(repository, ["0" * 40]) == ()
    git(project, "checkout", "-q", "--orphan", "other")
    other = make("other", day=2)
    assert set(user_repository.in_order(repository, [other, one])) == {other, one}
    assert user_repository.in_order(repository, [other, one], "other") == (other,)
    with pytest.raises(InputError, match="unknown revision 'no-such'"):
        user_repository.in_order(repository, [one], "no-such")


def test_of_a_folder_in_a_repository_the_tree_is_that_folder(trees: Trees, project: Path) -> None:
    assert trees.paths(trees.revision(project / "docs", "HEAD")) == ("conf.py", "index.rst")
    assert trees.open(project / "docs").identity == trees.revision(project / "docs", "HEAD").identity


def test_a_link_out_of_the_folder_is_what_the_revision_has_there(trees: Trees, project: Path, git: Git) -> None:
    (project / "docs/README.rst").symlink_to("../README.rst")
    (project / "docs/all").symlink_to("../examples")
    (project / "docs/lost").symlink_to("/nowhere/at/all")
    write(project, {"examples/one.py": "1"})
    commit(git, project)
    same = trees.open(project / "docs")
    write(project, {"README.rst": "changed since\n", "examples/one.py": "2"})
    tree = trees.revision(project / "docs", "HEAD")
    assert tree.identity == same.identity
    assert tree.commit == same.commit
    assert tree.commit
    assert trees.open(project / "docs").commit is None
    assert trees.read(tree, "README.rst") == b"Read me\n"
    assert trees.read(tree, "all/one.py") == b"1"
    assert tree.notes == (Note("left out", ("lost", "leads to nothing")),)


def test_a_worktree_a_bare_repository_and_a_shallow_clone_are_repositories(
    trees: Trees, project: Path, tmp_path: Path, git: Git
) -> None:
    write(project, {"docs/new.rst": "new"})
    commit(git, project)
    git(project, "worktree", "add", "-q", "--detach", str(tmp_path / "side"), "HEAD~1")
    git(tmp_path, "clone", "-q", "--bare", str(project), "bare.git")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{project}", "shallow")
    head = trees.revision(project, "HEAD")
    assert trees.open(tmp_path / "side").identity == trees.revision(project, "HEAD~1").identity
    assert trees.open(tmp_path / "bare.git").identity == head.identity
    assert trees.revision(tmp_path / "shallow", "HEAD").identity == head.identity
    with pytest.raises(InputError, match=r"unknown revision 'HEAD~1'; the clone is shallow: git fetch --unshallow"):
        trees.revision(tmp_path / "shallow", "HEAD~1")


@pytest.mark.parametrize("name", ["nonsense", "--all", "", "HEAD:README.rst", "a\0b"])
def test_an_unknown_revision_is_named(trees: Trees, project: Path, name: str) -> None:
    with pytest.raises(InputError, match="project: unknown revision"):
        trees.revision(project, name)


def test_a_folder_that_a_revision_does_not_have_is_named(trees: Trees, project: Path, git: Git) -> None:
    write(project, {"later/a.rst": "a"})
    commit(git, project)
    with pytest.raises(InputError, match=r"later: revision 'HEAD~1' has no folder 'later/'"):
        trees.revision(project / "later", "HEAD~1")


def test_what_is_no_repository_has_no_revision(trees: Trees, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a git repository, so it has no revision 'HEAD'"):
        trees.revision(write(tmp_path / "plain", {"a": "a"}), "HEAD")


def test_a_repository_with_sha256_ids_is_opened_as_it_lies_there(trees: Trees, tmp_path: Path, git: Git) -> None:
    root = write(tmp_path / "new", {"a.rst": "a"})
    git(root, "init", "-q", "--object-format=sha256")
    commit(git, root)
    assert trees.paths(trees.open(root)) == ("a.rst",)
    with pytest.raises(InputError, match="the repository has sha256 ids"):
        trees.revision(root, "HEAD")


def test_a_repository_in_a_folder_with_an_odd_name_is_leaned_on(trees: Trees, tmp_path: Path, git: Git) -> None:
    root = write(tmp_path / 'a:b "c" d', {"a.rst": "a"})
    git(root, "init", "-q")
    commit(git, root)
    tree = trees.revision(root, "HEAD")
    assert trees.read(tree, "a.rst") == b"a"
    with trees.workspace(tree) as workspace:
        assert (workspace.root / "a.rst").read_text() == "a"


@pytest.mark.parametrize("step", [1, 0, -1], ids=["later", "in the same second", "by a clock that is wrong"])
def test_a_patch_is_applied_to_the_newest_commit_that_has_its_files_whatever_the_dates(
    project: Path, git: Git, step: int
) -> None:
    def make(day: int, **files: str) -> str:
        write(project, {f"docs/{name}.rst": text for name, text in files.items()})
        git(project, "add", "-A")
        git(project, "commit", "-qm", "x", GIT_COMMITTER_DATE=f"2020-01-{10 + step * day}T00:00:00Z")
        return git(project, "rev-parse", "HEAD").strip()

    make(1, index="first")
    git(project, "checkout", "-q", "-b", "work")
    before = make(2, label="the patch needs it")
    make(3, index="second")
    git(project, "checkout", "-q", "-b", "other", "main")
    make(4, label="another's")
    elsewhere = make(5, index="second", only="here")
    repository = user_repository.find(project)
    blob = git(project, "rev-parse", "main:docs/index.rst").strip()
    only = git(project, "rev-parse", "other:docs/only.rst").strip()
    assert repository
    git(project, "checkout", "-q", "work")
    assert user_repository.holding(repository, {"docs/index.rst": blob[:12]}) == before
    assert user_repository.holding(repository, {"docs/only.rst": only[:12]}) == elsewhere
    assert user_repository.holding(repository, {"docs/only.rst": only[:12], "docs/index.rst": blob[:12]}) is None
