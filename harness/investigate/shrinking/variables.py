"""Smaller versions of a Python source: what variables and attributes are set to stands where they are used."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Sequence
from typing import cast

from harness.investigate.shrinking.reduction import fewest
from harness.investigate.shrinking.syntax import Replaced, variables, written

__all__ = ["fewer_variables", "plainly_set", "without_variables"]

Holds = Callable[[str], bool]
_Change = dict[int, "ast.expr | None"]


def without_variables(text: str, holds: Holds) -> str:
    """Put values in the place of variables that are set once in a function or in the module, and of attributes that are set
    once; where they are used more than once, only what is a name or a constant. A variable that something else is set to is
    that from the beginning."""
    return _changed(text, holds, lambda tree: [*_variables(tree), *_attributes(tree), *_aliases(tree)])


def fewer_variables(text: str, holds: Holds) -> str:
    """Use another variable of its function, one that comes before it, wherever one is used."""
    return _changed(text, holds, lambda tree: list(_others(tree)))


def _changed(text: str, holds: Holds, changes: Callable[[ast.Module], list[_Change]]) -> str:
    """Make one change after the other, as long as there are any that were not refused."""
    refused = 0
    while True:
        tree = ast.parse(text)
        left = changes(tree)[refused:]
        if not left:
            return text
        version = written(Replaced(left[0]).visit(tree))
        if holds(version):
            text = version
        else:
            refused += 1


def _variables(tree: ast.Module) -> Iterator[_Change]:
    for scope in ast.walk(tree):
        if isinstance(scope, (ast.FunctionDef, ast.Module)):
            yield from _once(scope, {id(one): one.id for one in ast.walk(scope) if isinstance(one, ast.Name)})


def _attributes(tree: ast.Module) -> Iterator[_Change]:
    """Those of objects, and those of classes, which are set as names."""
    names = {id(one): one.attr for one in ast.walk(tree) if isinstance(one, ast.Attribute)}
    for node in ast.walk(tree):
        for statement in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(statement, ast.Assign):
                names.update((id(one), one.id) for one in statement.targets if isinstance(one, ast.Name))
    yield from _once(tree, names)


def _once(scope: ast.AST, names: dict[int, str]) -> Iterator[_Change]:
    """For what is set in `scope` once, its value in its place; `names` has what each node names."""
    nodes = [node for node in ast.walk(scope) if id(node) in names or isinstance(node, ast.Assign)]
    uses: dict[str, list[ast.expr]] = {}
    stored: dict[str, int] = {}
    for node in nodes:
        if isinstance(node, (ast.Name, ast.Attribute)):
            name = names[id(node)]
            if isinstance(node.ctx, ast.Load):
                uses.setdefault(name, []).append(node)
            else:
                stored[name] = stored.get(name, 0) + 1
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            name = names.get(id(node.targets[0]), "")
            simple = isinstance(node.value, (ast.Name, ast.Constant))
            if stored.get(name) == 1 and name in uses and (simple or len(uses[name]) == 1):
                yield {**{id(use): copy.deepcopy(node.value) for use in uses[name]}, id(node): None}


def _aliases(tree: ast.Module) -> Iterator[_Change]:
    for scope in ast.walk(tree):
        nodes = list(ast.walk(scope)) if isinstance(scope, (ast.FunctionDef, ast.Module)) else []
        stored = {one.id for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        for node in nodes:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in stored:
                same = [one for one in nodes if isinstance(one, ast.Name) and one.id == node.value.id]
                yield {**{id(one): _again(node.targets[0], one.ctx) for one in same}, id(node): None}


def _again(target: ast.expr, context: ast.expr_context) -> ast.expr:
    other = copy.deepcopy(target)
    other.ctx = context  # type: ignore[attr-defined]
    return other


def _others(tree: ast.Module) -> Iterator[_Change]:
    for scope in ast.walk(tree):
        if isinstance(scope, ast.FunctionDef):
            used = [one for one in ast.walk(scope) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)]
            names = variables(scope)
            for at, name in enumerate(names):
                places = [id(one) for one in used if one.id == name]
                for other in names[:at] if places else ():
                    yield dict.fromkeys(places, ast.Name(other, ast.Load()))


def plainly_set(text: str, holds: Holds) -> str:
    """Set variables by assignments, one by one, that were set by a `with`, a loop over one element, or together."""
    places = [at for at, node in enumerate(ast.walk(ast.parse(text))) if _plain(node)]

    def version(kept: Sequence[int]) -> str:
        tree = ast.parse(text)
        gone = frozenset(places).difference(kept)
        return written(
            Replaced({id(node): _plain(node) for at, node in enumerate(ast.walk(tree)) if at in gone}).visit(tree)
        )

    kept = fewest(places, lambda some: holds(version(some)))
    return version(kept) if len(kept) < len(places) else text


def _plain(node: ast.AST) -> list[ast.stmt]:
    """The statements that stand for `node`; none where it sets nothing, or not in one of these ways."""
    if isinstance(node, ast.With):
        return [
            *(ast.Assign([one.optional_vars], one.context_expr) for one in node.items if one.optional_vars),
            *node.body,
        ]
    pairs: tuple[ast.expr, ast.expr] | None = None
    if isinstance(node, ast.For):
        pairs = (node.iter, ast.Tuple([node.target]))
    if isinstance(node, ast.Assign):
        pairs = (node.value, node.targets[0])
    if not pairs or not all(isinstance(one, (ast.Tuple, ast.List)) for one in pairs):
        return []
    values, targets = (cast(ast.Tuple, one).elts for one in pairs)
    body = node.body if isinstance(node, ast.For) else []
    return (
        [*(ast.Assign([one], value) for one, value in zip(targets, values, strict=True)), *body]
        if len(values) == len(targets)
        else []
    )
