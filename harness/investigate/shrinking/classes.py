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
        if uses:
            node.body[:0] = other.body
        else:
            _take_in(node, other)
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
            if named[name] == 1 and any(isinstance(base, ast.Name) and base.id == name for base in node.bases):
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


def _take_in(node: ast.ClassDef, base: ast.ClassDef) -> None:
    """Put the base of `node` into it: what both have is renamed in the base, and called by that name."""
    own = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and _is_super(one.value):
            one.value = ast.Name("self", ast.Load())
            one.attr = f"{base.name}_{one.attr}" if one.attr in own else one.attr
    for statement in base.body:
        if isinstance(statement, ast.FunctionDef) and statement.name in own:
            statement.name = f"{base.name}_{statement.name}"
    at = next(at for at, one in enumerate(node.bases) if isinstance(one, ast.Name) and one.id == base.name)
    node.bases[at : at + 1] = base.bases
    node.body[:0] = base.body


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
