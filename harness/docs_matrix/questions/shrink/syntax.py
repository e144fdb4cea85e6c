"""Python sources as trees that are changed, and as texts again."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

from docs_matrix.questions.shrink.reduction import one_by_one

__all__ = [
    "Change",
    "Filled",
    "Replaced",
    "arguments",
    "called",
    "changed",
    "head",
    "is_name",
    "length",
    "variables",
    "with_names",
    "written",
]

Change = Mapping[int, "ast.AST | Sequence[ast.stmt] | None"]
"""What stands in the place of nodes, which are known by their `id`; None where nothing does."""
UNWRITABLE = "\0"
"""No Python: the test refuses it, and other changes are tried."""


class Filled(ast.NodeTransformer):
    """Lets a body that would be empty pass."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if not isinstance(node, ast.Module) and getattr(node, "body", None) == []:
            node.body = [ast.Pass()]  # type: ignore[attr-defined]
        return node


class Replaced(Filled):
    """Puts others in the place of some nodes, or leaves them out."""

    def __init__(self, nodes: Change) -> None:
        self._nodes = nodes

    def visit(self, node: ast.AST) -> ast.AST | Sequence[ast.stmt] | None:
        return self._nodes[id(node)] if id(node) in self._nodes else self.generic_visit(node)


def changed(text: str, holds: Callable[[str], bool], changes: Callable[[ast.Module], Sequence[Change]]) -> str:
    """`text` with one after the other of the `changes` to it that `holds` is true of."""

    def version(text: str, number: int) -> str | None:
        tree = ast.parse(text)
        left = changes(tree)[number:]
        return written(Replaced(left[0]).visit(tree)) if left else None

    return one_by_one(text, holds, version)


def arguments(function: ast.FunctionDef, call: ast.Call, own: Sequence[ast.expr]) -> dict[str, ast.expr] | None:
    """What the parameters of `function` are when `call` calls it, the first ones being `own`; None where that cannot be
    told."""
    if function.args.vararg or function.args.kwarg or function.args.kwonlyargs or function.args.posonlyargs:
        return None
    names = [argument.arg for argument in function.args.args]
    values = dict(zip(names[len(names) - len(function.args.defaults) :], function.args.defaults, strict=True))
    values.update(zip(names, [*own, *call.args], strict=False))
    for word in call.keywords:
        if isinstance(word.value, ast.Dict) and not word.arg:
            keys = [key.value if isinstance(key, ast.Constant) else None for key in word.value.keys]
            values.update((str(key), value) for key, value in zip(keys, word.value.values, strict=True))
        else:
            values[word.arg or ""] = word.value
    if values.keys() != set(names) or len(call.args) + len(own) > len(names):
        return None
    return {name: values[name] for name in names}


def with_names(node: ast.AST, values: Mapping[str, ast.expr]) -> ast.AST:
    """`node` with values in the place of names, but where they are set."""
    return cast(ast.AST, _Named(values).visit(node))


class _Named(ast.NodeTransformer):
    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._values.get(node.id, node) if isinstance(node.ctx, ast.Load) else node


def called(call: ast.Call) -> str | None:
    """The name of what is called: of a function, a method or a class."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)


def head(statement: ast.stmt) -> Iterator[ast.AST]:
    """What is in `statement` but for the statements in it."""
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            yield from ast.walk(child)


def is_name(node: ast.expr, name: str) -> bool:
    """Whether `node` is the variable `name`."""
    return isinstance(node, ast.Name) and node.id == name


def length(text: str) -> int:
    """How many lines of `text` are not empty."""
    return sum(bool(line.strip()) for line in text.splitlines())


def variables(function: ast.FunctionDef) -> list[str]:
    """The parameters of `function`, but the object that it is a method of, and what it sets."""
    stored = [one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]
    parameters = [one.arg for one in ast.walk(function.args) if isinstance(one, ast.arg) and one.arg != "self"]
    return list(dict.fromkeys([*parameters, *stored]))


def written(tree: object) -> str:
    """The text of `tree`, which may lack places in the text; `UNWRITABLE` where Python cannot write it."""
    try:
        return ast.unparse(ast.fix_missing_locations(cast(ast.Module, tree))) + "\n"
    except (ValueError, RecursionError):  # a backslash within a formatted text, a deep tree
        return UNWRITABLE
