"""Smaller versions of a Python source: the body of a function stands where it is called."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, cast

from docs_matrix.questions.shrink.syntax import Filled, Replaced, arguments, head, length, with_names, written

__all__ = ["called_at_once", "inlined"]

Holds = Callable[[str], bool]
MOST = 8
"""How many pairs of a definition and a call of one name are tried, of operations the first ones: with more of them, few are
left where it matters."""


def inlined(text: str, holds: Holds) -> str:
    """Put the body of a function in the place of its only call, or of all its calls where that makes nothing longer; so with
    what makes an object of a class that is named once, and what an operator calls. Of several functions of one name it is for
    the test to say which is called."""
    refused: set[tuple[_Key, bool]] = set()
    while True:
        tree = ast.parse(text)
        choice = next((one for one in _choices(tree) if (one.key, one.sign) not in refused), None)
        if choice is None:
            return text
        inline = _Inline(choice)
        version = written(inline.visit(tree))
        longer = len(choice.calls) > 1 and length(version) >= length(text)
        if inline.done == len(choice.calls) and not longer and holds(version):
            text = version
        else:
            refused.add((choice.key, choice.sign))


def called_at_once(text: str, holds: Holds) -> str:
    """Call a function where it is passed on to be called: with nothing for each of its parameters."""
    for function in [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]:
        now = ast.Call(ast.Name(function.name, ast.Load()), [ast.Constant(None) for _ in function.args.args], [])
        tree = ast.parse(text)
        passing = {id(one): now for one in ast.walk(tree) if isinstance(one, ast.Call) and _passes(one, function.name)}
        version = written(Replaced(passing).visit(tree))
        text = version if passing and holds(version) else text
    return text


def _passes(call: ast.Call, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in call.args)


_Key = tuple[str, bool, int, int]
"""A name, whether it is a method's, and which of the definitions and of the calls; -1 for the only one and all."""


class _Choice(NamedTuple):
    """A function and the calls that its body shall stand for."""

    key: _Key
    function: ast.FunctionDef
    calls: frozenset[int]
    """By the `id` of their nodes."""
    maker: str = ""
    """The class that the calls make an object of, where the function is its `__init__`."""
    sign: bool = False
    """Whether the calls are operations, or ask in another way than by the function's name."""


def _choices(tree: ast.Module) -> Iterator[_Choice]:
    nodes = list(ast.walk(tree))
    named = Counter(_name(node) for node in nodes)
    calls: dict[tuple[str, bool], list[int]] = {}
    for node in nodes:
        if isinstance(node, ast.Call):
            calls.setdefault(_name(node.func), []).append(id(node))
    functions: dict[tuple[str, bool], list[ast.FunctionDef]] = {}
    methods = {id(one) for node in nodes if isinstance(node, ast.ClassDef) for one in node.body}
    for node in nodes:
        if isinstance(node, ast.FunctionDef):
            functions.setdefault((node.name, id(node) in methods), []).append(node)
        elif isinstance(node, ast.ClassDef) and named[node.name, False] == len(calls.get((node.name, False), ())) == 1:
            for one in node.body:
                if isinstance(one, ast.FunctionDef) and one.name == "__init__":
                    yield _Choice((node.name, False, 0, 0), one, frozenset(calls[node.name, False]), node.name)
    signs = [(_name(call.func), id(node)) for node in nodes if (call := _spelled(node))]
    for name, some in functions.items():
        asked = [site for sign, site in signs if sign == name]
        pairs = [(at, number) for at in range(len(some)) for number in range(len(asked))]
        for at, number in pairs[:MOST]:
            yield _Choice((*name, at, number), some[at], frozenset({asked[number]}), sign=True)
        sites = calls.get(name, [])
        if len(sites) != named[name] or not sites:
            continue
        if len(some) == 1:
            yield _Choice((*name, -1, -1), some[0], frozenset(sites))
        elif len(some) * len(sites) <= MOST:
            for at, function in enumerate(some):
                for number, site in enumerate(sites):
                    yield _Choice((*name, at, number), function, frozenset({site}))


SIGNS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.Mod: "mod", ast.BitOr: "or"}
"""Operators whose methods are told by these names."""
ASKED = ("str", "repr", "len", "iter", "next", "bool")
"""Functions that call the method of their name."""


def _spelled(node: ast.AST) -> ast.Call | None:
    """The call of a method that `node` stands for, if it is an operation or asks for something in another way."""
    if isinstance(node, ast.BinOp) and type(node.op) in SIGNS:
        return ast.Call(ast.Attribute(node.left, f"__{SIGNS[type(node.op)]}__", ast.Load()), [node.right], [])
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ASKED
        and len(node.args) == 1
        and not node.keywords
    ):
        return ast.Call(ast.Attribute(node.args[0], f"__{node.func.id}__", ast.Load()), [], [])
    return None


def _name(node: ast.AST) -> tuple[str, bool]:
    """What `node` names, and whether as an attribute: a method is, a function is not."""
    return (node.attr, True) if isinstance(node, ast.Attribute) else (getattr(node, "id", ""), False)


class _Inline(Filled):
    """Puts the body of a function where it is called, and leaves its definition out. What that means for names that both
    have is for the test to say. `done` counts the calls."""

    def __init__(self, choice: _Choice) -> None:
        self.done = 0
        self._choice = choice

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt] | None:
        if node is self._choice.function:
            return None
        if not isinstance(node, ast.stmt) or isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.While)):
            return self.generic_visit(node)
        put: list[ast.stmt] = []
        for site in [one for one in head(node) if id(one) in self._choice.calls]:
            call = (_spelled(site) if self._choice.sign else None) or site
            body = _body(self._choice, call) if isinstance(call, ast.Call) else None
            if body is None:
                break
            inside = self._choice.function in ast.walk(node)  # a loop that is put into it would be put into it again
            looped = _looped(body, node) if isinstance(node, ast.For) and node.iter is site and not inside else None
            value = None if looped else _ended(body, f"{self._choice.function.name}_value")
            self.done += bool(looped or value)
            if looped or value is None:
                return looped or node
            put += body
            if isinstance(node, ast.Expr) and node.value is site and not isinstance(value, ast.Call):
                return put or ast.Pass()
            Replaced({id(site): value}).visit(node)
        return [*put, cast(ast.stmt, self.generic_visit(node))]


def _body(choice: _Choice, call: ast.Call) -> list[ast.stmt] | None:
    """The body of the function with what `call` gives in the place of its parameters; None where that cannot be told."""
    function = copy.deepcopy(choice.function)
    given = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    if choice.maker:
        given = [ast.Call(call.func, [], [])]
    values = arguments(function, call, given)
    if values is None:
        return None
    names = list(values)
    put: list[ast.stmt] = []
    for name in names:  # what is made anew each time is made once
        if not isinstance(values[name], (ast.Name, ast.Attribute, ast.Constant)):
            made = f"{choice.key[0]}_{name}"
            put.append(ast.Assign([ast.Name(made, ast.Store())], values[name]))
            values[name] = ast.Name(made, ast.Load())
    stored = {one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    end = [ast.Return(values[names[0]])] if choice.maker and names else []
    put += [ast.Assign([ast.Name(name, ast.Store())], values.pop(name)) for name in names if name in stored]
    return [*put, *(cast(ast.stmt, with_names(statement, values)) for statement in function.body), *end]


def _has(kinds: type[ast.AST] | tuple[type[ast.AST], ...], statements: Iterable[ast.AST]) -> bool:
    return any(isinstance(one, kinds) for statement in statements for one in ast.walk(statement))


def _looped(body: list[ast.stmt], loop: ast.For) -> list[ast.stmt] | None:
    """`body`, which yields, with what `loop` does in the place of where it does; None where it does not yield."""
    if not _has(ast.Yield, body) or _has((ast.YieldFrom, ast.Return), body):
        return None
    return [cast(ast.stmt, _Yielded(loop).visit(statement)) for statement in body]


class _Yielded(ast.NodeTransformer):
    """Puts the body of a loop in the place of statements that yield."""

    def __init__(self, loop: ast.For) -> None:
        self._loop = loop

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | list[ast.stmt]:
        given = node.value
        if not isinstance(given, ast.Yield):
            return node
        loop = copy.deepcopy(self._loop)
        return [ast.Assign([loop.target], given.value or ast.Constant(None)), *loop.body]


def _ended(body: list[ast.stmt], name: str) -> ast.expr | None:
    """The value that `body` returns, which it goes on behind now: what was returned in several places has a `name`. None
    where it cannot go on, or yields."""
    if _has((ast.Yield, ast.YieldFrom), body):
        return None
    *first, last = body
    if isinstance(last, ast.Return) and not _has(ast.Return, first):
        body.pop()
        return last.value or ast.Constant(None)
    if not _has(ast.Return, body):
        return ast.Constant(None)
    return ast.Name(name, ast.Load()) if _assigned(body, name) else None


def _assigned(body: list[ast.stmt], name: str) -> bool:
    """Put a setting of `name` where `body` returns: what comes behind is done else. Whether that is all that returns."""
    for at, statement in enumerate(body):
        if isinstance(statement, ast.Return):
            body[at:] = [ast.Assign([ast.Name(name, ast.Store())], statement.value or ast.Constant(None))]
            return True
        if _has(ast.Return, [statement]):
            if not isinstance(statement, ast.If):
                return False
            rest, body[at + 1 :] = body[at + 1 :], []
            ends = isinstance(statement.body[-1], ast.Return)
            (statement.orelse if ends else statement.body).extend(rest)
            return _assigned(statement.body, name) and (not statement.orelse or _assigned(statement.orelse, name))
    return True
