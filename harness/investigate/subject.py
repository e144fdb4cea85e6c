"""The subject of a question: which versions of which tree are built, how, and what they are held against.

This is the part of every question that looks at the user's tree, patch and revisions, before anything is built.
"""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.builds import recipes
from harness.errors import InputError
from harness.investigate.bench import Bench
from harness.matrix import NamedTree, Recipe
from harness.trees import Tree, Trees, patches

__all__ = ["Asked", "Subject", "documents", "resolve"]


@dataclass(frozen=True)
class Asked:
    """What the user asked of a tree: its name in matrix.yaml or its path, and the change to judge.

    `docs` are documents and folders as the user wrote them, or `affected`, or `all`; empty for the default.
    """

    tree: str
    patches: tuple[Path, ...] = ()
    base: str | None = None
    head: str | None = None
    baseline: Path | None = None
    docs: tuple[str, ...] = ()
    requirements: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Subject:
    """The versions to build and what they are held against.

    `base` is None where no second version is built: then `baseline` is the file of accepted diagnostics, or None where
    nothing is accepted. `against` says in words which of these it is. `base_documents` and `head_documents` are what is
    read of each, None for all; `docs` says so in words. `cells` are the names of the cells that the tree supports, None
    for all.
    """

    name: str
    head: Tree
    base: Tree | None
    against: str
    baseline: Path | None
    recipe: Recipe
    requirements: tuple[str, ...]
    base_documents: tuple[str, ...] | None
    head_documents: tuple[str, ...] | None
    docs: str
    cells: tuple[str, ...] | None
    patches: tuple[str, ...]
    notes: tuple[str, ...]


def resolve(asked: Asked, bench: Bench) -> Subject:
    """Look at the tree, apply the patches, choose the recipe and what is read; raises `InputError` with the place."""
    _refuse_contradictions(asked)
    named = _named(asked.tree, bench)
    source = named.path if named else Path(asked.tree)
    trees = bench.trees
    head, base, notes = _versions(asked, source, trees)
    recipe, requirements = _recipe(asked, named, head, trees)
    baseline = None if base else asked.baseline or (named.baseline if named else None)
    if baseline and not asked.baseline and not baseline.exists():
        notes = (
            *notes,
            f"{baseline.name} does not exist yet: nothing is accepted (docs-matrix baseline write makes it)",
        )
        baseline = None
    base_documents, head_documents, docs = _what_is_read(asked, base, head, recipe, trees)
    return Subject(
        name=asked.tree,
        head=head,
        base=base,
        against=_against(asked, base, baseline),
        baseline=baseline,
        recipe=recipe,
        requirements=requirements,
        base_documents=base_documents,
        head_documents=head_documents,
        docs=docs,
        cells=named.cells if named else None,
        patches=tuple(str(path.name) for path in asked.patches),
        notes=notes,
    )


def _refuse_contradictions(asked: Asked) -> None:
    given = [
        name
        for name, value in (("--patch", asked.patches), ("--base", asked.base), ("--baseline", asked.baseline))
        if value
    ]
    if len(given) > 1:
        raise InputError(f"{' and '.join(given)} both say what the head is held against; give one of them")
    if asked.head and not asked.base:
        raise InputError("--head needs --base: it names the other end of the change")


def _named(tree: str, bench: Bench) -> NamedTree | None:
    """The tree of matrix.yaml that the user names, by its name or by its path."""
    trees = bench.matrix.trees
    if tree in trees:
        return trees[tree]
    path = Path(tree)
    if not path.exists():
        close = difflib.get_close_matches(tree, trees, 1)
        meant = f" (did you mean {close[0]}?)" if close else ""
        raise InputError(
            f"--tree {tree}: no such file or folder, and {bench.matrix.path.name} names no such tree{meant}"
        )
    return next((named for named in trees.values() if named.path.resolve() == path.resolve()), None)


def _versions(asked: Asked, source: Path, trees: Trees) -> tuple[Tree, Tree | None, tuple[str, ...]]:
    """The head, the base where one is built, and what there is to say of the patches."""
    if asked.base:
        base = trees.revision(source, asked.base)
        head = trees.revision(source, asked.head) if asked.head else trees.open(source)
        return head, base, tuple(dict.fromkeys((*base.notes, *head.notes)))
    head = trees.open(source)
    if asked.patches:
        patched = trees.patched(head, [patch for path in asked.patches for patch in patches.read(path)])
        return patched.tree, head, (*head.notes, *patched.notes())
    return head, None, head.notes


def _recipe(asked: Asked, named: NamedTree | None, head: Tree, trees: Trees) -> tuple[Recipe, tuple[str, ...]]:
    requirements = asked.requirements
    if requirements is None and named:
        requirements = named.requirements
    if named and named.recipe and requirements is not None:
        return named.recipe, requirements
    recognised = recipes.recognise(asked.tree, trees.paths(head), lambda path: trees.read(head, path))
    recipe = named.recipe if named and named.recipe else recognised.recipe
    return recipe, recognised.requirements if requirements is None else requirements


def _against(asked: Asked, base: Tree | None, baseline: Path | None) -> str:
    if asked.base:
        return asked.base
    if base:
        return "the tree without the patch" if len(asked.patches) == 1 else "the tree without the patches"
    return str(baseline) if baseline else "nothing: no diagnostic is accepted"


def _what_is_read(
    asked: Asked, base: Tree | None, head: Tree, recipe: Recipe, trees: Trees
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None, str]:
    """The documents to read of the base and of the head, and the choice in words."""
    wanted = asked.docs or (("affected",) if base else ("all",))
    if "all" in wanted:
        return None, None, "all documents"
    if wanted == ("affected",):
        if base is None:
            raise InputError("--docs affected: there is no change to be affected by; give --patch or --base")
        return _touched(base, head, recipe, trees)
    read = documents(tuple(name for name in wanted if name != "affected"), head, base, recipe, trees)
    if base is None:
        return None, read, ", ".join(wanted)
    changes = trees.changes(base, head)
    before = tuple(
        _below(recipe, changes.base_path(posixpath.join(recipe.source, name)) or "") or name for name in read
    )
    if "affected" in wanted:
        more_base, more_head, _ = _touched(base, head, recipe, trees)
        if more_base is None or more_head is None:
            return None, None, "all documents"
        before, read = (*before, *more_base), (*read, *more_head)
    return before, read, ", ".join(wanted)


def _touched(
    base: Tree, head: Tree, recipe: Recipe, trees: Trees
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None, str]:
    """The documents that the change itself touches; all, where it touches a file that others may depend on."""
    before, after = set(), set()
    for change in trees.changed_paths(base, head):
        old = _below(recipe, change.base_path) if change.base_path else None
        new = _below(recipe, change.head_path) if change.head_path else None
        if not _is_document(old or new):
            return None, None, f"all documents, since others may depend on {change.head_path or change.base_path}"
        before |= {old} if old else set()
        after |= {new} if new else set()
    return tuple(sorted(before)), tuple(sorted(after)), "the documents that the change touches"


def _is_document(path: str | None) -> bool:
    return path is not None and posixpath.splitext(path)[1] in (".rst", ".md")


def _below(recipe: Recipe, path: str) -> str | None:
    """`path` relative to the recipe's source folder; None where it lies elsewhere."""
    source = posixpath.normpath(recipe.source)
    if source == ".":
        return path or None
    return path.removeprefix(f"{source}/") if path.startswith(f"{source}/") else None


def documents(wanted: Sequence[str], head: Tree, base: Tree | None, recipe: Recipe, trees: Trees) -> tuple[str, ...]:
    """The files and folders (with a slash behind) below the source that `wanted` names.

    Each may be relative to the tree or to its source folder, with or without the suffix. Raises `InputError` for one that
    neither version has.
    """
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
        suffixed = next(
            (f"{candidate}{suffix}" for suffix in (".rst", ".md", ".txt") if f"{candidate}{suffix}" in below), None
        )
        if suffixed:
            return suffixed
    close = difflib.get_close_matches(name, below | folders, 1, 0.7)
    meant = f"; did you mean {close[0]}?" if close else ""
    raise InputError(f"--docs {wanted}: the tree has no such document or folder below {recipe.source}{meant}")


def _parents(name: str) -> list[str]:
    parts = name.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]
