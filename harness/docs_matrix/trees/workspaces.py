"""Private copies of trees to build in.

A slot is a folder of the store that has one version of one source. One build at a time gets it, with exactly the wanted
content. Git's index recognises the files that the build before it changed, by size, times (also the time of any change, which
no program can set), inode and mode. Then files that do not belong there are removed. So another version costs only the files
that differ. No file of a slot is a hard link.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from docs_matrix import nofollow
from docs_matrix.errors import MachineError
from docs_matrix.files import cannot_write, locked
from docs_matrix.trees import copied_git, importing
from docs_matrix.trees.git import Repository, last_line
from docs_matrix.trees.tree import GITLINK, Tree

__all__ = ["Workspace", "workspace"]


@dataclass(frozen=True)
class Workspace:
    """A tree to build in: `root` has exactly its files, and `scratch` is an empty folder outside of it for everything else.

    `top` is the folder with `.git`: `root`, or a folder above it if the tree is a folder of a larger repository.

    Both are private and writable, and end with their `with` statement. `scratch_fd` is the open folder `scratch`: if a build
    puts another one in its place, it is not used. `objects` are folders that git reads in `root`.
    """

    root: Path
    scratch: Path
    scratch_fd: int
    top: Path
    objects: tuple[Path, ...] = ()


KEPT = ("tree", "index", "lock")
"""These stay in a slot from one build to the next."""

IDENTITY = 100
"""The most bytes of a tree's identity."""


@contextmanager
def workspace(
    repository: Repository, work: Path, tree: Tree, slot_name: str = "", *, git: bool = False
) -> Iterator[Workspace]:
    """Provide a slot below the folder `work` with the files of `tree`, for the time of a `with` statement.

    It is the slot `slot_name` if that is free. `git` is as in `copied_git.make`. Raises `MachineError` if the disk is full or
    an object is missing.
    """
    folder = work / tree.lineage[:16]
    with ExitStack() as held:
        try:
            work_fd = held.enter_context(nofollow.made_folder(work))
            folder_fd = held.enter_context(nofollow.made_folder(folder.name, dir_fd=work_fd))
            slot, slot_fd = _free_slot(folder, folder_fd, tree, slot_name, held)
            nofollow.empty(slot_fd, keep=KEPT)  # also files that a build wrote above its tree
            scratch_fd = held.enter_context(nofollow.made_folder("scratch", dir_fd=slot_fd))
            top = slot / "tree"
            root = top / tree.history.prefix if tree.history else top
            _bring(repository, slot, slot_fd, root, tree)
            objects = copied_git.make(repository, slot / "index", top, root, tree, always=git)
            nofollow.write("holds", tree.identity.encode(), dir_fd=slot_fd)
        except OSError as error:
            raise cannot_write(folder, error) from error
        try:
            yield Workspace(root, slot / "scratch", scratch_fd, top, objects)
        finally:
            with contextlib.suppress(OSError):  # the next build in this slot tries again, and reports it
                nofollow.remove("scratch", dir_fd=slot_fd)


def _free_slot(folder: Path, folder_fd: int, tree: Tree, name: str, held: ExitStack) -> tuple[Path, int]:
    """Lock a free slot until `held` is closed, and return it: the slot with the `name`, or else one that has `tree`."""
    slots = sorted((slot for slot in os.listdir(folder_fd) if slot.isascii() and slot.isdecimal()), key=int)
    named = [slot for slot in slots if slot == name]
    same = [slot for slot in slots if _holds(slot, folder_fd) == tree.identity.encode() and slot not in named]
    others = [slot for slot in slots if slot not in same and slot not in named]
    more = (str(number) for number in count() if str(number) not in slots)
    every = chain(named, same, others, more)
    return next(
        (folder / slot, taken) for slot in every if (taken := _taken(folder / slot, folder_fd, held)) is not None
    )


def _taken(slot: Path, folder_fd: int, held: ExitStack) -> int | None:
    """Lock `slot` until `held` is closed, and return the open folder; None if somebody else has it."""
    with ExitStack() as mine:
        slot_fd = mine.enter_context(nofollow.made_folder(slot.name, dir_fd=folder_fd))
        _remove_unless_file("lock", slot_fd)
        try:
            mine.enter_context(locked(slot / "lock", timeout=0))
        except TimeoutError:
            return None
        held.push(mine.pop_all())
        return slot_fd


def _holds(slot: str, folder_fd: int) -> bytes:
    try:
        with nofollow.folder(slot, dir_fd=folder_fd) as slot_fd:
            return nofollow.read("holds", IDENTITY, dir_fd=slot_fd)
    except OSError:
        return b""


def _remove_unless_file(name: str, dir_fd: int) -> None:
    """Remove what a build put in the place of a file of the slot, because git and a lock would follow a link there."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISREG(os.stat(name, dir_fd=dir_fd, follow_symlinks=False).st_mode):
            nofollow.remove(name, dir_fd=dir_fd)


def _bring(repository: Repository, slot: Path, slot_fd: int, root: Path, tree: Tree) -> None:
    """Make `root`, which is `slot/tree` or a folder below it, exactly equal to `tree`, whatever its content was."""
    index = slot / "index"
    files = importing.contents_of(repository, tree.object_id, tree.objects)
    _remove_unless_file("index", slot_fd)
    with _cleared(slot, slot_fd, root) as root_fd:
        _sweep(root_fd, files, _folders(files, tree.empty_folders), os.fstat(slot_fd).st_mode & 0o777)
    words = ("read-tree", "--reset", "-u", "--no-recurse-submodules", tree.object_id)
    brought = repository.attempt(*words, index=index, work_tree=root, objects=(tree.objects,))
    if brought.returncode:  # a crash left a half-written index
        for left in ("index", "tree"):
            nofollow.remove(left, dir_fd=slot_fd)
        root.mkdir(parents=True)
        brought = repository.attempt(*words, index=index, work_tree=root, objects=(tree.objects,))
    if brought.returncode:
        raise MachineError(f"{tree.name}: its files cannot be written: {last_line(brought)}")
    for path in tree.empty_folders:
        (root / path).mkdir(parents=True, exist_ok=True)


@contextmanager
def _cleared(slot: Path, slot_fd: int, root: Path) -> Iterator[int]:
    """Open the folder `root` below `slot`. From the folders above it, everything else is removed."""
    with ExitStack() as opened:
        found = opened.enter_context(nofollow.made_folder("tree", dir_fd=slot_fd))
        for part in root.relative_to(slot / "tree").parts:
            nofollow.empty(found, keep=(part,))
            found = opened.enter_context(nofollow.made_folder(part, dir_fd=found))
        yield found


def _folders(files: Mapping[str, tuple[str, str]], empty: Iterable[str]) -> set[str]:
    """Return all folders of a tree: the folders of its files, the empty folders, and the places of submodules."""
    folders = set()
    for path in (*files, *(f"{path}/" for path in empty)):
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return folders | {path for path, (mode, _) in files.items() if mode == GITLINK}


def _sweep(root_fd: int, files: Mapping[str, tuple[str, str]], folders: set[str], usual: int) -> None:
    """Remove everything from the open folder `root_fd` that is not a file or a folder of the tree; a link is not a folder.

    Files with other permissions than new files have are removed as well, and so are hard links. Git would leave them: it
    compares times in seconds, and reads the content only if a file changed within the last second. `usual` are the permissions
    of a new folder.
    """
    todo = [""]
    while todo:
        prefix = todo.pop()
        with nofollow.folder(prefix[:-1] or ".", dir_fd=root_fd) as place:
            if os.fstat(place).st_mode & 0o777 != usual:
                os.fchmod(place, usual)
            with os.scandir(place) as entries:
                for entry in entries:
                    path = prefix + entry.name
                    if not entry.is_dir(follow_symlinks=False):
                        if path not in files or _is_odd(entry.stat(follow_symlinks=False), usual):
                            os.unlink(entry.name, dir_fd=place)
                    elif path in folders:
                        todo.append(f"{path}/")
                    else:
                        nofollow.remove(entry.name, dir_fd=place)


def _is_odd(state: os.stat_result, usual: int) -> bool:
    """Return whether git would not have written this file in this way; `usual` are the permissions of a new folder."""
    return state.st_nlink != 1 or (stat.S_ISREG(state.st_mode) and (state.st_mode ^ usual) & 0o666 != 0)
