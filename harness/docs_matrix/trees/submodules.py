"""Adds the content of checked-out submodules to the tree around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from docs_matrix.errors import InputError
from docs_matrix.trees import importing
from docs_matrix.trees.git import Repository
from docs_matrix.trees.tree import GITLINK, Contents, Tree, identity_of

__all__ = ["taken_in"]

Opened = Callable[[Path, str], Tree]
"""Returns the tree of the submodule in a folder; at the commit with this id, if the commit matters."""


def taken_in(
    repository: Repository, tree: Tree, place: Path, opened: Opened
) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    """Return the tree of the folder `place` with the content of its submodules.

    The values are its object id, its identity, its empty folders, and the paths of the submodules that are left out: those that
    are not checked out, and those that lack the commit.
    """
    entries = dict(importing.contents_of(repository, tree.object_id, tree.objects))
    left, empty = [], set(tree.empty_folders)
    modules = {path: blob for path, (mode, blob) in entries.items() if mode == GITLINK}
    for path, commit in modules.items():
        folder = place / path
        try:
            inner = opened(folder, commit) if (folder / ".git").exists() else None
        except InputError:
            inner = None
        if inner is None:
            left.append(path)
            continue
        del entries[path]
        entries |= {f"{path}/{name}": entry for name, entry in _copied(repository, inner).items()}
        empty |= {f"{path}/{name}" for name in inner.empty_folders}
    if len(left) == len(modules):
        return tree.object_id, tree.identity, tree.empty_folders, tuple(left)
    folders = tuple(sorted(empty))
    object_id = importing.write_tree(repository, Contents(entries, folders))
    return object_id, identity_of(object_id, folders), folders, tuple(left)


def _copied(repository: Repository, inner: Tree) -> Mapping[str, tuple[str, str]]:
    """Return the files of `inner`. Their blobs are in the store afterwards."""
    entries = importing.contents_of(repository, inner.object_id, inner.objects)
    files = {path: entry for path, entry in entries.items() if entry[0] != GITLINK}
    if inner.objects and files:
        names = "".join(f"{blob}\n" for blob in dict.fromkeys(blob for _, blob in files.values()))
        pack = repository.folder / "objects" / "pack" / "pack"
        repository.run("pack-objects", "-q", "--window=0", pack, stdin=names.encode(), objects=(inner.objects,))
    return files
