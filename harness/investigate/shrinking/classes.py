"""Smaller versions of a Python source: a class takes in the class that it is made from."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable

from harness.investigate.shrinking.syntax import Replaced, written

__all__ = ["without_bases"]

Holds = Callable[[str], bool]


def without_bases(text: str, holds: Holds) -> str:
    """Put what is in a class that is only named as a base of another one into that one. A method that both have gets the
    name of the base before its own, also where it is called by `super()`."""
    refused: set[str] = set()
    while True:
        tree = ast.parse(text)
        classes = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
        named = Counter(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
        pairs = (
            (node, base)
            for node in classes.values()
            for base in (classes.get(one.id) for one in node.bases if isinstance(one, ast.Name))
            if base and base is not node and named[base.name] == 1 and f"{node.name}({base.name}" not in refused
        )
        pair = next(pairs, None)
        if pair is None:
            return text
        node, base = pair
        name = f"{node.name}({base.name}"
        _take_in(node, base)
        version = written(Replaced({id(base): None}).visit(tree))
        if holds(version):
            text = version
        else:
            refused.add(name)


def _take_in(node: ast.ClassDef, base: ast.ClassDef) -> None:
    own = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
    calls = {
        id(one.func.value): ast.Name("self", ast.Load())
        for one in ast.walk(node)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and _is_super(one.func.value)
    }
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and id(one.value) in calls and one.attr in own:
            one.attr = f"{base.name}_{one.attr}"
    for statement in base.body:
        if isinstance(statement, ast.FunctionDef) and statement.name in own:
            statement.name = f"{base.name}_{statement.name}"
    Replaced(calls).visit(node)
    at = next(at for at, one in enumerate(node.bases) if isinstance(one, ast.Name) and one.id == base.name)
    node.bases[at : at + 1] = base.bases
    node.body[:0] = base.body


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
