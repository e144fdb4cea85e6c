from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from docs_matrix import nofollow
from docs_matrix.errors import MachineError
from docs_matrix.trees import Tree, Trees

from tests.trees.conftest import Git, commit, snapshot, write

FILES = {"docs/conf.py": "x = 1\n", "docs/index.rst": "old\n", "docs/sub/deep/a.rst": "a\n", "tool.sh": "#!\n"}


@pytest.fixture
def tree(trees: Trees, tmp_path: Path) -> Tree:
    root = write(tmp_path / "folder", dict(FILES))
    (root / "tool.sh").chmod(0o755)
    (root / "docs/link").symlink_to("index.rst")
    (root / "docs/_static").mkdir()
    return trees.open(root)


def stamp(place: Path) -> tuple[int, int]:
    """What is different of a file that was written again; the time of access is not it."""
    return place.stat().st_ino, place.stat().st_ctime_ns


def append_and_set_back_the_times(root: Path) -> None:
    state = (root / "docs/index.rst").stat()
    with (root / "docs/index.rst").open("a") as stream:
        stream.write("appended by conf.py\n")
    os.utime(root / "docs/index.rst", ns=(state.st_atime_ns, state.st_mtime_ns))


def same_size_and_times(root: Path) -> None:
    state = (root / "docs/index.rst").stat()
    (root / "docs/index.rst").write_text("new\n")
    os.utime(root / "docs/index.rst", ns=(state.st_atime_ns, state.st_mtime_ns))


def replace_a_folder_by_a_link_to_it(root: Path) -> None:
    (root / "docs/sub").rename(root / "docs/elsewhere")
    (root / "docs/sub").symlink_to("elsewhere")


def replace_a_file_by_a_folder(root: Path) -> None:
    (root / "docs/index.rst").unlink()
    write(root, {"docs/index.rst/a": "a"})


def replace_a_folder_by_a_file(root: Path) -> None:
    (root / "docs/sub/deep/a.rst").unlink()
    (root / "docs/sub/deep").rmdir()
    (root / "docs/sub/deep").write_text("a file")


def turn_a_link(root: Path) -> None:
    (root / "docs/link").unlink()
    (root / "docs/link").symlink_to("/etc/passwd")


def leave_things(root: Path) -> None:
    write(root, {".git/HEAD": "x", "docs/.git": "x", "_build/out.html": "x", "docs/__pycache__/a.pyc": "x"})
    write(root, {".gitignore": "*\n", "docs/ignored": "x"})
    (root / "docs/fifo").parent.mkdir(exist_ok=True)
    os.mkfifo(root / "docs/fifo")
    (root / "empty/er").mkdir(parents=True)


def change_modes(root: Path) -> None:
    (root / "tool.sh").chmod(0o644)
    (root / "docs/conf.py").chmod(0o755)
    (root / "docs/index.rst").chmod(0)
    (root / "docs/sub").chmod(0o500)


def fill_the_empty_folder(root: Path) -> None:
    write(root, {"docs/_static/a.css": "x"})


def remove_everything(root: Path) -> None:
    subprocess.run(["rm", "-rf", root], check=True)


def hard_link_a_file_outside(root: Path) -> None:
    (root / "docs/index.rst").unlink()
    (root.parent / "other").write_text("old\n")
    (root / "docs/index.rst").hardlink_to(root.parent / "other")


MISDEEDS = [
    append_and_set_back_the_times,
    same_size_and_times,
    replace_a_folder_by_a_link_to_it,
    replace_a_file_by_a_folder,
    replace_a_folder_by_a_file,
    turn_a_link,
    leave_things,
    change_modes,
    fill_the_empty_folder,
    remove_everything,
    hard_link_a_file_outside,
]


@pytest.mark.parametrize("misdeed", MISDEEDS, ids=lambda misdeed: misdeed.__name__)
@pytest.mark.parametrize("pause", [0, 1.1], ids=["at once", "a second later"])
def test_a_slot_is_exact_again_whatever_a_build_did(
    trees: Trees, tree: Tree, misdeed: Callable[[Path], None], pause: float
) -> None:
    with trees.workspace(tree) as workspace:
        before = snapshot(workspace.root)
        time.sleep(pause)
        misdeed(workspace.root)
    with trees.workspace(tree) as again:
        assert again.root == workspace.root
        assert snapshot(again.root) == before
        assert (again.root / "docs/index.rst").stat().st_nlink == 1


def test_the_next_version_in_a_slot_writes_only_what_differs(trees: Trees, tree: Tree, tmp_path: Path) -> None:
    root = write(tmp_path / "folder", {"docs/index.rst": "new\n", "docs/more.rst": "more\n"})
    (root / "docs/sub/deep/a.rst").unlink()
    head = trees.open(root)
    with trees.workspace(tree) as workspace:
        kept, edited = (stamp(workspace.root / path) for path in ("docs/conf.py", "docs/index.rst"))
    with trees.workspace(head) as again:
        assert again.root == workspace.root
        assert stamp(again.root / "docs/conf.py") == kept
        assert stamp(again.root / "docs/index.rst") != edited
        assert (again.root / "docs/index.rst").read_text() == "new\n"
        assert not (again.root / "docs/sub").exists() or not list((again.root / "docs/sub").rglob("*.rst"))
    with trees.workspace(tree) as back:
        assert (back.root / "docs/index.rst").read_text() == "old\n"
        assert not (back.root / "docs/more.rst").exists()


def test_workspaces_in_use_at_the_same_time_share_nothing(trees: Trees, tree: Tree) -> None:
    with trees.workspace(tree) as one, trees.workspace(tree) as other:
        assert one.root != other.root
        (one.root / "docs/index.rst").write_text("written by one build")
        assert (other.root / "docs/index.rst").read_text() == "old\n"


def test_the_slot_that_holds_the_version_is_preferred(trees: Trees, tree: Tree, tmp_path: Path) -> None:
    write(tmp_path / "folder", {"docs/index.rst": "new\n"})
    head = trees.open(tmp_path / "folder")
    with trees.workspace(tree) as base_slot, trees.workspace(head) as head_slot:
        pass
    with trees.workspace(head) as again:
        assert again.root == head_slot.root
    with trees.workspace(tree) as again:
        assert again.root == base_slot.root


def test_the_scratch_folder_is_empty_and_outside_of_the_tree(trees: Trees, tree: Tree) -> None:
    for _ in range(2):
        with trees.workspace(tree) as workspace:
            assert list(workspace.scratch.iterdir()) == []
            assert not workspace.scratch.is_relative_to(workspace.root)
            write(workspace.scratch, {"out/index.html": "x"})
        assert not workspace.scratch.exists()


@pytest.mark.parametrize("harm", ["index.lock", "index", "no index", "holds"])
def test_a_slot_that_a_killed_run_left_is_repaired(trees: Trees, tree: Tree, harm: str) -> None:
    with trees.workspace(tree) as workspace:
        before = snapshot(workspace.root)
    slot = workspace.root.parent
    if harm == "no index":
        (slot / "index").unlink()
        (workspace.root / "docs/index.rst").write_text("half")
    else:
        (slot / harm).write_text("cut short")
    write(slot, {"scratch/left": "x", "tree/left": "x"})
    with trees.workspace(tree) as again:
        assert snapshot(again.root) == before
        assert list(again.scratch.iterdir()) == []


def test_a_slot_of_a_killed_process_is_free_again(trees: Trees, tree: Tree, tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from docs_matrix.trees import Trees\n"
        "trees = Trees(Path(sys.argv[1])); tree = trees.open(sys.argv[2])\n"
        "with trees.workspace(tree) as w:\n"
        "    (w.root / 'docs/index.rst').write_text('half'); print(w.root, flush=True); time.sleep(60)\n"
    )
    words = [sys.executable, "-c", code, str(tmp_path / "store"), str(tmp_path / "folder")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        root = process.stdout.readline().strip() if process.stdout else ""
        process.send_signal(signal.SIGKILL)
    with trees.workspace(tree) as workspace:
        assert str(workspace.root) == root
        assert (workspace.root / "docs/index.rst").read_text() == "old\n"


def test_many_threads_import_and_build_at_once(trees: Trees, project: Path, git: Git, tmp_path: Path) -> None:
    write(project, {"docs/index.rst": "second\n"})
    commit(git, project)

    def work(number: int) -> tuple[str, str]:
        own = Trees(tmp_path / "store")
        tree = own.open(project) if number % 2 else own.revision(project, "HEAD~1")
        with own.workspace(tree) as workspace:
            return tree.identity, (workspace.root / "docs/index.rst").read_text()[:6]

    with ThreadPoolExecutor(6) as threads:
        results = set(threads.map(work, range(12)))
    assert results == {
        (trees.revision(project, "HEAD").identity, "second"),
        (trees.revision(project, "HEAD~1").identity, "line 1"),
    }


def test_an_object_that_the_users_repository_lost_is_named(trees: Trees, project: Path, git: Git) -> None:
    tree = trees.revision(project, "HEAD")
    blob = git(project, "rev-parse", "HEAD:docs/index.rst").strip()
    (project / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(MachineError, match="its files cannot be written"), trees.workspace(tree):
        pass


@pytest.mark.parametrize("name", ["tree", "scratch", "index", "index.lock", "lock", "holds", "."])
def test_what_a_link_in_a_slot_leads_to_is_left_alone(trees: Trees, tree: Tree, tmp_path: Path, name: str) -> None:
    victim = write(tmp_path / "victim", {"thesis": "years", "sub/photo": "x"})
    before = snapshot(victim)
    with trees.workspace(tree) as workspace:
        wanted = snapshot(workspace.root)
        place = workspace.root.parent if name == "." else workspace.root.parent / name
        if place.exists():
            place.rename(tmp_path / "away")
        place.symlink_to(victim if name in ("tree", "scratch", ".") else victim / "thesis")
    with trees.workspace(tree) as again:
        assert snapshot(again.root) == wanted
        assert list(again.scratch.iterdir()) == []
        assert not place.is_symlink()
    assert snapshot(victim) == before


@pytest.mark.parametrize("name", ["index", "lock", "holds", "tree"])
def test_a_fifo_in_a_slot_is_removed_without_a_wait(trees: Trees, tree: Tree, name: str) -> None:
    with trees.workspace(tree) as workspace:
        wanted = snapshot(workspace.root)
        place = workspace.root.parent / name
        place.rename(workspace.scratch / name) if place.is_dir() else place.unlink(missing_ok=True)
        os.mkfifo(place)
    with trees.workspace(tree) as again:
        assert snapshot(again.root) == wanted


def test_what_the_link_in_the_place_of_all_slots_leads_to_is_left_alone(
    trees: Trees, tree: Tree, tmp_path: Path
) -> None:
    victim = write(tmp_path / "victim", {"0/thesis": "years", "1/photo": "x"})
    before = snapshot(victim)
    with trees.workspace(tree) as workspace:
        lineage = workspace.root.parent.parent
        lineage.rename(tmp_path / "away")
        lineage.symlink_to(victim)
    with trees.workspace(tree) as again:
        assert again.root.is_dir()
    assert snapshot(victim) == before


def test_the_open_scratch_folder_is_still_that_of_the_build(trees: Trees, tree: Tree, tmp_path: Path) -> None:
    with trees.workspace(tree) as workspace:
        write(workspace.scratch, {"records": "x"})
        workspace.scratch.rename(tmp_path / "away")
        workspace.scratch.symlink_to(tmp_path)
        assert list(nofollow.contents(workspace.scratch_fd, 100)) == ["records"]
