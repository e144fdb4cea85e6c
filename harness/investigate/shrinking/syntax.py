"""Python sources as trees that are changed, and as texts again."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

__all__ = ["Filled", "Replaced", "called", "head", "variables", "written"]


class Filled(ast.NodeTransformer):
    """Lets a body that would be empty pass."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if not isinstance(node, ast.Module) and getattr(node, "body", None) == []:
            node.body = [ast.Pass()]  # type: ignore[attr-defined]
        return node


class Replaced(Filled):
    """Puts others in the place of some nodes, which are known by their `id`, or leaves them out."""

    def __init__(self, nodes: Mapping[int, ast.AST | Sequence[ast.stmt] | None]) -> None:
        self._nodes = nodes

    def visit(self, node: ast.AST) -> ast.AST | Sequence[ast.stmt] | None:
        return self._nodes[id(node)] if id(node) in self._nodes else self.generic_visit(node)


def called(call: ast.Call) -> str | None:
    """The name of what is called: of a function, a method or a class."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)


def head(statement: ast.stmt) -> Iterator[ast.AST]:
    """What is in `statement` but for the statements in it."""
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            yield from ast.walk(child)


def variables(function: ast.FunctionDef) -> list[str]:
    """The parameters of `function`, but the object that it is a method of, and what it sets."""
    stored = [one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]
    parameters = [one.arg for one in ast.walk(function.args) if isinstance(one, ast.arg) and one.arg != "self"]
    return list(dict.fromkeys([*parameters, *stored]))


def written(tree: object) -> str:
    """The text of `tree`, which may lack places in the text."""
    return ast.unparse(ast.fix_missing_locations(cast(ast.Module, tree))) + "\n"
