"""Smaller versions of a Python source: a class takes in another one that nothing else names."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from docs_matrix.questions.shrink.reduction import one_by_one
from docs_matrix.questions.shrink.syntax import Replaced, is_name, written

__all__ = ["taken_in"]

Holds = Callable[[str], bool]


def taken_in(text: str, holds: Holds) -> str:
    """Put what is in a class into another one: into what is made from it, if nothing else names it; else, where it is only
    named to make objects without arguments, into one that is made so too. A method of a base that both have gets the name of
    the base before its own, also where it is called by `super()`.

    There stay as many objects as there were: what is left behind in one of them is what many a message comes from."""

    def version(text: str, number: int) -> str | None:
        tree = ast.parse(text)
        pairs = _pairs(tree)[number:]
        if not pairs:
            return None
        node, other, instead = pairs[0]
        _rename(node, other)
        node.bases = [one for base in node.bases for one in (other.bases if is_name(base, other.name) else [base])]
        node.body[:0] = other.body
        return written(Replaced({**instead, id(other): None}).visit(tree))

    return one_by_one(text, holds, version)


class _Pair(NamedTuple):
    """A class, another one that it could take in, and what stands for the objects that are made of that."""

    node: ast.ClassDef
    other: ast.ClassDef
    instead: dict[int, ast.expr]


def _pairs(tree: ast.Module) -> list[_Pair]:
    """Those of a class and its base first, then those of classes that are made alike."""
    nodes = list(ast.walk(tree))
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    named = Counter(node.id for node in nodes if isinstance(node, ast.Name))
    made: dict[str, list[int]] = {node.name: [] for node in classes}
    for call in nodes:
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and not call.args and not call.keywords:
            made.setdefault(call.func.id, []).append(id(call))
    both = [(node, other) for node in classes for other in classes if other is not node and named[other.name]]
    bases = [
        _Pair(node, other, {})
        for node, other in both
        if named[other.name] == 1 and any(is_name(base, other.name) for base in node.bases)
    ]
    alike = [
        _Pair(node, other, dict.fromkeys(made[other.name], ast.Call(ast.Name(node.name, ast.Load()), [], [])))
        for node, other in both
        if made[node.name] and named[other.name] == len(made[other.name]) and not other.bases
    ]
    return [*bases, *alike]


def _rename(node: ast.ClassDef, other: ast.ClassDef) -> None:
    """Rename the methods in `other` that `node` has too, and call them by that name where `super()` does."""
    own = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Call) and is_name(one.value.func, "super"):
            one.value = ast.Name("self", ast.Load())
            one.attr = f"{other.name}_{one.attr}" if one.attr in own else one.attr
    for statement in other.body:
        if isinstance(statement, ast.FunctionDef) and statement.name in own:
            statement.name = f"{other.name}_{statement.name}"
