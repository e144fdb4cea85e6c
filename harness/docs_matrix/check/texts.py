"""The texts of two trees, for the comparison. Each file is read once for all cells."""

from __future__ import annotations

from functools import cache

from docs_matrix.trees import Tree, Trees

__all__ = ["TreeSources", "text_of"]

LONGEST_SOURCE = 2_000_000
"""Bytes. A longer file is neither searched nor put into the reports."""


def text_of(trees: Trees, tree: Tree, path: str) -> str | None:
    """Return the text of the file `path` of `tree`; None if there is no such file, or if it is too long."""
    data = trees.read(tree, path)
    return None if data is None or len(data) > LONGEST_SOURCE else data.decode("utf-8", "backslashreplace")


class TreeSources:
    """The texts of a base and a head; implements `docs_matrix.diagnostics.protocols.Sources`."""

    def __init__(self, trees: Trees, base: Tree, head: Tree) -> None:
        self.base = cache(lambda path: text_of(trees, base, path))
        self.head = cache(lambda path: text_of(trees, head, path))
