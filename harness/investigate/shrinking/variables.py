"""Smaller versions of a Python source: what is given a name and used once stands where it is used."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable

from harness.investigate.shrinking.syntax import Filled, Named, written

__all__ = ["without_variables"]


def without_variables(text: str, holds: Callable[[str], bool]) -> str:
    """Put values in the place of variables that are set once and used once in a function, or in the module."""
    refused: set[tuple[str, str]] = set()
    while True:
        tree = ast.parse(text)
        found = next((one for one in _used_once(tree) if one not in refused), None)
        if found is None:
            return text
        version = written(_Put(*found).visit(tree))
        if holds(version):
            text = version
        else:
            refused.add(found)


def _used_once(tree: ast.Module) -> list[tuple[str, str]]:
    """Functions by name, the module as an empty one, each with a variable of it."""
    return [
        (scope.name if isinstance(scope, ast.FunctionDef) else "", name)
        for scope in ast.walk(tree)
        if isinstance(scope, (ast.FunctionDef, ast.Module))
        for name in _values(scope)
    ]


def _values(scope: ast.FunctionDef | ast.Module) -> dict[str, ast.expr]:
    """The variables that `scope` sets once, by a statement of their own, and uses once, with what they are set to."""
    nodes = list(ast.walk(scope))
    named = Counter(node.id for node in nodes if isinstance(node, ast.Name))
    return {
        node.targets[0].id: node.value
        for node in nodes
        if isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(node.targets[0], ast.Name)
        and named[node.targets[0].id] == 2
    }


class _Put(Filled):
    """Puts the value of the variable `name` into the function `scope` (the module where it has no name), for its use."""

    def __init__(self, scope: str, name: str) -> None:
        self._scope = scope
        self._name = name

    def visit(self, node: ast.AST) -> ast.AST | None:
        if isinstance(node, (ast.FunctionDef, ast.Module)) and getattr(node, "name", "") == self._scope:
            values = _values(node)
            if self._name in values:
                node = Named({self._name: values[self._name]}).visit(node)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == self._name:
            return None
        return self.generic_visit(node)
