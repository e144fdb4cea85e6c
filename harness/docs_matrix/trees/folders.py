"""The content of a folder: the files, links and empty folders that belong to a tree. They are read once and never written.

A link that leads out of the folder is not followed: it could lead to a key of the user, or to `/proc`, and the target would get
into builds and reports. It becomes an empty file or an empty folder, with a note. One kind of link is followed: the folder is a
part of a git repository, and the target is inside of this repository. Then the link becomes the content of its target, without
files that git ignores.
"""

# ruff: noqa: PTH115, PTH116, PTH118, PTH120, PTH206
# Plain strings: over the 90,000 files of a kernel, pathlib would take longer than the disk.

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import InputError
from docs_matrix.files import read_regular
from docs_matrix.trees import symlinks

__all__ = ["LARGEST", "FoundFiles", "listed", "scan", "with_links_followed"]

SKIPPED = frozenset({".git", "__pycache__"})

LARGEST = 256 << 20
"""The most bytes of a file, because it is read into memory. A larger file, such as an image of a disk, is not documentation."""

_SYSTEM = ("/proc/", "/sys/", "/dev/")
IGNORE_LIMIT = 1 << 20
"""Only this many bytes of a .gitignore are read."""
_MOST_FILES, _MOST_LINKS = 100_000, 1_000
"""The most files in one linked folder, and the most links that are followed: links to folders with links can grow without end."""


@dataclass
class FoundFiles:
    """The content of a folder, by path in the tree.

    `files` has for each file the place to read it (which is not below the folder if a link led there) and its `os.stat_result`.
    `links` has the targets of links. `empty` are the folders without content. `notes` say what was left out.
    """

    files: dict[str, tuple[str, os.stat_result]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    followed: int = 0
    """The number of followed links that lead out of the folder."""


class Repository(Protocol):
    """The git repository that contains a folder."""

    @property
    def top(self) -> str:
        """The real path of its work tree."""
        ...

    def listed(self, path: str) -> tuple[str, ...]:
        """Return the files at or below `path` that git tracks or does not ignore; all paths are relative to `top`."""
        ...


def scan(root: Path, *, ignoring: bool = True) -> FoundFiles:
    """Return all content of `root`, except git's own folders and Python's compiled files.

    With `ignoring`, folders that ignore everything in them are left out, too.
    """
    found = FoundFiles()
    _scan(os.fspath(root), found, ignoring=ignoring)
    return found


def listed(root: Path, paths: Iterable[str]) -> FoundFiles:
    """Return those of `paths` that exist. Folders among them are repositories of their own, and are left out."""
    found = FoundFiles()
    for path in paths:
        place = os.path.join(root, path)
        try:
            state = os.lstat(place)
        except (FileNotFoundError, NotADirectoryError):
            continue
        if stat.S_ISDIR(state.st_mode):
            found.notes.append(Note("left out", (path.rstrip("/"), "repository")))
        else:
            _take(place, path, state, found)
    return found


def with_links_followed(root: Path, found: FoundFiles, repository: Repository | None = None) -> FoundFiles:
    """Return `found` with a replacement for each link that leads out of `root`.

    There is a note if the link leads out of `repository` as well. A link whose target does not exist is left out, with a note.
    An absolute link into the tree becomes relative.
    """
    real = os.path.realpath(root)
    for path in symlinks.leaving(found.links):
        folder = os.path.dirname(os.path.join(real, path))
        target = os.path.realpath(os.path.join(folder, found.links.pop(path)))
        inside = os.path.relpath(target, real).split(os.sep)
        if inside[0] != ".." and not SKIPPED & set(inside):
            found.links[path] = os.path.relpath(target, folder)
        elif repository and target.startswith(f"{repository.top}{os.sep}") and not SKIPPED & set(inside):
            _follow(target, path, [folder], found, repository)
        else:
            _leave_empty(target, path, found)
    return found


def _leave_empty(target: str, path: str, found: FoundFiles) -> None:
    """Put an empty file or an empty folder at `path`, in place of the content of `target`.

    Raises `InputError` if `target` belongs to the system: no documentation needs such a link.
    """
    if target != os.devnull and f"{target}/".startswith(_SYSTEM):
        raise InputError(f"{path}: a link to {target}, which is not a file of a project; remove the link")
    try:
        is_folder = stat.S_ISDIR(os.stat(target).st_mode)
    except OSError:
        found.notes.append(Note("left out", (path, "leads to nothing")))
        return
    found.notes.append(Note("empty", (path, target)))
    if is_folder:
        found.empty.append(path)
    else:
        found.files[path] = (os.devnull, os.stat(os.devnull))


def _follow(target: str, path: str, around: list[str], found: FoundFiles, repository: Repository) -> None:
    """Take the content of `target`, a real path in `repository`, as the content of `path`, without files that git ignores.

    `around` are the real paths of the folders above.
    """
    if any(f"{folder}/".startswith(f"{target}/") for folder in around):
        found.notes.append(Note("left out", (path, "leads around")))
        return
    listed = repository.listed(os.path.relpath(target, repository.top))
    found.followed += 1
    if not listed:
        _leave_empty(target, path, found)
    elif len(listed) > _MOST_FILES or found.followed > _MOST_LINKS:
        raise InputError(
            f"{path}: a link out of the tree to {len(listed)} files at {target}, and link number {found.followed} of this kind: "
            "too many to follow; remove the link, or give a folder that does not need it"
        )
    for name in listed:
        place = os.path.join(repository.top, name)
        inner = path + place[len(target) :]
        try:
            state = os.lstat(place)
        except (FileNotFoundError, NotADirectoryError):
            continue
        if not stat.S_ISLNK(state.st_mode):
            if not stat.S_ISDIR(state.st_mode):  # a repository of its own
                _take(place, inner, state, found)
            continue
        folder = os.path.dirname(place)
        its_target = os.path.realpath(place)
        if its_target.startswith(f"{repository.top}{os.sep}") and os.access(its_target, os.F_OK):
            _follow(its_target, inner, [*around, folder], found, repository)
        else:
            _leave_empty(its_target, inner, found)


def _scan(top: str, found: FoundFiles, *, ignoring: bool) -> None:
    todo = [(top, "")]
    while todo:
        folder, path = todo.pop()
        empty = True
        entries = list(_entries(folder))
        if ignoring and path and any(entry.name == ".gitignore" and _ignores_all(entry.path) for entry in entries):
            continue
        for entry in entries:
            if entry.name in SKIPPED:
                continue
            empty = False
            name = f"{path}/{entry.name}" if path else entry.name
            if entry.is_dir(follow_symlinks=False):
                todo.append((entry.path, name))
            else:
                with contextlib.suppress(FileNotFoundError):  # it was removed just now
                    _take(entry.path, name, entry.stat(follow_symlinks=False), found)
        if empty and path:
            found.empty.append(path)


def _ignores_all(place: str) -> bool:
    """Return whether the .gitignore of a folder ignores everything in it, as in virtual environments, caches and our reports."""
    try:
        text = read_regular(Path(place), IGNORE_LIMIT).decode("utf-8", "replace")
    except OSError:
        return False
    return [line.strip() for line in text.splitlines() if not line.startswith("#")] == ["*"]


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError as error:
        raise InputError(f"{folder}: cannot be read: {error.strerror}") from error


def _take(place: str, path: str, state: os.stat_result, found: FoundFiles) -> None:
    if stat.S_ISLNK(state.st_mode):
        found.links[path] = os.readlink(place)
    elif stat.S_ISREG(state.st_mode) and state.st_size > LARGEST:
        found.notes.append(Note("left out", (path, "large")))
    elif stat.S_ISREG(state.st_mode):
        found.files[path] = (place, state)
    else:
        found.notes.append(Note("left out", (path, "special")))
