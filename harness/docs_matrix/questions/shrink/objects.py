"""Smaller versions of a Python source: an object goes where what it keeps, or variables, can do what it does."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Callable, Container, Iterator

from docs_matrix.questions.shrink.syntax import Change, arguments, changed, is_name, with_names

__all__ = ["without_objects"]

Holds = Callable[[str], bool]


def without_objects(text: str, holds: Holds) -> str:
    """Put what an object is made to keep in the place of the object, variables in the place of one that is only used for its
    attributes, and constants, where an object of a class begins with nothing else, into the class."""
    return changed(text, holds, lambda tree: [*_kept(tree), *_variables(tree), *_begun(tree)])


def _classes(tree: ast.Module) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


def _makers(node: ast.ClassDef) -> Iterator[ast.FunctionDef]:
    """What makes an object of a class, where it has that itself."""
    return (one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__")


def _owner(node: ast.expr) -> str:
    """The variable of whose object `node` is an attribute."""
    return node.value.id if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else ""


def _kept(tree: ast.Module) -> Iterator[Change]:
    """Where that names fewer classes than were named there: what keeps an object like itself could go on for ever."""
    classes = _classes(tree)
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in classes):
            continue
        for maker in _makers(classes[call.func.id]):
            given = arguments(maker, call, [ast.Name("self", ast.Load())]) or {}
            for one in _begun_with(maker) if given else ():
                value = copy.deepcopy(with_names(copy.deepcopy(one.value), given))
                if _count(value, classes) < _count(call, classes):
                    yield {id(call): value}


def _begun_with(maker: ast.FunctionDef) -> Iterator[ast.Assign]:
    """What sets attributes of the new object."""
    for one in maker.body if maker.args.args else ():
        if isinstance(one, ast.Assign) and _owner(one.targets[0]) == maker.args.args[0].arg:
            yield one


def _count(value: ast.AST, names: Container[str]) -> int:
    return sum(isinstance(one, ast.Name) and one.id in names for one in ast.walk(value))


def _variables(tree: ast.Module) -> Iterator[Change]:
    """Of a variable that is set once, and else only named to get at attributes: each of them a variable of its own."""
    for scope in ast.walk(tree):
        if not isinstance(scope, (ast.Module, ast.FunctionDef)):
            continue
        nodes = list(ast.walk(scope))
        inner = Counter(one.id for one in nodes if isinstance(one, ast.Name))
        parts: dict[str, list[ast.Attribute]] = {}
        for node in nodes:
            if isinstance(node, ast.Attribute) and _owner(node):
                parts.setdefault(_owner(node), []).append(node)
        for name, attributes in parts.items():
            settings = [one for one in nodes if isinstance(one, ast.Assign) and is_name(one.targets[0], name)]
            if len(settings) == 1 and inner[name] == len(attributes) + 1:
                taken = {one: f"{name}_{one}" if one in inner else one for one in {part.attr for part in attributes}}
                yield {
                    id(settings[0]): None,
                    **{id(one): ast.Name(taken[one.attr], one.ctx) for one in attributes},
                }


def _begun(tree: ast.Module) -> Iterator[Change]:
    for node in _classes(tree).values():
        for maker in _makers(node):
            attributes = [
                ast.Assign([ast.Name(one.targets[0].attr, ast.Store())], one.value)
                for one in _begun_with(maker)
                if isinstance(one.targets[0], ast.Attribute) and isinstance(one.value, ast.Constant)
            ]
            if len(attributes) == len(maker.body):
                yield {id(maker): attributes}
