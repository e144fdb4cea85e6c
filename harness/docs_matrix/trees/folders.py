"""The content of a folder: which files, links and empty folders are a tree's, read once and never written.

A link that leads out of the folder becomes what it points to, so that no build can write through it to a user's files.
"""

# ruff: noqa: PTH115, PTH116, PTH118, PTH120, PTH206
# Plain strings: over the 90,000 files of a kernel, pathlib would take longer than the disk.

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import InputError
from docs_matrix.trees import symlinks

__all__ = ["FoundFiles", "listed", "scan", "with_links_followed"]

SKIPPED = frozenset({".git", "__pycache__"})

_MOST_FOLLOWED = 100_000
"""More files than this behind one link are somebody's whole disk rather than documentation."""


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


def scan(root: Path, *, ignoring: bool = True) -> FoundFiles:
    """Everything below `root`, except git's own folders and Python's compiled files.

    With `ignoring` folders that ignore all in them are left out, too.
    """
    found = FoundFiles()
    _scan(os.fspath(root), "", found, ignoring=ignoring)
    return found


def listed(root: Path, paths: Iterable[str]) -> FoundFiles:
    """Those of `paths` that are there; folders among them are repositories of their own, and left out."""
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


def with_links_followed(root: Path, found: FoundFiles) -> FoundFiles:
    """`found` with each link that leads out of `root` replaced by what it points to.

    A link to nothing, or to a folder around it, is left out and noted; an absolute one into the tree becomes relative.
    """
    real = os.path.realpath(root)
    for path in symlinks.leaving(found.links):
        folder = os.path.dirname(os.path.join(real, path))
        target = os.path.realpath(os.path.join(folder, found.links.pop(path)))
        inside = os.path.relpath(target, real).split(os.sep)
        if inside[0] != ".." and not SKIPPED & set(inside):
            found.links[path] = os.path.relpath(target, folder)
        else:
            _follow(target, path, [folder], found)
    return found


def _follow(target: str, path: str, around: list[str], found: FoundFiles) -> None:
    """Take what lies at `target`, a real path, as the content of `path`; `around` are the real folders above."""
    try:
        state = os.stat(target)
    except OSError:
        found.notes.append(Note("left out", (path, "leads to nothing")))
        return
    if not stat.S_ISDIR(state.st_mode):
        _take(target, path, state, found)
    elif any(f"{folder}/".startswith(f"{target.rstrip('/')}/") for folder in around):
        found.notes.append(Note("left out", (path, "leads around")))
    else:
        inner = FoundFiles()
        _scan(target, path, inner)
        inner_links, inner.links = inner.links, {}
        for link, its_target in inner_links.items():
            folder = os.path.dirname(target + link.removeprefix(path))
            _follow(os.path.realpath(os.path.join(folder, its_target)), link, [*around, folder], inner)
        if len(inner.files) > _MOST_FOLLOWED:
            raise InputError(
                f"{path}: this link leads out of the tree to {len(inner.files)} files in {target}; "
                "remove the link, or give a folder that does not need it"
            )
        found.files.update(inner.files)
        found.empty.extend(inner.empty)
        found.notes.extend(inner.notes)


def _scan(top: str, prefix: str, found: FoundFiles, *, ignoring: bool = True) -> None:
    todo = [(top, prefix)]
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
                _take(entry.path, name, entry.stat(follow_symlinks=False), found)
        if len(found.files) > _MOST_FOLLOWED and prefix:
            return
        if empty and path:
            found.empty.append(path)


def _ignores_all(place: str) -> bool:
    """Whether a folder says by its own .gitignore that nothing in it counts: virtual environments, caches, our reports."""
    try:
        text = Path(place).read_text("utf-8", "replace")
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
    elif stat.S_ISREG(state.st_mode):
        found.files[path] = (place, state)
    else:
        found.notes.append(Note("left out", (path, "special")))
