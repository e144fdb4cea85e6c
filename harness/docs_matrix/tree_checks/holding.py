"""Finds the files of a tree that contain a text. The result is stored, so for a later version only different files are read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from docs_matrix import files, json_values
from docs_matrix.store import room
from docs_matrix.trees import Tree, Trees

__all__ = ["holding"]

FEW = 500
"""If more files than these differ, the result for the new version is stored in place of the old one."""


@dataclass(frozen=True)
class _Held:
    """The files of the tree object `object_id` that contain the text."""

    object_id: str
    paths: tuple[str, ...]


def holding(tree: Tree, text: str, trees: Trees, store: Path) -> frozenset[str]:
    """Return the text files of `tree` that contain `text`."""
    memory = room(store, "answers") / "holding" / f"{files.digest(tree.lineage, text)[:32]}.json"
    known = json_values.read_or_none(memory, _Held)
    differing = trees.differing(known.object_id, tree) if known else None
    if known is None or differing is None:
        found = frozenset(trees.naming(tree, [text], "."))
    else:
        read = {path for path, content in trees.texts(tree, differing) if text in content}
        found = frozenset(known.paths) - frozenset(differing) | read
    if known is None or differing is None or len(differing) > FEW:
        json_values.write(memory, _Held(tree.object_id, tuple(sorted(found))))
    return found
