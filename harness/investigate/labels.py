"""References to labels that a change removes, or gives, where only some documents are read.

A build that does not read all documents cannot say that a label is undefined: it may be in a document that was not read.
Where the change itself took the label's definition away, and no document of the tree has another, it can be said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from harness.diagnostics.findings import Judged, Verdict
from harness.investigate.reading import LABEL, SUFFIXES
from harness.matrix import Recipe
from harness.trees import Tree, Trees

__all__ = ["judged_by_labels"]

_LABEL = re.compile(r"undefined label: ['\"]?(.+?)['\"]?(?: \(|$)", re.MULTILINE)


def judged_by_labels(
    judged: Sequence[Judged], said_by_head: int, base: Tree, head: Tree, recipe: Recipe, trees: Trees
) -> tuple[Judged, ...]:
    """`judged` with a verdict for what was unjudged and is about such a label: new where it was removed, fixed where it was
    given. The first `said_by_head` are of the head."""
    open_ones = [at for at, one in enumerate(judged) if one.verdict is Verdict.UNJUDGED and one.base is None]
    if not open_ones:
        return tuple(judged)
    before, after = _changed(base, head, trees)
    told = list(judged)
    for at in open_ones:
        new = at < said_by_head
        gone = (before - after) if new else (after - before)
        found = _LABEL.match(judged[at].diagnostic.message[:1_000])
        if found and _normal(found[1]) in gone and not _is_defined(found[1], head if new else base, recipe, trees):
            verdict = Verdict.NEW if new else Verdict.FIXED
            told[at] = replace(judged[at], verdict=verdict, reason="elsewhere" if new else "")
    return tuple(told)


def _changed(base: Tree, head: Tree, trees: Trees) -> tuple[set[str], set[str]]:
    """The labels that the changed documents define, before and after."""
    changes = trees.changed_paths(base, head)
    before, after = set[str](), set[str]()
    for change in changes:
        before |= _labels(base, change.base_path, trees)
        after |= _labels(head, change.head_path, trees)
    return before, after


def _is_defined(label: str, tree: Tree, recipe: Recipe, trees: Trees) -> bool:
    named = trees.naming(tree, {label}, recipe.source) if label.strip() and "\n" not in label else ()
    return any(_normal(label) in _labels(tree, path, trees) for path in named)


def _labels(tree: Tree, path: str | None, trees: Trees) -> set[str]:
    if path is None or not path.endswith(SUFFIXES):
        return set()
    text = (trees.read(tree, path) or b"").decode("utf-8", "replace")
    return {_normal(found[1] or found[2]) for found in LABEL.finditer(text)}


def _normal(label: str) -> str:
    return " ".join(label.replace("`", "").lower().split())
