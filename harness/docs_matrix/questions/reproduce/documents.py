"""Find the documents from which a report's messages come, and whether a tree has their sources."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from docs_matrix.builds import recipes
from docs_matrix.config.matrix import Recipe
from docs_matrix.diagnostics import message_keys
from docs_matrix.robot.report import Message
from docs_matrix.trees import Tree, Trees

__all__ = ["NOT_READ", "MessageSources"]

NOT_READ = "no document of this tree that could be found reads its file; not read"

MOST = 12
"""The largest number of documents that are read for one message; if more documents name a file, it is not searched."""
_NAME = re.compile(r"[A-Za-z_]\w{2,}")


class MessageSources:
    """The sources of messages in one tree."""

    def __init__(self, tree: Tree, recipe: Recipe, trees: Trees) -> None:
        self._tree = tree
        self._trees = trees
        self._recipe = recipe
        self._paths = frozenset(trees.paths(tree))
        self._known: dict[str, tuple[str, ...]] = {}

    def lack(self, message: Message) -> str | None:
        """Return why `message` cannot come from this tree; None if it can."""
        if message.path is None:
            return "only its end is shown" if message.cut else "it names no file"
        if message.path not in self._paths:
            return "no such file in this tree"
        text = (self._trees.read(self._tree, message.path) or b"").decode("utf-8", "replace")
        if message.line is not None and message.line > text.count("\n") + 1:
            return f"{message.path} has no line {message.line} in this tree"
        quoted = [name for name in message_keys.quoted_names(message.message) if "\n" not in name]
        names = [found[0] for name in quoted if (found := _NAME.match(name))]
        gone = [name for name in names if not re.search(rf"\b{re.escape(name)}\b", text)]
        if gone and not self._is_document(message.path):
            return f"{message.path} has no '{gone[0]}' in this tree"
        return None

    def documents(self, message: Message) -> tuple[str, ...]:
        """Return the documents from which `message` comes, by their paths in the tree; none if they are unknown."""
        path = message.path
        if path is None:
            return ()
        if message.via is not None:
            name = message.via.split(": ")[0].partition(":")[0]
            return tuple(candidate for candidate in self._candidates(name) if candidate in self._paths)[:1]
        if self._is_document(path):
            return (path,) if path in self._paths else ()
        if path not in self._known:
            found: Sequence[str] = ()
            for text in (path, posixpath.dirname(path)):
                if not found and "/" in text:
                    found = [
                        name
                        for name in self._trees.naming(self._tree, {text}, self._recipe.source)
                        if self._is_document(name)
                    ]
            self._known[path] = tuple(found) if len(found) <= MOST else ()
        return self._known[path]

    def _candidates(self, name: str) -> Iterator[str]:
        for start in (name, recipes.in_tree(self._recipe, name)):
            yield start
            yield from (f"{start}{suffix}" for suffix in recipes.SUFFIXES)

    def _is_document(self, path: str) -> bool:
        return bool(recipes.documents(self._recipe, [path]))
