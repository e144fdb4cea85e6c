"""Private copies of trees to build in.

A slot is a folder of the store that holds one version of one source. It is handed to one build at a time, brought to
exactly the wanted content first: git's index tells, by size, times (that of any change too, which no program can set),
inode and mode, which files the build before it changed; a sweep removes what does not belong there. So a second version
costs the files that differ. No file of a slot is a hard link.
"""

# ruff: noqa: PTH101, PTH108, PTH116, PTH120
# Plain strings in the sweep: over the 90,000 files of a kernel, pathlib would take longer than the disk.

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from docs_matrix.errors import MachineError
from docs_matrix.files import cannot_write, locked, remove, write_whole
from docs_matrix.trees import importing
from docs_matrix.trees.git import Repository, last_line
from docs_matrix.trees.tree import GITLINK, Tree

__all__ = ["Workspace", "workspace"]


@dataclass(frozen=True)
class Workspace:
    """A tree to build in: `root` holds exactly its files, `scratch` is an empty folder outside of it for all else.

    Both are private and writable, and end with the `with` statement that gave them.
    """

    root: Path
    scratch: Path


KEPT = ("tree", "index", "lock")
"""What stays in a slot from one build to the next."""


@contextmanager
def workspace(repository: Repository, work: Path, tree: Tree, slot_name: str = "") -> Iterator[Workspace]:
    """A slot below the folder `work` that holds `tree`, for as long as the `with` statement lasts; `slot_name` if it is free.

    Raises `MachineError` where the disk is full or an object is missing.
    """
    with ExitStack() as held:
        slot = _free_slot(work / tree.lineage[:16], tree, slot_name, held)
        root, scratch = slot / "tree", slot / "scratch"
        try:
            for left in slot.iterdir():  # also what a build wrote above its tree
                if left.name not in KEPT:
                    remove(left)
            scratch.mkdir()
            root.mkdir(exist_ok=True)
            _bring(repository, slot, tree)
            write_whole(slot / "holds", tree.identity)
        except OSError as error:
            raise cannot_write(slot, error) from error
        try:
            yield Workspace(root, scratch)
        finally:
            with contextlib.suppress(OSError):  # the next one to use this slot tries again, and says so
                remove(scratch)


def _free_slot(folder: Path, tree: Tree, name: str, held: ExitStack) -> Path:
    """A slot that nobody has, locked until `held` is closed: the one of that `name`, else one that holds `tree`."""
    slots = sorted(folder.glob("[0-9]*"), key=lambda slot: int(slot.name))
    named = [slot for slot in slots if slot.name == name]
    same = [slot for slot in slots if _holds(slot) == tree.identity and slot not in named]
    others = [slot for slot in slots if slot not in same and slot not in named]
    more = (folder / str(number) for number in count() if folder / str(number) not in slots)
    return next(slot for slot in chain(named, same, others, more) if _taken(slot, held))


def _taken(slot: Path, held: ExitStack) -> bool:
    try:
        held.enter_context(locked(slot / "lock", timeout=0))
    except TimeoutError:
        return False
    return True


def _holds(slot: Path) -> str:
    try:
        return (slot / "holds").read_text()
    except OSError:
        return ""


def _bring(repository: Repository, slot: Path, tree: Tree) -> None:
    """Make `slot/tree` exactly `tree`, whatever was done to it before."""
    root, index = slot / "tree", slot / "index"
    files = importing.contents_of(repository, tree.object_id, tree.objects)
    folders = _folders(files, tree.empty_folders)
    (slot / "index.lock").unlink(missing_ok=True)
    _sweep(os.fspath(root), files, folders)
    words = ("read-tree", "--reset", "-u", "--no-recurse-submodules", tree.object_id)
    brought = repository.attempt(*words, index=index, work_tree=root, objects=(tree.objects,))
    if brought.returncode:  # an index that a crash left half written
        remove(index)
        remove(root)
        root.mkdir()
        brought = repository.attempt(*words, index=index, work_tree=root, objects=(tree.objects,))
    if brought.returncode:
        raise MachineError(f"{tree.name}: its files cannot be written: {last_line(brought)}")
    for path in tree.empty_folders:
        (root / path).mkdir(parents=True, exist_ok=True)


def _folders(files: Mapping[str, tuple[str, str]], empty: Iterable[str]) -> set[str]:
    """All folders of a tree: those around its files, the empty ones, and the places of submodules."""
    folders = set()
    for path in (*files, *(f"{path}/" for path in empty)):
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return folders | {path for path, (mode, _) in files.items() if mode == GITLINK}


def _sweep(root: str, files: Mapping[str, tuple[str, str]], folders: set[str]) -> None:
    """Remove from the folder `root` whatever is not a file or a folder of the tree; a link is no folder.

    So are files with other permissions than new ones have, and hard links: git, which has seconds for a file's times
    and looks at the content within one, would leave them.
    """
    usual = os.stat(os.path.dirname(root)).st_mode & 0o777
    todo = [(root, "")]
    while todo:
        place, prefix = todo.pop()
        if os.stat(place).st_mode & 0o777 != usual:
            os.chmod(place, usual)
        with os.scandir(place) as entries:
            for entry in entries:
                path = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    if path in folders:
                        todo.append((entry.path, f"{path}/"))
                    else:
                        remove(Path(entry.path))
                elif path not in files or _is_odd(entry.stat(follow_symlinks=False), usual):
                    os.unlink(entry.path)


def _is_odd(state: os.stat_result, usual: int) -> bool:
    """Whether this is a file that git would not have written so; `usual` are the permissions of a new folder."""
    return state.st_nlink != 1 or (stat.S_ISREG(state.st_mode) and (state.st_mode ^ usual) & 0o666 != 0)
