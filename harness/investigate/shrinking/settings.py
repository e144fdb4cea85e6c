"""Smaller versions of a Python source: what sets variables is an assignment."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from harness.investigate.shrinking.reduction import fewest
from harness.investigate.shrinking.syntax import Replaced, written

__all__ = ["plainly_set"]


def plainly_set(text: str, holds: Callable[[str], bool]) -> str:
    """Set variables by assignments, one by one, that were set by a `with`, a loop over one element, or together; what is added
    to a variable is all that it is set to; and what is set in one way or else in another is set once."""
    places = [at for at, node in enumerate(ast.walk(ast.parse(text))) if _plain(node)]

    def version(kept: Sequence[int]) -> str:
        tree = ast.parse(text)
        gone = frozenset(places).difference(kept)
        plain = {id(node): _plain(node) for at, node in enumerate(ast.walk(tree)) if at in gone}
        return written(Replaced(plain).visit(tree))

    kept = fewest(places, lambda some: holds(version(some)))
    return version(kept) if len(kept) < len(places) else text


def _plain(node: ast.AST) -> list[ast.stmt]:
    """The statements that stand for `node`; none where it sets nothing, or not in one of these ways."""
    if isinstance(node, ast.With):
        items = [ast.Assign([one.optional_vars], one.context_expr) for one in node.items if one.optional_vars]
        return [*items, *node.body]
    if isinstance(node, ast.AugAssign):
        return [ast.Assign([node.target], node.value)]
    if isinstance(node, ast.If):
        return _chosen(node)
    if isinstance(node, ast.For):
        return _each([node.target], node.iter, node.body)
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Tuple, ast.List)):
        return _each(node.targets[0].elts, node.value, [])
    return []


def _each(targets: list[ast.expr], values: ast.expr, body: list[ast.stmt]) -> list[ast.stmt]:
    if not isinstance(values, (ast.Tuple, ast.List)) or len(values.elts) != len(targets):
        return []
    return [*(ast.Assign([one], value) for one, value in zip(targets, values.elts, strict=True)), *body]


def _chosen(node: ast.If) -> list[ast.stmt]:
    both = [one for part in (node.body, node.orelse) for one in part if isinstance(one, ast.Assign)]
    if len(node.body) != 1 or len(node.orelse) != 1 or len(both) != 2:
        return []
    if ast.unparse(both[0].targets[0]) != ast.unparse(both[1].targets[0]):
        return []
    return [ast.Assign(both[0].targets, ast.IfExp(node.test, both[0].value, both[1].value))]
