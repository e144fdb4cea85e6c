"""The read set: which documents of base and head a question reads.

The read set is `all`, the documents and folders that the user names, or those that a change can affect. If a build of the tree or
of a version near it is kept, its index tells which documents a change can affect (`docs_matrix.check.affected_documents`). If no
cell has built the tree, its text tells. Then the read set has

- the changed documents;
- documents that name a changed file (kernel-doc, include, literalinclude);
- documents that name a label, document or object that the change adds, removes or renames;
- documents that define a target to which the changed text refers.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from docs_matrix.builds import recipes
from docs_matrix.check.affected_documents import ChangedNames, Changes, affected_documents
from docs_matrix.check.build_index import BuildIndex
from docs_matrix.check.references import Target, Targets, changed_definitions, changed_references
from docs_matrix.config.matrix import Recipe
from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import InputError
from docs_matrix.suggestions import did_you_mean
from docs_matrix.trees import Change, Tree, TreeChanges, Trees

__all__ = ["Near", "ReadSet", "choose", "naming"]

DIRECTIVE = re.compile(r"^[ \t]*(?:\.\. |:file: |[`:]{3,}\{).*$", re.MULTILINE)
"""A line that begins a directive, in reStructuredText and in MyST, or names the file of a directive. Comments and targets of
reStructuredText begin in the same way."""
OURS = re.compile(r"(?:.*/)?(?:matrix\.yaml|\.buildinfo|locks/py3[^/]+-docutils[^/]+\.txt|\.github/.*)")
"""Files that no document reads."""
MOST_NAMES = 1_000
"""The most changed files, or targets, for which the text is searched: with more, the search takes longer than it saves.
In the documentation of Linux 6.12, git needs 7 s to search for 1,000 of them: as long as to look into all 10,000
files."""


@dataclass(frozen=True)
class ReadSet:
    """The documents that base and head read: paths below the recipe's source folder; None for all documents.

    A folder ends with a slash. `words` describes the choice for the user; `notes` say what such a build cannot find. `complete` is
    true if the change cannot affect any document outside of the read set. `try_alone` are the documents to try alone first, if they
    are few. These are all that the user names, and the affected documents that are changed themselves or name a changed file in a
    directive.
    """

    base: tuple[str, ...] | None
    head: tuple[str, ...] | None
    words: str
    notes: tuple[Note, ...] = ()
    complete: bool = False
    try_alone: frozenset[str] = frozenset()


Near = Callable[[Tree], BuildIndex | None]
"""Returns the index of the kept build that is nearest to a tree; None if no build is kept."""


def choose(
    docs: tuple[str, ...],
    base: Tree | None,
    head: Tree,
    recipe: Recipe,
    trees: Trees,
    near: Near = lambda base: None,
) -> ReadSet:
    """Return the read set for `docs`: documents and folders as the user wrote them, `affected` or `all`.

    If `docs` is empty, it is `affected` if there is a base, else `all`. (The verb `check` never leaves it empty.) `near` returns
    the index of a kept build for the base. Raise `InputError` for a document that neither version has, with a suggestion.
    """
    wanted = docs or (("affected",) if base else ("all",))
    whole = {"all", posixpath.normpath(recipe.source), f"{posixpath.normpath(recipe.source)}/", ".", "./"}
    if whole & set(wanted):
        return ReadSet(None, None, "all documents")
    named = tuple(name for name in wanted if name != "affected")
    read = _documents(named, head, base, recipe, trees)
    apart = frozenset(name for name in read if not name.endswith("/"))
    if base is None:
        if "affected" in wanted:
            raise InputError("--docs affected: there is no change; give --patch or --base")
        return ReadSet(None, read, ", ".join(wanted), try_alone=apart)
    changes = trees.changes(base, head)
    before = tuple(_base_name(name, changes, recipe) for name in read)
    apart |= {name for name in before if not name.endswith("/")}
    if "affected" not in wanted:
        return ReadSet(before, read, ", ".join(wanted), try_alone=apart)
    affected = _affected(base, head, recipe, trees, near(base))
    if affected.base is None or affected.head is None:
        return affected
    return replace(
        affected,
        base=tuple(dict.fromkeys((*affected.base, *before))),
        head=tuple(dict.fromkeys((*affected.head, *read))),
        words=", ".join((affected.words, *named)),
        try_alone=affected.try_alone | apart,
    )


def naming(path: str, tree: Tree, recipe: Recipe, trees: Trees) -> tuple[str, ...]:
    """Return the documents that use the file `path` of `tree`.

    If `path` can be a document, these are the documents that include it, else those that name it. There are none if `tree` has no
    such file.
    """
    if path not in trees.paths(tree):
        return ()
    inside = path.endswith(recipes.SUFFIXES)
    found = (
        _including(tree, {path}, recipe, trees)
        if inside
        else trees.naming(tree, {posixpath.basename(path)}, recipe.source)
    )
    return recipes.documents(recipe, (name for name in found if name != path))


def _base_name(name: str, changes: TreeChanges, recipe: Recipe) -> str:
    """Return the name in the base of the file or folder `name` of the head; `name` itself if the base does not have it."""
    if name.endswith("/"):
        return name
    return recipes.below(recipe, changes.base_path(recipes.in_tree(recipe, name)) or "") or name


def _affected(base: Tree, head: Tree, recipe: Recipe, trees: Trees, index: BuildIndex | None) -> ReadSet:
    changed = tuple(change for change in trees.changed_paths(base, head) if not _is_ours(change))
    if len(changed) > MOST_NAMES:
        return _all("many")
    if index is None:
        return _by_text(base, head, changed, recipe, trees)
    changes = Changes(base, head, changed, _named_by(changed, base, head, recipe, trees), recipe, trees)
    found = affected_documents(changes, index, lambda text: _concerns(text, changes))
    if isinstance(found, str):
        return _all("touches", found)
    return ReadSet(found.base, found.head, "affected", (Note("read meant"),), complete=True, try_alone=found.try_alone)


def _all(*facts: str) -> ReadSet:
    return ReadSet(None, None, "all documents", (Note("read all", facts),))


def _concerns(text: str, changes: Changes) -> bool:
    """Return whether `text` names a file or a target that has changed, or defines a target of the changed text."""
    names, recipe = changes.names, changes.recipe
    touched = {path for change in changes.files for path in (change.base_path, change.head_path) if path}
    return (
        any(_names(text, path, inside=recipes.below(recipe, path) is not None) for path in touched)
        or names.are_listed_in(text)
        or names.definitions.are_named_in(text)
        or names.references.are_defined_in(text)
    )


def _by_text(base: Tree, head: Tree, changed: Sequence[Change], recipe: Recipe, trees: Trees) -> ReadSet:
    """Return what a change affects, by the text of the tree alone: no cell has built the tree yet."""
    templates = _templates(head, recipe, trees)
    for change in changed:
        if _concerns_all(change, recipe, templates):
            return _all("touches", change.head_path or change.base_path or "")
    names = _named_by(changed, base, head, recipe, trees)
    before = _concerned(base, {change.base_path for change in changed if change.base_path}, names, recipe, trees)
    after = _concerned(head, {change.head_path for change in changed if change.head_path}, names, recipe, trees)
    if before is None or after is None:
        return _all("unnamed")
    # Both versions must read the same documents: otherwise each message of a document that only one reads would be new.
    changes = trees.changes(base, head)
    both_before = before.files | {path for name in after.files if (path := changes.base_path(name))}
    both_after = after.files | {path for name in before.files if (path := changes.head_path(name))}
    apart = (
        before.touched
        | after.touched
        | {path for name in after.touched if (path := changes.base_path(name))}
        | {path for name in before.touched if (path := changes.head_path(name))}
    )
    unknown = sorted((before.unnamed | after.unnamed) - before.named - after.named)
    return ReadSet(
        recipes.documents(recipe, both_before),
        recipes.documents(recipe, both_after),
        "affected",
        (Note("read affected"), *([Note("unnamed", tuple(unknown))] if unknown else [])),
        complete=True,
        try_alone=frozenset(recipes.documents(recipe, apart)),
    )


def _is_ours(change: Change) -> bool:
    """Return whether a changed file is one of docs-matrix's own, or one that Sphinx writes: no document reads it."""
    paths = [path for path in (change.base_path, change.head_path) if path]
    return all(OURS.fullmatch(path) for path in paths)


def _templates(tree: Tree, recipe: Recipe, trees: Trees) -> tuple[str, ...]:
    """Return the folders that conf.py names in `templates_path` as literal strings, each with a slash at its end."""
    config = posixpath.normpath(posixpath.join(recipe.config, "conf.py"))
    try:
        code = ast.parse(trees.read(tree, config) or b"")
    except (SyntaxError, ValueError):
        return ()
    found = list[str]()
    for node in ast.walk(code):
        if isinstance(node, (ast.Assign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == "templates_path" for target in targets):
                values = (one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant))
                found += [value for value in values if isinstance(value, str)]
    folders = (posixpath.normpath(posixpath.join(recipe.config, name)) for name in found)
    return tuple(f"{folder}/" for folder in folders if folder != ".")


def _concerns_all(change: Change, recipe: Recipe, templates: tuple[str, ...]) -> bool:
    """Return whether a changed file can affect any document: Python code (conf.py, extensions, modules for autodoc), templates."""
    paths = [path for path in (change.base_path, change.head_path) if path]
    return any(
        path.endswith(".py")
        or path.startswith(templates)
        or (recipes.below(recipe, path) and path.endswith((".html", ".js", ".css", ".inv")))
        for path in paths
    )


def _named_by(changed: Collection[Change], base: Tree, head: Tree, recipe: Recipe, trees: Trees) -> ChangedNames:
    documents, defined, used = set[str](), set[Target](), set[Target]()
    before = dict(trees.texts(base, {change.base_path for change in changed if change.base_path}))
    after = dict(trees.texts(head, {change.head_path for change in changed if change.head_path}))
    for change in changed:
        paths = (change.base_path, change.head_path)
        if paths[0] != paths[1]:
            inside = [
                path for path in paths if path and recipes.below(recipe, path) and path.endswith(recipes.SUFFIXES)
            ]
            documents |= {posixpath.splitext(posixpath.basename(path))[0] for path in inside}
        texts = before.get(paths[0] or "", ""), after.get(paths[1] or "", "")
        defined |= changed_definitions(*texts)
        used |= changed_references(*texts)
    return ChangedNames(frozenset(documents), Targets(frozenset(defined)), Targets(frozenset(used)))


@dataclass(frozen=True)
class _Concerned:
    """The files below the source folder that a change can affect.

    `touched` are those that are changed themselves, or that name a changed file in a directive. `named` are the changed files that
    a document names, or that may be documents. `unnamed` are the other changed files.
    """

    files: set[str]
    touched: set[str]
    named: set[str]
    unnamed: set[str]


def _concerned(
    tree: Tree, touched: Collection[str], names: ChangedNames, recipe: Recipe, trees: Trees
) -> _Concerned | None:
    """Return the files below the source folder that a change of the files `touched` can affect.

    Start with the changed files. Add files that name what changed, and files that define a target of the changed text. Then add
    files that name or include one of these, until nothing is added. Return None if a changed file below the source folder is not a
    document, and no document names it.

    A file outside of the source folder counts as named by its full path (kernel-doc). Any file counts as named by its base name
    in an include.
    """
    inside = {path for path in touched if recipes.below(recipe, path)}
    found, named, pending = set(inside), set[str](), set(touched)
    apart = set(touched)
    while pending:
        wanted = {posixpath.basename(path) for path in pending} | names.documents
        fresh = set()
        holding = trees.naming(tree, {text for text in wanted if text.strip() and "\n" not in text}, recipe.source)
        for path, text in trees.texts(tree, holding):
            here = {name for name in pending if name != path and _names(text, name, inside=name in inside)}
            named |= here
            if path not in found and (here or names.are_listed_in(text)):
                fresh.add(path)
                if _in_a_directive(text, here & apart):
                    apart.add(path)
        found |= fresh
        pending = fresh  # who includes what was found
    pending = _naming_targets(tree, names, recipe, trees) - found
    while pending:
        found |= pending
        pending = _including(tree, pending, recipe, trees) - found
    unnamed = {path for path in touched if path not in named and not path.endswith(recipes.SUFFIXES)}
    if unnamed & inside:
        return None
    outside = {path for path in touched if path not in inside | named}
    return _Concerned(found, apart & found, set(touched) - outside, outside)


def _naming_targets(tree: Tree, names: ChangedNames, recipe: Recipe, trees: Trees) -> set[str]:
    """Return the files below the source folder that may name an added or removed target, or define a target of the changed text."""
    words = names.definitions.words | names.references.words
    if len(words) <= MOST_NAMES:
        paths = trees.naming(tree, words, recipe.source, ignore_case=True)
    else:
        paths = tuple(path for path in trees.paths(tree) if recipes.below(recipe, path))
    texts = trees.texts(tree, paths)
    return {
        path for path, text in texts if names.definitions.are_named_in(text) or names.references.are_defined_in(text)
    }


def _in_a_directive(text: str, paths: Collection[str]) -> bool:
    """Return whether a line that begins a directive, or names its file, has the base name of one of `paths`."""
    names = {posixpath.basename(path) for path in paths}
    return any(name in line for line in DIRECTIVE.findall(text) for name in names)


def _names(text: str, path: str, *, inside: bool) -> bool:
    """Return whether the source `text` names the file `path`, by its path or by its base name.

    `inside` says that the file lies below the source folder. The base name of a document counts only on a line with an include.
    """
    name = posixpath.basename(path)
    if not inside and name == path:  # many a text says README or MAINTAINERS
        return any(name in line for line in DIRECTIVE.findall(text))
    mentioned = inside and not path.endswith(recipes.SUFFIXES)
    return any(name in line and ("include" in line or mentioned or path in line) for line in text.splitlines())


def _including(tree: Tree, paths: Collection[str], recipe: Recipe, trees: Trees) -> set[str]:
    """Return the files below the source folder that include one of `paths`. Only base names are compared."""
    names = {name for path in paths if "\n" not in (name := posixpath.basename(path))}
    return {
        path
        for path, text in trees.texts(tree, trees.naming(tree, names, recipe.source))
        if any("include" in line and any(name in line for name in names) for line in text.splitlines())
    }


def _documents(wanted: Iterable[str], head: Tree, base: Tree | None, recipe: Recipe, trees: Trees) -> tuple[str, ...]:
    """Return the files and folders that `wanted` names, relative to the source folder.

    The names are relative to the tree or to its source folder, with or without a suffix.
    """
    paths = {path for tree in (head, base) if tree for path in trees.paths(tree)}
    inside = {name for name in (recipes.below(recipe, path) for path in paths) if name}
    folders = {parent for name in inside for parent in _parents(name)}
    return tuple(dict.fromkeys(_document(name, inside, folders, recipe) for name in wanted))


def _document(wanted: str, inside: set[str], folders: set[str], recipe: Recipe) -> str:
    name = posixpath.normpath(wanted.strip())
    for candidate in (name, recipes.below(recipe, name)):
        if candidate is None:
            continue
        if candidate in inside and candidate.endswith(recipes.SUFFIXES):
            return candidate
        if candidate in folders:
            return f"{candidate}/"
        suffixed = next(
            (f"{candidate}{suffix}" for suffix in recipes.SUFFIXES if f"{candidate}{suffix}" in inside), None
        )
        if suffixed:
            return suffixed
    meant = did_you_mean(name, inside | folders, cutoff=0.7)
    raise InputError(f"--docs {wanted}: the tree has no such document or folder below {recipe.source}{meant}")


def _parents(name: str) -> list[str]:
    parts = name.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]
