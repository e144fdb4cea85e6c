"""Smaller versions of a Python source: a class takes in another one that nothing else names."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator

from harness.investigate.shrinking.syntax import Replaced, written

__all__ = ["taken_in"]

Holds = Callable[[str], bool]


def taken_in(text: str, holds: Holds) -> str:
    """Put what is in a class into the only other one that names it: as a base, or to make an object of it, which is then its
    own. A method of a base that both have gets the name of the base before its own, also where it is called by `super()`."""
    refused: set[tuple[str, str]] = set()
    while True:
        tree = ast.parse(text)
        pairs = ((node, other, use) for node, other, use in _uses(tree) if (node.name, other.name) not in refused)
        node, other, use = next(pairs, (None, None, None))
        if node is None or other is None:
            return text
        own = ast.Name("self", ast.Load())
        if use in node.bases:
            _unlike(node, other)
            at = node.bases.index(use)
            node.bases[at : at + 1] = other.bases
        node.body[:0] = other.body
        version = written(Replaced({id(use): own, id(other): None}).visit(tree))
        if holds(version):
            text = version
        else:
            refused.add((node.name, other.name))


def _uses(tree: ast.Module) -> Iterator[tuple[ast.ClassDef, ast.ClassDef, ast.expr]]:
    """Classes with another one that is named in them and nowhere else, and where: as a base, or called without arguments."""
    nodes = list(ast.walk(tree))
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    named = Counter(node.id for node in nodes if isinstance(node, ast.Name))
    for node in classes.values():
        for one in ast.walk(node):
            made = isinstance(one, ast.Call) and not one.args and not one.keywords
            name = one.func if isinstance(one, ast.Call) and made else one if one in node.bases else None
            other = classes.get(name.id) if isinstance(name, ast.Name) and named[name.id] == 1 else None
            if other and other is not node and isinstance(one, ast.expr) and not (made and other.bases):
                yield node, other, one


def _unlike(node: ast.ClassDef, base: ast.ClassDef) -> None:
    """Rename what both have in `base`, and call it by that name."""
    own = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and _is_super(one.value):
            one.value = ast.Name("self", ast.Load())
            one.attr = f"{base.name}_{one.attr}" if one.attr in own else one.attr
    for statement in base.body:
        if isinstance(statement, ast.FunctionDef) and statement.name in own:
            statement.name = f"{base.name}_{statement.name}"


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
