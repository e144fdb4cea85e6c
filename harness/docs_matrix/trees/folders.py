"""The content of a folder: which files, links and empty folders are a tree's, read once and never written.

A link that leads out of the folder is never followed there: it could lead to a key of the user, or to `/proc`, and builds and
reports would have what it leads to. It becomes an empty file or folder, with a note. In a git repository, whose folder a tree may
be, it becomes what it leads to inside of the repository, of those files that git does not ignore.
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
"""Bytes of a file: it is read into memory. A larger one, such as an image of a disk, is no part of documentation."""

_SYSTEM = ("/proc/", "/sys/", "/dev/")
IGNORE_LIMIT = 1 << 20
"""Bytes of a .gitignore that is looked into."""
_MOST_FILES, _MOST_LINKS = 100_000, 1_000
"""More files in one linked folder, or more such links, are no documentation; links to folders with links grow without end."""


@dataclass
class FoundFiles:
    """What lies in a folder, by its path in the tree.

    `files` says where each is to be read (not below the folder, where a link led there) and its `os.stat_result`;
    `links` the targets; `empty` are the folders without content; `notes` say what was left out.
    """

    files: dict[str, tuple[str, os.stat_result]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    followed: int = 0
    """The number of links that were followed out of the folder."""


class Repository(Protocol):
    """The git repository that a folder lies in."""

    @property
    def top(self) -> str:
        """The real path of its work tree."""
        ...

    def listed(self, path: str) -> tuple[str, ...]:
        """Return the files at or below `path`, both from `top` on, that are tracked or could be; nothing that is ignored."""
        ...


def scan(root: Path, *, ignoring: bool = True) -> FoundFiles:
    """Everything below `root`, except git's own folders and Python's compiled files.

    With `ignoring` folders that ignore all in them are left out, too.
    """
    found = FoundFiles()
    _scan(os.fspath(root), found, ignoring=ignoring)
    return found


def listed(root: Path, paths: Iterable[str]) -> FoundFiles:
    """Return those of `paths` that are there; folders among them are repositories of their own, and left out."""
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
    """Return `found` with each link that leads out of `root` replaced, and a note on each that leads out of the `repository` too.

    A link to nothing is left out and noted; an absolute one into the tree becomes relative.
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
    """Have nothing at `path` of what lies at `target`: an empty file, or an empty folder.

    Raises `InputError` if that is the system's own: nobody's documentation has such a link.
    """
    if target != os.devnull and f"{target}/".startswith(_SYSTEM):
        raise InputError(f"{path}: a link to {target}, which is no file of a project; remove the link")
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
    """Take what lies at `target`, a real path in `repository`, as the content of `path`, as far as git does not ignore it.

    `around` are the real folders above.
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
            f"{path}: a link out of the tree to {len(listed)} files at {target}, the {found.followed}th of such links; "
            "remove the link, or give a folder that does not need it"
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
                with contextlib.suppress(FileNotFoundError):  # it was removed a moment ago
                    _take(entry.path, name, entry.stat(follow_symlinks=False), found)
        if empty and path:
            found.empty.append(path)


def _ignores_all(place: str) -> bool:
    """Return whether a folder says by its own .gitignore that nothing in it counts: virtual environments, caches, our reports."""
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
