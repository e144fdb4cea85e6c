"""Smaller versions of a Python source: parameters go with what is given for them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import NamedTuple

from docs_matrix.questions.shrink.reduction import fewest
from docs_matrix.questions.shrink.syntax import called, written

__all__ = ["without_parameters"]

Holds = Callable[[str], bool]


class _Parameter(NamedTuple):
    """A parameter of all functions with a name, or of what makes the class `owner`; stars are in its name."""

    owner: str
    function: str
    name: str


def without_parameters(text: str, holds: Holds) -> str:
    """Leave out parameters of functions, and what is given for them wherever a function of that name is called."""
    places = [
        _Parameter(owner if function.name == "__init__" else "", function.name, name)
        for owner, function in _functions(ast.parse(text))
        for name in _parameters(function)
    ]

    def version(kept: Sequence[_Parameter]) -> str:
        tree = ast.parse(text)
        for place in dict.fromkeys(places):
            if place not in kept:
                _leave_out(tree, place)
        return written(tree)

    kept = fewest(places, lambda some: holds(version(some)))
    return version(kept) if len(kept) < len(places) else text


def _functions(tree: ast.Module) -> list[tuple[str, ast.FunctionDef]]:
    """All functions, each with the class that it is a method of, if any."""
    owners = {id(one): node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for one in node.body}
    return [(owners.get(id(node), ""), node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _parameters(function: ast.FunctionDef) -> list[str]:
    stars = ((function.args.vararg, "*"), (function.args.kwarg, "**"))
    return [one.arg for one in function.args.args] + [f"{sign}{one.arg}" for one, sign in stars if one]


def _leave_out(tree: ast.Module, place: _Parameter) -> None:
    for owner, function in _functions(tree):
        if function.name != place.function or place.name not in _parameters(function) or place.owner not in ("", owner):
            continue
        if place.name.startswith("**"):
            function.args.kwarg = None
        elif place.name.startswith("*"):
            function.args.vararg = None
        else:
            _leave_out_named(tree, place, owner, function)


def _leave_out_named(tree: ast.Module, place: _Parameter, owner: str, function: ast.FunctionDef) -> None:
    names = [argument.arg for argument in function.args.args]
    at = names.index(place.name)
    with_default = at - (len(names) - len(function.args.defaults))
    if with_default >= 0:
        del function.args.defaults[with_default]
    del function.args.args[at]
    name = place.owner or place.function
    for call in [node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) == name]:
        given = at - bool(owner and (place.owner or isinstance(call.func, ast.Attribute)))
        del call.args[max(given, 0) : given + 1]
        call.keywords = [word for word in call.keywords if word.arg != place.name]
