"""Smaller versions of a Python source: functions that are called once stand where they are called, parameters go with what is
given for them."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, cast

from harness.investigate.shrinking.reduction import fewest
from harness.investigate.shrinking.syntax import Filled, written

__all__ = ["inlined", "without_parameters"]

Holds = Callable[[str], bool]


def inlined(text: str, holds: Holds) -> str:
    """Put the body of a function that is called once in the place of the statement that calls it."""
    refused: set[str] = set()
    while True:
        tree = ast.parse(text)
        name = next((name for name in _called_once(tree) if name not in refused), None)
        if name is None:
            return text
        inline = _Inline(name)
        inline.define(tree)
        version = written(inline.visit(tree))
        if inline.done and holds(version):
            text = version
        else:
            refused.add(name)


def _called(call: ast.Call) -> str | None:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)


def _called_once(tree: ast.Module) -> list[str]:
    """The functions that are defined once and named once beside."""
    nodes = list(ast.walk(tree))
    defined = Counter(node.name for node in nodes if isinstance(node, ast.FunctionDef))
    named = Counter(node.id for node in nodes if isinstance(node, ast.Name))
    named.update(node.attr for node in nodes if isinstance(node, ast.Attribute))
    return [name for name, count in defined.items() if count == named[name] == 1]


class _Inline(Filled):
    """Puts the body of the function `name` where it is called, and leaves its definition out. What that means for names that
    both have is for the test to say. `done` says whether there was such a place."""

    def __init__(self, name: str) -> None:
        self.done = False
        self._name = name
        self._function: ast.FunctionDef | None = None

    def define(self, tree: ast.Module) -> None:
        """Find the function; one that ends in several ways, yields, or takes what is not named has no place elsewhere."""
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name == self._name:
                inside = [one for statement in node.body[:-1] for one in ast.walk(statement)]
                last = node.body[-1]
                inside += [] if isinstance(last, ast.Return) else list(ast.walk(last))
                plain = not (node.args.vararg or node.args.kwarg or node.args.kwonlyargs or node.args.posonlyargs)
                if plain and not any(isinstance(one, (ast.Return, ast.Yield, ast.YieldFrom)) for one in inside):
                    self._function = node

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt] | None:
        if node is self._function:
            return None
        put: ast.expr | list[ast.stmt] | None = None
        if isinstance(node, (ast.Expr, ast.Assign, ast.Return)):
            put = self._put(node)
        elif isinstance(node, ast.Call):
            put = self._value(node)
        return self.generic_visit(node) if put is None else put

    def _given(self, call: ast.expr | None) -> dict[str, ast.expr] | None:
        """What `call` gives for each parameter; None where it is no call of the function."""
        function = self._function
        if function is None or not isinstance(call, ast.Call) or _called(call) != self._name:
            return None
        given = [call.func.value] if isinstance(call.func, ast.Attribute) else []
        names = [argument.arg for argument in function.args.args]
        values = dict(zip(names[len(names) - len(function.args.defaults) :], function.args.defaults, strict=True))
        values.update(zip(names, [*given, *call.args], strict=False))
        values.update((word.arg, word.value) for word in call.keywords if word.arg)
        return values if values.keys() == set(names) and len(call.args) + len(given) <= len(names) else None

    def _value(self, call: ast.Call) -> ast.expr | None:
        """What stands for a call inside of an expression: what a function of one statement returns."""
        values = self._given(call)
        body = self._function.body if self._function else []
        only = body[0] if len(body) == 1 else None
        if values is None or not isinstance(only, ast.Return) or only.value is None:
            return None
        self.done = True
        return cast(ast.expr, _Named(values).visit(only.value))

    def _put(self, node: ast.Expr | ast.Assign | ast.Return) -> list[ast.stmt] | None:
        """What stands for a statement that is a call; None where it is none."""
        values, function = self._given(node.value), self._function
        if values is None or function is None:
            return None
        self.done = True
        put: list[ast.stmt] = []
        names = [argument.arg for argument in function.args.args]
        for name in names:  # what is made anew each time is made once
            if not isinstance(values[name], (ast.Name, ast.Attribute, ast.Constant)):
                made = f"{self._name}_{name}"
                put.append(ast.Assign([ast.Name(made, ast.Store())], values[name]))
                values[name] = ast.Name(made, ast.Load())
        stored = {one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        put += [ast.Assign([ast.Name(name, ast.Store())], values.pop(name)) for name in names if name in stored]
        put += [cast(ast.stmt, _Named(values).visit(statement)) for statement in function.body]
        last = put[-1]
        if isinstance(last, ast.Return):
            value = last.value or ast.Constant(None)
            put[-1] = ast.Expr(value) if isinstance(node, ast.Expr) else node
        elif isinstance(node, ast.Expr):
            return put
        else:
            value = ast.Constant(None)
            put.append(node)
        node.value = value
        return put


class _Named(ast.NodeTransformer):
    """Puts values in the place of names."""

    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._values.get(node.id, node) if isinstance(node.ctx, ast.Load) else node


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
    called = place.owner or place.function
    for call in [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node) == called]:
        given = at - bool(owner and (place.owner or isinstance(call.func, ast.Attribute)))
        del call.args[max(given, 0) : given + 1]
        call.keywords = [word for word in call.keywords if word.arg != place.name]
