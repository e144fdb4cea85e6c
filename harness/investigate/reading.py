"""The read set: which documents of base and head a question reads.

`all`, the documents and folders that the user names, or those that a change affects: the documents that it touches, and
those whose source names a file that it touches (kernel-doc, include, literalinclude).
"""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from harness.errors import InputError
from harness.matrix import Recipe
from harness.trees import Change, Tree, Trees

__all__ = ["ReadSet", "choose"]

SUFFIXES = (".rst", ".md", ".txt")
"""The suffixes of documents' sources, in the order in which a name without one is looked for."""
MOST_NAMES = 1_000
"""Beyond so many touched files a scan for their names takes longer than it saves."""


@dataclass(frozen=True)
class ReadSet:
    """What is read: files and folders (with a slash behind) below the recipe's source; None for all documents.

    `words` says what was chosen, `notes` what that cannot show.
    """

    base: tuple[str, ...] | None
    head: tuple[str, ...] | None
    words: str
    notes: tuple[str, ...] = ()


def choose(docs: tuple[str, ...], base: Tree | None, head: Tree, recipe: Recipe, trees: Trees) -> ReadSet:
    """What `docs` (documents and folders as the user wrote them, `affected`, `all`; empty for the default) stands for.

    The default is `affected` where there is a base, else `all`. Raises `InputError` for a document that neither version
    has, with the one that may have been meant.
    """
    wanted = docs or (("affected",) if base else ("all",))
    if "all" in wanted:
        return ReadSet(None, None, "all documents")
    named = tuple(name for name in wanted if name != "affected")
    read = _documents(named, head, base, recipe, trees)
    if base is None:
        if "affected" in wanted:
            raise InputError("--docs affected: there is no change to be affected by; give --patch or --base")
        return ReadSet(None, read, ", ".join(wanted))
    changes = trees.changes(base, head)
    before = tuple(
        (_below(recipe, changes.base_path(posixpath.join(recipe.source, name)) or "") or name) for name in read
    )
    if "affected" not in wanted:
        return ReadSet(before, read, ", ".join(wanted))
    affected = _affected(base, head, recipe, trees)
    if affected.base is None or affected.head is None:
        return affected
    words = ", ".join((affected.words, *named))
    return ReadSet((*affected.base, *before), (*affected.head, *read), words, affected.notes)


def _affected(base: Tree, head: Tree, recipe: Recipe, trees: Trees) -> ReadSet:
    changed = trees.changed_paths(base, head)
    for change in changed:
        if _concerns_all(change, recipe):
            path = change.head_path or change.base_path
            return ReadSet(None, None, "all documents", (f"all documents are read: the change touches {path}",))
    sides = [
        _concerned(tree, {path for path in paths if path}, recipe, trees)
        for tree, paths in (
            (base, [change.base_path for change in changed]),
            (head, [change.head_path for change in changed]),
        )
    ]
    if sides[0] is None or sides[1] is None:
        note = "all documents are read: the change touches too many files, or one below the sources that none names"
        return ReadSet(None, None, "all documents", (note,))
    note = "read are the documents that the change touches, or that name a file it touches; --docs all reads the others"
    return ReadSet(sides[0], sides[1], "affected", (note,))


def _concerns_all(change: Change, recipe: Recipe) -> bool:
    """Whether a touched file can change any document: Python code (conf.py, extensions, what autodoc reads), templates."""
    paths = [path for path in (change.base_path, change.head_path) if path]
    return any(
        path.endswith(".py") or (_below(recipe, path) and path.endswith((".html", ".js", ".css", ".inv")))
        for path in paths
    )


def _concerned(tree: Tree, touched: Collection[str], recipe: Recipe, trees: Trees) -> tuple[str, ...] | None:
    """The documents of `tree` that `touched` files are, or that name one; None where that cannot be told.

    A file outside of the sources is named by its whole path (kernel-doc), one below them by its own name (include).
    """
    if len(touched) > MOST_NAMES:
        return None
    inside = {path for path in touched if _below(recipe, path)}
    names = {posixpath.basename(path) if path in inside else path: path.endswith(SUFFIXES) for path in touched}
    found = set(inside)
    seen = set()
    for path in trees.naming(tree, {name for name in names if "\n" not in name}, recipe.source):
        text = (trees.read(tree, path) or b"").decode("utf-8", "replace")
        named = {name for name, is_document in names.items() if _names(text, name, include=is_document)}
        seen |= named
        found |= {path} if named else set()
    if any(posixpath.basename(path) not in seen and not path.endswith(SUFFIXES) for path in inside):
        return None
    below = (_below(recipe, path) for path in found if path.endswith(SUFFIXES))
    return tuple(sorted(path for path in below if path))


def _names(text: str, name: str, *, include: bool) -> bool:
    """Whether a source names a file; a document only where it is included, since many only mention it."""
    return any(name in line and (not include or "include" in line) for line in text.splitlines())


def _documents(wanted: Iterable[str], head: Tree, base: Tree | None, recipe: Recipe, trees: Trees) -> tuple[str, ...]:
    """The files and folders that `wanted` names, relative to the tree or to its source folder, suffix or not."""
    paths = {path for tree in (head, base) if tree for path in trees.paths(tree)}
    below = {name for name in (_below(recipe, path) for path in paths) if name}
    folders = {parent for name in below for parent in _parents(name)}
    return tuple(dict.fromkeys(_document(name, below, folders, recipe) for name in wanted))


def _document(wanted: str, below: set[str], folders: set[str], recipe: Recipe) -> str:
    name = posixpath.normpath(wanted.strip())
    for candidate in (name, _below(recipe, name)):
        if candidate is None:
            continue
        if candidate in below:
            return candidate
        if candidate in folders:
            return f"{candidate}/"
        suffixed = next((f"{candidate}{suffix}" for suffix in SUFFIXES if f"{candidate}{suffix}" in below), None)
        if suffixed:
            return suffixed
    close = difflib.get_close_matches(name, below | folders, 1, 0.7)
    meant = f"; did you mean {close[0]}?" if close else ""
    raise InputError(f"--docs {wanted}: the tree has no such document or folder below {recipe.source}{meant}")


def _below(recipe: Recipe, path: str) -> str | None:
    """`path` relative to the recipe's source folder; None where it lies elsewhere."""
    source = posixpath.normpath(recipe.source)
    if source == ".":
        return path or None
    return path.removeprefix(f"{source}/") if path.startswith(f"{source}/") else None


def _parents(name: str) -> list[str]:
    parts = name.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]
