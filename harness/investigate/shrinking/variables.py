"""Smaller versions of a Python source: what is given a name and used once stands where it is used."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable

from harness.investigate.shrinking.syntax import Filled, written

__all__ = ["without_variables"]


def without_variables(text: str, holds: Callable[[str], bool]) -> str:
    """Put values in the place of variables that are set once and used once in a function, or in the module."""
    refused = 0
    while True:
        tree = ast.parse(text)
        places = [(scope, setting) for scope in ast.walk(tree) for setting in _set_and_used_once(scope)]
        if refused >= len(places):
            return text
        scope, setting = places[refused]
        _Put(setting).generic_visit(scope)
        version = written(tree)
        if holds(version):
            text = version
        else:
            refused += 1


def _set_and_used_once(scope: ast.AST) -> list[ast.Assign]:
    """The statements that set a variable of `scope`, a function or the module, which it uses once and sets nowhere else."""
    if not isinstance(scope, (ast.FunctionDef, ast.Module)):
        return []
    nodes = list(ast.walk(scope))
    named = Counter(node.id for node in nodes if isinstance(node, ast.Name))
    return [
        node
        for node in nodes
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and named[_target(node) or ""] == 2
    ]


def _target(setting: ast.Assign) -> str | None:
    target = setting.targets[0]
    return target.id if isinstance(target, ast.Name) else None


class _Put(Filled):
    """Leaves out a statement that sets a variable, and puts its value where the variable is used."""

    def __init__(self, setting: ast.Assign) -> None:
        self._setting = setting

    def visit(self, node: ast.AST) -> ast.AST | None:
        if node is self._setting:
            return None
        if isinstance(node, ast.Name) and node.id == _target(self._setting):
            return self._setting.value
        return self.generic_visit(node)
