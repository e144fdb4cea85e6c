"""Smaller versions of a Python source: a class takes in another one that nothing else names."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator

from harness.investigate.shrinking.syntax import Replaced, written

__all__ = ["taken_in"]

Holds = Callable[[str], bool]


def taken_in(text: str, holds: Holds) -> str:
    """Put what is in a class into another one: into what is made from it, if nothing else names it; else, where it is only
    named to make objects without arguments, into one whose methods do that, which is then the object, or one that is made
    without arguments too. A method of a base that both have gets the name of the base before its own, also where it is called
    by `super()`."""
    refused: set[_Key] = set()
    while True:
        tree = ast.parse(text)
        key, node, other, uses = next(
            (one for one in sorted(_uses(tree), key=lambda one: one[0][0]) if one[0] not in refused),
            (None, None, None, {}),
        )
        if node is None or other is None or key is None:
            return text
        _rename(node, other)
        node.bases = [one for base in node.bases for one in (other.bases if _is(base, other.name) else [base])]
        node.body[:0] = other.body
        version = written(Replaced({**uses, id(other): None}).visit(tree))
        if holds(version):
            text = version
        else:
            refused.add(key)


_Key = tuple[str, str, str]


def _uses(tree: ast.Module) -> Iterator[tuple[_Key, ast.ClassDef, ast.ClassDef, dict[int, ast.AST]]]:
    """Each class with one that it could take in, and what stands for the objects that are made of that; nothing does where
    that is a base."""
    nodes = list(ast.walk(tree))
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    named = Counter(node.id for node in nodes if isinstance(node, ast.Name))
    made: dict[str, list[int]] = {name: [] for name in classes}
    for one in nodes:
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and not one.args and not one.keywords:
            made.setdefault(one.func.id, []).append(id(one))
    for node in classes.values():
        inside = {id(one) for one in ast.walk(node)}
        for other in classes.values():
            name = other.name
            if other is node or not named[name]:
                continue
            if named[name] == 1 and any(_is(base, name) for base in node.bases):
                yield ("base", node.name, name), node, other, {}
            if named[name] == len(made[name]) and not other.bases:
                if inside.issuperset(made[name]):
                    yield (
                        ("own", node.name, name),
                        node,
                        other,
                        {one: ast.Name("self", ast.Load()) for one in made[name]},
                    )
                if made[node.name]:
                    same = ast.Call(ast.Name(node.name, ast.Load()), [], [])
                    yield ("same", node.name, name), node, other, dict.fromkeys(made[name], same)


def _rename(node: ast.ClassDef, other: ast.ClassDef) -> None:
    """Rename the methods in `other` that `node` has too, and call them by that name where `super()` does."""
    own = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Call) and _is(one.value.func, "super"):
            one.value = ast.Name("self", ast.Load())
            one.attr = f"{other.name}_{one.attr}" if one.attr in own else one.attr
    for statement in other.body:
        if isinstance(statement, ast.FunctionDef) and statement.name in own:
            statement.name = f"{other.name}_{statement.name}"


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
