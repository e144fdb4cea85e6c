"""Smaller versions of a Python source.

Without comments, without statements, without entries of lists, without what encloses statements.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Collection, Iterator
from typing import cast

from docs_matrix.questions.shrink.reduction import fewest

__all__ = ["executed_alone", "shorter_lists", "smaller"]

Holds = Callable[[str], bool]
UNWRITABLE = "\0"
"""Not Python: the test refuses it, and the next version is tried."""


def smaller(text: str, holds: Holds) -> str:
    """Return the smallest version of `text` that was found with `holds` true; `text` itself if it is not Python.

    >>> smaller("import os\\n\\nif os.sep:\\n    needed()\\n", lambda text: "needed()" in text)
    'needed()\\n'
    """
    for step in (_plain, _without_statements, _body_alone, _else_alone, _without_empty_lines):
        # An error in a step ends this step alone: not every source that can be read can be written again.
        with contextlib.suppress(SyntaxError, ValueError, RecursionError):
            text = step(text, holds)
    return text


def shorter_lists(text: str, holds: Holds) -> str:
    """Return `text` without entries of the lists that it assigns to names, such as the extensions of a conf.py.

    >>> shorter_lists("extensions = ['one', 'two', 'three']\\n", lambda text: "two" in text)
    "extensions = ['two']\\n"
    """
    with contextlib.suppress(SyntaxError, ValueError, RecursionError):
        lists = (node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Assign))
        places = [_place(entry) for value in lists if isinstance(value, ast.List) for entry in value.elts]
        return _without(text, holds, places, lambda gone: _WithoutEntries(gone))
    return text


def executed_alone(text: str, lines: Collection[int]) -> str:
    """Return `text` without the statements that have none of `lines`, the numbers of the lines that were executed.

    >>> executed_alone("def f():\\n    if a:\\n        b()\\n    return 1\\n\\nf()\\n", {1, 2, 4, 6})
    'def f():\\n    if a:\\n        pass\\n    return 1\\nf()\\n'
    """
    with contextlib.suppress(SyntaxError, ValueError, RecursionError):
        tree = ast.parse(text)
        idle = frozenset(
            _place(node) for node in ast.walk(tree) if isinstance(node, ast.stmt) and _is_idle(node, lines)
        )
        return _written(_Without(idle).visit(tree))
    return text


def _is_idle(node: ast.stmt, lines: Collection[int]) -> bool:
    """Return whether none of `lines` is in `node`; a declaration has no line that is executed."""
    declares = isinstance(node, (ast.Global, ast.Nonlocal))
    return not declares and not any(number in lines for number in range(node.lineno, (node.end_lineno or 0) + 1))


def _plain(text: str, holds: Holds) -> str:
    """Write `text` as `ast` does: without comments and empty lines."""
    plain = _written(ast.parse(text))
    return plain if plain != text and holds(plain) else text


def _without_statements(text: str, holds: Holds) -> str:
    """Leave out statements: first the outermost, then those inside of what is left."""
    depth = 0
    while places := [at for at, deep in _statements(ast.parse(text)) if deep == depth]:
        text = _without(text, holds, places, lambda gone: _Without(gone))
        depth += 1
    return text


def _body_alone(text: str, holds: Holds) -> str:
    """Put the body of compound statements in their place."""
    return _unwrapped(text, holds, "body")


def _else_alone(text: str, holds: Holds) -> str:
    """Put the statements after `else` in the place of the compound statement."""
    return _unwrapped(text, holds, "orelse")


def _unwrapped(text: str, holds: Holds, part: str) -> str:
    kinds = (ast.If, ast.For, ast.While, ast.With, ast.Try)
    nodes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds) and getattr(node, part, None))
    return _without(text, holds, [_place(node) for node in nodes], lambda gone: _Unwrap(gone, part))


def _without_empty_lines(text: str, holds: Holds) -> str:
    dense = "".join(line for line in text.splitlines(keepends=True) if line.strip())
    return dense if dense != text and holds(dense) else text


def _without(
    text: str, holds: Holds, places: list[int], change: Callable[[frozenset[int]], ast.NodeTransformer]
) -> str:
    """Return `text` with as many of the statements at `places` changed as `holds` allows."""
    every = frozenset(places)

    def version(kept: list[int]) -> str:
        return _written(change(every.difference(kept)).visit(ast.parse(text)))

    kept = fewest(places, lambda some: holds(version(list(some))))
    return version(kept) if len(kept) < len(places) else text


def _statements(node: ast.AST, depth: int = 0) -> Iterator[tuple[int, int]]:
    """Yield the place of each statement, and how deep it is."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield _place(child), depth
            yield from _statements(child, depth + 1)
        else:
            yield from _statements(child, depth)


def _place(node: ast.stmt | ast.expr) -> int:
    """Return the position of `node` in the text as one number."""
    return node.lineno * 10_000 + node.col_offset


def _written(tree: object) -> str:
    """Return the text of `tree`; `UNWRITABLE` if Python cannot write it (an f-string with a backslash, a deep tree)."""
    try:
        return ast.unparse(ast.fix_missing_locations(cast(ast.Module, tree))) + "\n"
    except (ValueError, RecursionError):
        return UNWRITABLE


class _WithoutEntries(ast.NodeTransformer):
    """Leaves out the entries of lists at the places `gone`."""

    def __init__(self, gone: frozenset[int]) -> None:
        self._gone = gone

    def visit_List(self, node: ast.List) -> ast.AST:
        """Leave out entries of one list."""
        self.generic_visit(node)
        node.elts = [entry for entry in node.elts if _place(entry) not in self._gone]
        return node


class _Without(ast.NodeTransformer):
    """Leaves out the statements at the places `gone`; an empty body becomes `pass`."""

    def __init__(self, gone: frozenset[int]) -> None:
        self._gone = gone

    def visit(self, node: ast.AST) -> ast.AST | None:
        if isinstance(node, ast.stmt) and _place(node) in self._gone:
            return None
        self.generic_visit(node)
        if not isinstance(node, ast.Module) and getattr(node, "body", None) == []:
            node.body = [ast.Pass()]  # type: ignore[attr-defined]
        return node


class _Unwrap(ast.NodeTransformer):
    """Puts a part of the compound statements at the places `gone` in their place."""

    def __init__(self, gone: frozenset[int], part: str) -> None:
        self._gone = gone
        self._part = part

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        part = getattr(node, self._part, None)
        if isinstance(node, ast.stmt) and isinstance(part, list) and _place(node) in self._gone:
            return cast("list[ast.stmt]", part)
        return node
