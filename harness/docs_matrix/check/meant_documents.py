"""Which documents a change can affect, by what a kept build knows.

A build of all documents has looked at every file that counts. So a touched file means the documents that looked at it, and a
name that comes or goes means those that define it or whose doctree holds it. Only files in which the build's tree differs
from the base are searched for text.
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

__all__ = ["ChangedNames", "Changes", "Meant", "meant"]


@dataclass(frozen=True)
class ChangedNames:
    """What other documents may call what the change touches.

    `documents` come, go or move, `moved` is defined or no more, and `referred` are the targets of references that come or go.
    """

    documents: frozenset[str]
    moved: Targets
    referred: Targets

    def enters_in(self, text: str) -> bool:
        """Return whether `text` may have one of the documents in a toctree, or refers to it."""
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
class Meant:
    """The documents of base and head that a change means; those in `apart` look at a touched file."""

    base: tuple[str, ...]
    head: tuple[str, ...]
    apart: frozenset[str]


def meant(changes: Changes, index: BuildIndex, concerns: Callable[[str], bool]) -> Meant | str:
    """Return the documents that `changes` can affect; the path of a touched file if that means all of them.

    `concerns` says whether a text has to do with the change. It is asked of files that the build has not seen as they are.
    """
    looking = set[str]()
    others = set(index.holding(_words(changes, index)))
    others |= index.defining(changes.names.moved.wanted | changes.names.referred.wanted)
    fresh = set[str]()
    for change in changes.files:
        appears = change.base_path != change.head_path
        for path in {path for path in (change.base_path, change.head_path) if path}:
            documents = index.meant_by(path, appears=appears)
            if None in documents:
                return path
            looking.update(name for name in documents if name)
            others |= index.describing(path)
            if appears and (name := _as_document(path, changes.recipe, index)):
                others |= index.naming_document(name) | index.patterns
                fresh.add(path)
    for path in set(_unseen(changes, index, concerns)):
        others.update(name for name in index.meant_by(path, appears=False) if name)
        fresh.add(path)
    return _both(looking, others, fresh, changes, index)


def _words(changes: Changes, index: BuildIndex) -> set[str]:
    """Return the words of which one stands in each doctree that refers to something that came or went."""
    words = {target.name for target in changes.names.moved.wanted}
    for change in changes.files:
        document = index.documents.get(change.base_path or "")
        if document and change.base_path != change.head_path:
            *folders, last = document.split("/")
            words.add("/".join((*folders[-1:], last)) if last == "index" else last)
    return words


def _as_document(path: str, recipe: Recipe, index: BuildIndex) -> str | None:
    """Return the name of the document that a file is, or may be; None if it can be none."""
    name, suffix = posixpath.splitext(recipes.below(recipe, path) or "")
    return name if name and suffix in index.suffixes else None


def _unseen(changes: Changes, index: BuildIndex, concerns: Callable[[str], bool]) -> Iterator[str]:
    """Yield the files that the build has not seen as they are, and that have to do with the change."""
    for tree in (changes.base, changes.head):
        paths = [path for path in index.changed if recipes.below(changes.recipe, path)]
        yield from (path for path, text in changes.trees.texts(tree, paths) if concerns(text))


def _both(
    looking: Iterable[str], others: Iterable[str], fresh: Iterable[str], changes: Changes, index: BuildIndex
) -> Meant:
    """Return the documents as both versions name them: what is read of one is read of the other, or it would all be new."""
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
    return Meant(read(before, files[0]), read(after, files[1]), apart)
