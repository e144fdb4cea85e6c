"""Smaller versions of a Python source: what sets variables is an assignment."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from docs_matrix.questions.shrink.reduction import fewest
from docs_matrix.questions.shrink.syntax import Change, Replaced, changed, written

__all__ = ["made_full", "plainly_set"]


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


def made_full(text: str, holds: Callable[[str], bool]) -> str:
    """What is made empty and filled by a loop is made of what the loop goes over."""
    return changed(text, holds, lambda tree: list(_filled(tree)))


def _filled(tree: ast.Module) -> Iterator[Change]:
    for scope in ast.walk(tree):
        body = getattr(scope, "body", None)
        for made, loop in pairwise(body) if isinstance(body, list) else ():
            for call in _made(made, loop):
                yield {id(made): ast.Assign(made.targets, call), id(loop): None}


def _made(made: ast.stmt, loop: ast.stmt) -> Iterator[ast.Call]:
    """What makes it full, with none, some and all of what `append` is given behind each element; none where `loop` does
    something else than to append its elements to what `made` makes."""
    if not (isinstance(made, ast.Assign) and isinstance(made.value, ast.Call)):
        return
    if made.value.args or made.value.keywords or not isinstance(loop, ast.For) or loop.orelse:
        return
    call = loop.body[0].value if len(loop.body) == 1 and isinstance(loop.body[0], ast.Expr) else None
    if (
        isinstance(call, ast.Call)
        and not call.keywords
        and ast.unparse(call.func) == f"{ast.unparse(made.targets[0])}.append"
    ):
        element, *more = call.args or [ast.Constant(None)]
        if ast.unparse(element) == ast.unparse(loop.target):
            for end in range(len(more) + 1):
                yield ast.Call(made.value.func, [loop.iter, *more[:end]], [])
