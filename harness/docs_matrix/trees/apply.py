"""Applies patches to a tree in the store, as git applies them, and says what they did to each file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from docs_matrix.errors import InputError
from docs_matrix.trees import importing, symlinks
from docs_matrix.trees.git import Repository, last_line
from docs_matrix.trees.line_map import changed
from docs_matrix.trees.patches import Patch
from docs_matrix.trees.tree import Tree, identity_of

__all__ = ["Patched", "PatchedFile", "apply", "stated_bases"]

_SECTION = re.compile(rb"^diff --git ", re.MULTILINE)
_BODY = re.compile(rb"^(?:@@ |GIT binary patch)", re.MULTILINE)
_INDEX = re.compile(rb"^index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})", re.MULTILINE)
_FAILED = re.compile(r"^error: patch failed: (?P<path>.*):(?P<line>\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class PatchedFile:
    """The effect of one patch on one file.

    A path and its blob are None if the file does not exist on that side. `stated_base` and `stated_head` are the ids in the
    `index` line of the patch, as short as they are there; None if there is no such line.
    """

    patch: str
    base_path: str | None
    head_path: str | None
    base_blob: str | None
    head_blob: str | None
    stated_base: str | None = None
    stated_head: str | None = None

    @property
    def base_matches(self) -> bool | None:
        """Whether the file was exactly the one for which the patch was made; None if the patch does not say."""
        return _matches(self.base_blob, self.stated_base)

    @property
    def head_matches(self) -> bool | None:
        """Whether the result is exactly the one from which the patch was made; None if the patch does not say."""
        return _matches(self.head_blob, self.stated_head)


@dataclass(frozen=True)
class Patched:
    """A tree with patches applied, and the effect of each patch on each file, in order."""

    tree: Tree
    files: tuple[PatchedFile, ...]


def apply(repository: Repository, tree: Tree, patches: Sequence[Patch]) -> Patched:
    """Apply `patches` to `tree` in order. Raises `InputError` if a patch does not apply, or names a file outside of the tree."""
    files: list[PatchedFile] = []
    with importing.private_index(repository) as index:
        repository.run("read-tree", tree.object_id, index=index, objects=(tree.objects,))
        for patch in patches:
            _apply_one(repository, patch, index, tree.objects)
            object_id = importing.tree_of_index(repository, index)
            after = _with_object(tree, object_id)
            changes = changed(repository, tree, after)
            if any(change.is_link for change in changes):
                _refuse_links_out(repository, after, patch)
            stated = _stated(repository, patch)
            for change in changes:
                names = stated.get(change.head_path or change.base_path or "", (None, None))
                files.append(PatchedFile(patch.name, *change[1:5], *names))
            tree = _without_filled(after, {change.head_path for change in changes if change.head_path})
    return Patched(tree, tuple(files))


def stated_bases(repository: Repository, patches: Sequence[Patch]) -> dict[str, str]:
    """Return the files that `patches` change, with the ids of the blobs for which the patches were made.

    A patch that names no ids is left out.
    """
    found: dict[str, str] = {}
    for patch in patches:
        for path, (base, _) in _stated(repository, patch).items():
            if base:
                found.setdefault(path, base)
    return found


def _apply_one(repository: Repository, patch: Patch, index: Path, objects: Path | None) -> None:
    words = ("apply", "--cached", "--whitespace=nowarn")
    applied = repository.attempt(*words, "-", stdin=patch.text, index=index, objects=(objects,))
    if applied.returncode == 0:
        return
    undone = repository.attempt(*words, "--check", "--reverse", "-", stdin=patch.text, index=index, objects=(objects,))
    hint = " (the tree has this patch already)" if undone.returncode == 0 else ""
    failed = _FAILED.search(applied.error_text)
    if failed:
        raise InputError(f"{patch.name}: {failed['path']}: hunk at line {failed['line']} does not apply{hint}")
    raise InputError(f"{patch.name}: {last_line(applied).replace(' in index', ' in the tree')}{hint}")


def _refuse_links_out(repository: Repository, tree: Tree, patch: Patch) -> None:
    entries = importing.contents_of(repository, tree.object_id, tree.objects)
    for path in symlinks.leaving(importing.link_targets(repository, entries, tree.objects)):
        raise InputError(f"{patch.name}: {path}: a link that leads out of the tree")


def _stated(repository: Repository, patch: Patch) -> dict[str, tuple[str | None, str | None]]:
    """Return the blob ids before and after the change in the `index` lines of the patch, by path.

    The paths come from git itself, because the patch may quote them. A diff that was not made by git has no ids.
    """
    counts = repository.run("apply", "--numstat", "-z", "-", stdin=patch.text).text.split("\0")[:-1]
    paths = [count.split("\t", 2)[2] for count in counts]
    ids = list(_index_lines(patch.text))
    stated: dict[str, tuple[str | None, str | None]] = {}
    if len(paths) == len(ids):
        for path, (base, head) in zip(paths, ids, strict=True):
            stated[path] = (stated.get(path, (base, head))[0], head)
    return stated


def _index_lines(text: bytes) -> Iterator[tuple[str | None, str | None]]:
    for section in _SECTION.split(text)[1:]:
        found = _INDEX.search(_BODY.split(section, maxsplit=1)[0])
        yield (_id(found[1]), _id(found[2])) if found else (None, None)


def _id(name: bytes) -> str | None:
    """Return the id; None if it is all zeros, which means: no file."""
    return name.decode() if name.strip(b"0") else None


def _matches(blob: str | None, stated: str | None) -> bool | None:
    return blob.startswith(stated) if blob and stated else None


def _with_object(tree: Tree, object_id: str) -> Tree:
    return replace(tree, object_id=object_id, identity=identity_of(object_id, tree.empty_folders), commit=None)


def _without_filled(tree: Tree, paths: set[str]) -> Tree:
    """Return `tree` without those empty folders that now contain one of the files `paths`."""
    filled = {path[:end] for path in paths for end in range(1, len(path) + 1) if path[end : end + 1] in ("/", "")}
    empty = tuple(folder for folder in tree.empty_folders if folder not in filled)
    return replace(tree, empty_folders=empty, identity=identity_of(tree.object_id, empty))
