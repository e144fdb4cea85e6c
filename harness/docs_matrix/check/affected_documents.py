"""Which documents a change can affect, by the index of a kept build.

A build of all documents has looked at every file that counts. So a changed file affects the documents that looked at it. A name
that is added or removed affects the documents that define it, and those whose doctree holds it. Text is searched only in the files
in which the tree of the build differs from the base.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from docs_matrix.builds import recipes
from docs_matrix.check.build_index import BuildIndex
from docs_matrix.check.references import Targets
from docs_matrix.config.matrix import Recipe
from docs_matrix.trees import Change, Tree, Trees

__all__ = ["Affected", "ChangedNames", "Changes", "affected_documents"]


@dataclass(frozen=True)
class ChangedNames:
    """The names by which other documents may refer to what the change adds, removes or renames.

    `documents` are the names of documents that are added, removed or renamed. `definitions` are the targets whose definition is
    added or removed. `references` are the targets of references that are added or removed.
    """

    documents: frozenset[str]
    definitions: Targets
    references: Targets

    def are_listed_in(self, text: str) -> bool:
        """Return whether `text` may have one of `documents` in a toctree, or refers to one."""
        return any(self._is_entry(line) for line in text.splitlines())

    def _is_entry(self, line: str) -> bool:
        target = line.strip().rpartition("<")[2].rstrip(">")
        last = posixpath.splitext(posixpath.basename(target))[0]
        return last in self.documents or (":doc:" in line and any(name in line for name in self.documents))


@dataclass(frozen=True)
class Changes:
    """The change from `base` to `head`: its `files` and its `names`."""

    base: Tree
    head: Tree
    files: Sequence[Change]
    names: ChangedNames
    recipe: Recipe
    trees: Trees


@dataclass(frozen=True)
class Affected:
    """The documents of base and head that a change can affect; those in `try_alone` looked at a changed file."""

    base: tuple[str, ...]
    head: tuple[str, ...]
    try_alone: frozenset[str]


def affected_documents(changes: Changes, index: BuildIndex, concerns: Callable[[str], bool]) -> Affected | str:
    """Return the documents that `changes` can affect. If one changed file can affect all documents, return its path instead.

    `concerns` returns whether a text has to do with the change. It is called for files that have changed since the kept build.
    """
    looking = set[str]()
    others = set(index.holding(_words(changes, index)))
    others |= index.defining(changes.names.definitions.wanted | changes.names.references.wanted)
    fresh = set[str]()
    for change in changes.files:
        comes_or_goes = change.base_path != change.head_path
        for path in {path for path in (change.base_path, change.head_path) if path}:
            documents = index.affected_by(path, comes_or_goes=comes_or_goes)
            if None in documents:
                return path
            looking.update(name for name in documents if name)
            others |= index.describing(path)
            if comes_or_goes and (name := _as_document(path, changes.recipe, index)):
                others |= index.naming_document(name) | index.patterns
                fresh.add(path)
    for path in set(_unseen(changes, index, concerns)):
        others.update(name for name in index.affected_by(path, comes_or_goes=False) if name)
        fresh.add(path)
    return _both(looking, others, fresh, changes, index)


def _words(changes: Changes, index: BuildIndex) -> set[str]:
    """Return search words: each doctree that refers to an added or removed name holds at least one of them."""
    words = {target.name for target in changes.names.definitions.wanted}
    for change in changes.files:
        document = index.documents.get(change.base_path or "")
        if document and change.base_path != change.head_path:
            *folders, last = document.split("/")
            words.add("/".join((*folders[-1:], last)) if last == "index" else last)
    return words


def _as_document(path: str, recipe: Recipe, index: BuildIndex) -> str | None:
    """Return the name of the document for the file `path`; None if a file with this path cannot be a document."""
    name, suffix = posixpath.splitext(recipes.below(recipe, path) or "")
    return name if name and suffix in index.suffixes else None


def _unseen(changes: Changes, index: BuildIndex, concerns: Callable[[str], bool]) -> Iterator[str]:
    """Yield the files that have changed since the kept build, and that have to do with the change."""
    for tree in (changes.base, changes.head):
        paths = [path for path in index.changed_since if recipes.below(changes.recipe, path)]
        yield from (path for path, text in changes.trees.texts(tree, paths) if concerns(text))


def _both(
    looking: Iterable[str], others: Iterable[str], fresh: Iterable[str], changes: Changes, index: BuildIndex
) -> Affected:
    """Return the documents under their names in both versions.

    Both versions must read the same documents: otherwise every message of a document that only the head reads would be new.
    """
    lines, recipe = changes.trees.changes(changes.base, changes.head), changes.recipe
    sources = {index.sources[name] for name in (*looking, *others) if name in index.sources} | set(fresh)
    files = [set(changes.trees.paths(tree)) for tree in (changes.base, changes.head)]
    before = sources | {path for name in sources if (path := lines.base_path(name))}
    after = sources | {path for name in sources if (path := lines.head_path(name))}
    generated = {name for name in (*looking, *others) if index.sources.get(name) not in files[0] | files[1]}

    def read(paths: Iterable[str], there: set[str]) -> tuple[str, ...]:
        named = {name for path in paths if path in there and (name := recipes.below(recipe, path))}
        return tuple(sorted(named | generated))

    touched = {index.sources[name] for name in looking if name in index.sources} | set(fresh)
    both = touched | {path for name in touched if (path := lines.base_path(name) or lines.head_path(name))}
    apart = frozenset(name for path in both if (name := recipes.below(recipe, path)))
    return Affected(read(before, files[0]), read(after, files[1]), apart)
