"""The effect of a command on a private copy: the files that it wrote and removed. It can be applied to any other version.

before           after             overlay
Doxyfile         Doxyfile          nothing: it has the same times
                 xml/index.xml     files: its content
news/12.rst                        gone
                 static/           empty folders
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from docs_matrix.errors import InputError
from docs_matrix.trees import folders, importing, symlinks
from docs_matrix.trees.folders import FoundFiles
from docs_matrix.trees.git import Repository
from docs_matrix.trees.tree import Contents, Tree, identity_of

__all__ = ["Overlay", "laid_over", "scan", "taken"]

LARGEST = 2 << 30
"""The most bytes that one command may write into a tree."""


@dataclass(frozen=True)
class Overlay:
    """The effect of a command: files that came or changed, those `gone`, and new `empty` folders.

    `files` maps a path to git's mode and the id of the blob.
    """

    files: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()


def taken(repository: Repository, root: Path, before: FoundFiles, after: FoundFiles) -> Overlay:
    """Return the changes in the folder `root` between two scans; all contents are in the store afterwards.

    A link that leads out of the folder is left out. Raises `InputError` if more than 2 GiB were written.
    """
    changed = FoundFiles(
        files={
            path: entry
            for path, entry in after.files.items()
            if path not in before.files or _state(before, path) != _state(after, path)
        },
        links={path: target for path, target in after.links.items() if before.links.get(path) != target},
    )
    for path in symlinks.leaving(after.links):
        changed.links.pop(path, None)
    if sum(state.st_size for _, state in changed.files.values()) > LARGEST:
        raise InputError(f"it writes more than {LARGEST >> 30} GiB into {root.name}")
    files, _ = importing.found_files(repository, changed)
    there = {*after.files, *after.links}
    gone = {*before.files, *before.links} - there
    return Overlay(files, tuple(sorted(gone)), tuple(sorted({*after.empty} - {*before.empty})))


def laid_over(repository: Repository, tree: Tree, overlay: Overlay) -> Tree:
    """Return `tree` with the changes of `overlay`: another version of the same source, with the same history."""
    entries = dict(importing.contents_of(repository, tree.object_id, tree.objects))
    for path in overlay.gone:
        entries.pop(path, None)
    entries.update(overlay.files)
    full = {f"{path}/"[:at] for path in entries for at, letter in enumerate(path) if letter == "/"}
    empty = tuple(sorted({*tree.empty_folders, *overlay.empty} - full - {*entries}))
    object_id = importing.write_tree(repository, Contents(entries, empty))
    return replace(tree, object_id=object_id, identity=identity_of(object_id, empty), empty_folders=empty)


def _state(found: FoundFiles, path: str) -> tuple[int, ...]:
    """Return the facts that change with any write to a file: no program can set the time of its last change."""
    _, state = found.files[path]
    return state.st_mode, state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino


def scan(root: Path) -> FoundFiles:
    """Return all content of `root` now, except git's own folders and Python's compiled files."""
    return folders.scan(root, ignoring=False)
