from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import InputError
from docs_matrix.trees import Trees

from tests.support.effort import patience
from tests.trees.conftest import Git, commit, snapshot, write


def test_a_folder_is_taken_byte_by_byte(trees: Trees, tmp_path: Path) -> None:
    files = {
        "a.rst": b"one\r\ntwo\r\n",
        "b.rst": b"$Id$\n",
        ".gitattributes": b"*.rst text eol=lf ident working-tree-encoding=UTF-16\n",
        ".gitignore": b"_build\n",
        "_build/c.html": b"\0\xff",
        'sp\u00e4ce \n\t"x\\.rst': b"",
        "git~1/d.rst": b"d",
    }
    root = write(tmp_path / "folder", dict(files))
    (root / "a.rst").chmod(0o755)
    tree = trees.open(root)
    assert trees.paths(tree) == tuple(sorted(files))
    assert all(trees.read(tree, path) == content for path, content in files.items() if "\n" not in path)
    with trees.workspace(tree) as workspace:
        assert {path: (workspace.root / path).read_bytes() for path in files} == files
        assert os.access(workspace.root / "a.rst", os.X_OK)
        assert not os.access(workspace.root / "b.rst", os.X_OK)


def test_a_name_that_is_not_utf_8_survives(trees: Trees, tmp_path: Path) -> None:
    root = write(tmp_path / "folder", {"a.rst": "a"})
    name = os.fsdecode(b"l\xfc.rst")
    (root / name).write_text("latin")
    tree = trees.open(root)
    assert trees.paths(tree) == ("a.rst", name)
    assert trees.read(tree, name) == b"latin"


def test_git_folders_and_compiled_python_are_no_content(trees: Trees, tmp_path: Path) -> None:
    root = write(
        tmp_path / "folder", {"a.rst": "a", "sub/.git/HEAD": "x", "ext/__pycache__/a.pyc": "x", "ext/a.py": ""}
    )
    assert trees.paths(trees.open(root)) == ("a.rst", "ext/a.py")


def test_equal_content_has_one_identity_and_each_place_its_lineage(trees: Trees, tmp_path: Path) -> None:
    one, other = (trees.open(write(tmp_path / name, {"a.rst": "a", "b/c": "d"})) for name in ("one", "other"))
    assert one.identity == other.identity
    assert one.lineage != other.lineage


def test_an_empty_folder_is_part_of_the_identity_and_is_made_again(trees: Trees, tmp_path: Path) -> None:
    root = write(tmp_path / "folder", {"a.rst": "a"})
    without = trees.open(root)
    (root / "docs/_static").mkdir(parents=True)
    tree = trees.open(root)
    assert tree.identity != without.identity
    assert tree.object_id == without.object_id
    for _ in range(2):
        with trees.workspace(tree) as workspace:
            assert (workspace.root / "docs/_static").is_dir()


def test_an_edit_is_seen_even_if_size_and_time_are_kept(trees: Trees, tmp_path: Path) -> None:
    root = write(tmp_path / "folder", {"a.rst": "old", "b.rst": "b"})
    old = trees.open(root)
    state = (root / "a.rst").stat()
    (root / "a.rst").write_text("new")
    os.utime(root / "a.rst", ns=(state.st_atime_ns, state.st_mtime_ns))
    assert trees.read(trees.open(root), "a.rst") == b"new"
    (root / "a.rst").write_text("old")
    assert trees.open(root) == old


def test_a_file_that_was_left_alone_is_not_read_again(
    trees: Trees, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write(tmp_path / "folder", {"a.rst": "a"})
    monkeypatch.setattr("docs_matrix.trees.importing._SETTLED", -(10**12))
    first = trees.open(root)
    monkeypatch.setattr("docs_matrix.trees.importing._read", lambda place: pytest.fail(f"{place} was read"))
    assert trees.open(root) == first


def test_a_store_that_lost_its_trees_imports_again(trees: Trees, tmp_path: Path) -> None:
    root = write(tmp_path / "folder", {"a.rst": "a"})
    trees.open(root)
    (tmp_path / "store" / "trees.git").rename(tmp_path / "gone")
    again = Trees(tmp_path / "store")
    assert again.read(again.open(root), "a.rst") == b"a"


def test_the_users_folder_is_never_written(trees: Trees, tmp_path: Path) -> None:
    root = write(tmp_path / "folder", {"a.rst": "a", "docs/b.rst": "b"})
    (root / "link").symlink_to("a.rst")
    before = snapshot(root)
    with trees.workspace(trees.open(root)) as workspace:
        for path in ("a.rst", "docs/b.rst", "link"):
            with (workspace.root / path).open("a") as stream:
                stream.write("written by a build")
    assert snapshot(root) == before


def test_a_link_inside_stays_a_link(trees: Trees, tmp_path: Path) -> None:
    root = write(tmp_path / "folder", {"a.rst": "a", "docs/b.rst": "b"})
    (root / "docs/a.rst").symlink_to("../a.rst")
    (root / "dangling").symlink_to("nothing")
    with trees.workspace(trees.open(root)) as workspace:
        assert (workspace.root / "docs/a.rst").readlink() == Path("../a.rst")
        assert (workspace.root / "dangling").is_symlink()


@pytest.mark.parametrize("target", ["/dev/null", "../outside/a.rst", "../../../../../../etc/passwd", "/etc/passwd"])
def test_a_link_that_leads_out_is_empty_and_noted(trees: Trees, tmp_path: Path, target: str) -> None:
    write(tmp_path / "outside", {"a.rst": "secret"})
    root = write(tmp_path / "folder", {"index.rst": "i"})
    (root / "x.txt").symlink_to(target)
    tree = trees.open(root)
    assert trees.read(tree, "x.txt") == b""
    (note,) = tree.notes
    assert (note.kind, note.facts[0], note.facts[1][:1]) == ("empty", "x.txt", "/")
    with trees.workspace(tree) as workspace:
        assert not (workspace.root / "x.txt").is_symlink()


def test_a_link_to_a_folder_outside_is_an_empty_folder(trees: Trees, tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"a.rst": "a", "sub/b.rst": "b"})
    root = write(tmp_path / "folder", {"docs/index.rst": "i"})
    (root / "docs/folder").symlink_to("../../outside")
    (root / "docs/chain.rst").symlink_to("folder/sub/b.rst")
    (root / "docs/etc").symlink_to("/etc")
    (root / "docs/lost").symlink_to("/nowhere/at/all")
    tree = trees.open(root)
    assert trees.paths(tree) == ("docs/chain.rst", "docs/index.rst")
    assert [note.facts[0] for note in tree.notes] == [
        "docs/chain.rst",
        "docs/etc",
        "docs/folder",
        "docs/lost",
    ]
    with trees.workspace(tree) as workspace:
        assert not [place for place in workspace.root.rglob("*") if place.is_symlink()]
        assert list((workspace.root / "docs/folder").iterdir()) == []
        (workspace.root / "docs/chain.rst").write_text("written by a build")
    assert (outside / "sub/b.rst").read_text() == "b"


def test_in_a_repository_a_link_out_of_the_folder_has_what_git_does_not_ignore(
    trees: Trees, project: Path, tmp_path: Path
) -> None:
    write(project, {".gitignore": ".env\n", ".env": "secret", "shared/a.rst": "a", "shared/.env": "secret"})
    (project / "shared/up").symlink_to("a.rst")
    (project / "shared/round").symlink_to("../docs")
    (project / "shared/out").symlink_to(tmp_path / "store")
    (project / "docs/shared").symlink_to("../shared")
    (project / "docs/env").symlink_to("../.env")
    (project / "docs/config").symlink_to("../.git/config")
    tree = trees.open(project / "docs")
    assert trees.read(tree, "shared/a.rst") == trees.read(tree, "shared/up") == b"a"
    assert trees.read(tree, "env") == trees.read(tree, "config") == b""
    assert "shared/.env" not in trees.paths(tree)
    told = sorted(note.facts[0] for note in tree.notes)
    assert told == ["config", "env", "shared/out", "shared/round"]


def test_links_to_folders_with_links_come_to_an_end(trees: Trees, project: Path) -> None:
    for level in range(30):
        write(project, {f"{level}/index.rst": ""})
        for side in "ab":
            (project / f"{level}/{side}").symlink_to(f"../{level + 1}")
    (project / "docs/all").symlink_to("../0")
    with pytest.raises(InputError, match="link number 1001 of this kind"):
        trees.open(project / "docs")


@pytest.mark.parametrize(
    "target", ["/proc", "/proc/self/environ", "/proc/kmsg", "../../../../../../../proc/1/environ", "/sys", "/dev/zero"]
)
def test_a_link_to_what_is_the_systems_own_is_refused(trees: Trees, project: Path, git: Git, target: str) -> None:
    (project / "docs/x.txt").symlink_to(target)
    with patience(), pytest.raises(InputError, match=r"x\.txt: a link to /\w+.*, which is not a file of a project"):
        trees.open(project)
    commit(git, project)
    with pytest.raises(InputError, match=r"x\.txt: a link to /"):
        trees.revision(project / "docs", "HEAD")


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../../../../../../etc/passwd", "/etc/shadow"])
def test_a_link_that_leads_out_is_empty_in_a_revision_too(trees: Trees, project: Path, git: Git, target: str) -> None:
    (project / "docs/x.txt").symlink_to(target)
    (project / "docs/etc").symlink_to("/etc")
    commit(git, project)
    for place, prefix in ((project, "docs/"), (project / "docs", "")):
        tree = trees.revision(place, "HEAD")
        assert not trees.read(tree, f"{prefix}x.txt")
        assert f"{prefix}etc" in tree.empty_folders
        assert sorted(note.facts[0] for note in tree.notes) == [f"{prefix}etc", f"{prefix}x.txt"]
        assert tree.identity == trees.open(place).identity


def test_a_file_without_bounds_is_left_out_and_noted(trees: Trees, tmp_path: Path) -> None:
    root = write(tmp_path / "folder", {"a.rst": "a"})
    with (root / "disk.img").open("wb") as stream:
        stream.truncate(1 << 40)
    tree = trees.open(root)
    assert trees.paths(tree) == ("a.rst",)
    assert tree.notes == (Note("left out", ("disk.img", "large")),)


def test_an_absolute_link_into_the_folder_becomes_relative(trees: Trees, tmp_path: Path) -> None:
    root = write(tmp_path / "folder", {"docs/index.rst": "i"})
    (root / "docs/all").symlink_to(root)
    with trees.workspace(trees.open(root)) as workspace:
        assert (workspace.root / "docs/all").readlink() == Path("..")


def test_a_link_through_a_link_cannot_lead_out(trees: Trees, tmp_path: Path) -> None:
    write(tmp_path, {"secret": "s"})
    root = write(tmp_path / "folder", {"p/x": "x"})
    (root / "p/q").symlink_to("..")
    (root / "a").symlink_to("p/q/../secret")
    with trees.workspace(trees.open(root)) as workspace:
        assert not (workspace.root / "a").is_symlink()
        assert (workspace.root / "a").read_text() == ""


def test_a_pipe_is_left_out_and_noted(trees: Trees, tmp_path: Path) -> None:
    root = write(tmp_path / "folder", {"a.rst": "a"})
    os.mkfifo(root / "pipe")
    tree = trees.open(root)
    assert trees.paths(tree) == ("a.rst",)
    assert tree.notes == (Note("left out", ("pipe", "special")),)


def test_what_is_neither_a_folder_nor_an_archive_is_named(trees: Trees, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing: there is no such folder or archive"):
        trees.open(tmp_path / "missing")
    with pytest.raises(InputError, match=r"text: neither a folder nor an archive"):
        trees.open(write(tmp_path, {"text": "not an archive"}) / "text")


def test_of_a_work_tree_changed_and_new_files_count_and_ignored_ones_do_not(
    trees: Trees, project: Path, git: Git
) -> None:
    write(project, {".gitignore": "_build\n"})
    commit(git, project)
    clean = trees.open(project)
    assert clean.identity == trees.revision(project, "HEAD").identity
    write(project, {"docs/index.rst": "changed\n", "docs/new.rst": "new\n", "_build/out.html": "x"})
    (project / "README.rst").unlink()
    before = snapshot(project)
    tree = trees.open(project)
    assert trees.paths(tree) == (".gitignore", "docs/conf.py", "docs/index.rst", "docs/new.rst")
    assert trees.read(tree, "docs/index.rst") == b"changed\n"
    assert snapshot(project) == before
    git(project, "checkout", "-q", "-f", "HEAD")
    (project / "docs/new.rst").unlink()
    assert trees.open(project) == clean


def test_the_users_own_list_of_ignored_files_counts(
    trees: Trees, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {".gitconfig": "[core]\n\texcludesFile = ~/mine\n", "mine": ".venv\n"})
    monkeypatch.setenv("HOME", str(tmp_path))
    write(project, {".venv/lib/x.rst": "x"})
    assert trees.paths(trees.open(project)) == ("README.rst", "docs/conf.py", "docs/index.rst")


def test_a_folder_that_the_repository_around_it_ignores_is_a_plain_folder(
    trees: Trees, project: Path, git: Git
) -> None:
    write(project, {".gitignore": "/other\n", "other/a.rst": "a", "other/.gitignore": "_build", "other/_build/b": "b"})
    assert trees.paths(trees.open(project / "other")) == (".gitignore", "_build/b", "a.rst")


def test_a_conflict_and_an_intended_file_are_taken_as_they_lie_there(trees: Trees, project: Path, git: Git) -> None:
    git(project, "checkout", "-q", "-b", "side")
    write(project, {"docs/index.rst": "side\n"})
    commit(git, project)
    git(project, "checkout", "-q", "main")
    write(project, {"docs/index.rst": "main\n"})
    commit(git, project)
    with pytest.raises(subprocess.CalledProcessError):
        git(project, "merge", "side")
    write(project, {"docs/later.rst": "later\n"})
    git(project, "add", "-N", "docs/later.rst")
    tree = trees.open(project)
    assert (trees.read(tree, "docs/index.rst") or b"").startswith(b"<<<<<<<")
    assert trees.read(tree, "docs/later.rst") == b"later\n"


def test_a_repository_whose_configuration_runs_programs_runs_none(
    trees: Trees, project: Path, tmp_path: Path, git: Git
) -> None:
    trap = write(tmp_path, {"trap": f"#!/bin/sh\ntouch {tmp_path}/sprung\n"}) / "trap"
    trap.chmod(0o755)
    git(project, "config", "core.fsmonitor", str(trap))
    git(project, "config", "core.hooksPath", str(tmp_path / "hooks"))
    write(tmp_path, {"hooks/post-index-change": trap.read_text()})
    (tmp_path / "hooks/post-index-change").chmod(0o755)
    trees.open(project)
    trees.revision(project, "HEAD")
    assert not (tmp_path / "sprung").exists()


def test_a_callers_git_variables_have_no_say(
    trees: Trees, project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert "docs/index.rst" in trees.paths(trees.open(project))


@pytest.mark.parametrize("path", ["../x.c", "./conf.py", "..", ".", "a/../../x.c", "/etc/passwd", "nowhere"])
def test_a_path_outside_of_the_tree_names_no_file(trees: Trees, project: Path, path: str) -> None:
    tree = trees.open(project)
    assert trees.read(tree, path) is None
    assert dict(trees.texts(tree, [path])) == {}


def test_a_fifo_in_the_place_of_a_list_of_ignored_files_is_not_waited_for(trees: Trees, tmp_path: Path) -> None:
    root = write(tmp_path / "folder", {"a.rst": "a", "b/c.rst": "c"})
    os.mkfifo(root / "b" / ".gitignore")
    with patience():
        assert trees.paths(trees.open(root)) == ("a.rst", "b/c.rst")
