"""Smaller versions of a Python source: what variables and attributes are set to stands where they are used."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

from docs_matrix.questions.shrink.syntax import Change, changed, variables

__all__ = ["fewer_variables", "without_variables"]

Holds = Callable[[str], bool]
_SET = (ast.Name, ast.Attribute, ast.Subscript)


def without_variables(text: str, holds: Holds) -> str:
    """Put values in the place of variables that are set once in a function or in the module, and of attributes that are set
    once; where they are used more than once, only what is a name or a constant. A variable that something else is set to is
    that from the beginning. What is imported from a module that there is a name for is named by it."""
    return changed(text, holds, lambda tree: [*_variables(tree), *_attributes(tree), *_aliases(tree), *_imported(tree)])


def fewer_variables(text: str, holds: Holds) -> str:
    """Use another variable of its function, one that comes before it, wherever one is used, or an attribute that the function
    uses; another number wherever one is; and set in the module what a function sets there."""
    return changed(text, holds, lambda tree: [*_others(tree), *_numbers(tree), *_moved(tree)])


def _variables(tree: ast.Module) -> Iterator[Change]:
    """In a function, attributes and elements are told apart by what is written there."""
    for scope in ast.walk(tree):
        if isinstance(scope, ast.Module):
            yield from _once(scope, {id(one): one.id for one in ast.walk(scope) if isinstance(one, ast.Name)})
        elif isinstance(scope, ast.FunctionDef):
            yield from _once(scope, {id(one): ast.unparse(one) for one in ast.walk(scope) if isinstance(one, _SET)})


def _attributes(tree: ast.Module) -> Iterator[Change]:
    """Those of objects, and those of classes, which are set as names."""
    names = {id(one): one.attr for one in ast.walk(tree) if isinstance(one, ast.Attribute)}
    for node in ast.walk(tree):
        for statement in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(statement, ast.Assign):
                names.update((id(one), one.id) for one in statement.targets if isinstance(one, ast.Name))
    yield from _once(tree, names)


def _once(scope: ast.AST, names: dict[int, str]) -> Iterator[Change]:
    """For what is set in `scope` once, its value in its place; `names` has what each node names."""
    nodes = [node for node in ast.walk(scope) if id(node) in names or isinstance(node, ast.Assign)]
    uses: dict[str, list[ast.expr]] = {}
    stored: dict[str, int] = {}
    for node in nodes:
        if isinstance(node, _SET):
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


def _aliases(tree: ast.Module) -> Iterator[Change]:
    for scope in ast.walk(tree):
        nodes = list(ast.walk(scope)) if isinstance(scope, (ast.FunctionDef, ast.Module)) else []
        stored = {one.id for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        for node in nodes:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in stored:
                same = [one for one in nodes if isinstance(one, ast.Name) and one.id == node.value.id]
                yield {**{id(one): _again(node.targets[0], one.ctx) for one in same}, id(node): None}


def _imported(tree: ast.Module) -> Iterator[Change]:
    modules: dict[str, ast.expr] = {}
    for node in tree.body:
        for one in node.names if isinstance(node, (ast.Import, ast.ImportFrom)) else ():
            if one.name == "*":
                continue
            path = f"{node.module}.{one.name}" if isinstance(node, ast.ImportFrom) else one.name
            modules[path] = ast.parse(one.asname or one.name, mode="eval").body
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module in modules and not node.level:
            names = {
                one.asname or one.name: ast.Attribute(modules[node.module], one.name, ast.Load()) for one in node.names
            }
            uses = [one for one in ast.walk(tree) if isinstance(one, ast.Name) and one.id in names]
            yield {**{id(one): names[one.id] for one in uses}, id(node): None}


def _again(target: ast.expr, context: ast.expr_context) -> ast.expr:
    other = copy.deepcopy(target)
    other.ctx = context  # type: ignore[attr-defined]
    return other


def _others(tree: ast.Module) -> Iterator[Change]:
    for scope in ast.walk(tree):
        nodes = list(ast.walk(scope)) if isinstance(scope, ast.FunctionDef) else []
        names = variables(scope) if isinstance(scope, ast.FunctionDef) else []
        attributes = {ast.unparse(one): one for one in nodes if isinstance(one, ast.Attribute)}
        for at, name in enumerate(names):
            places = [id(one) for one in nodes if isinstance(one, ast.Name) and one.id == name and _is_used(one)]
            for other in names[:at] if places else ():
                yield dict.fromkeys(places, ast.Name(other, ast.Load()))
            settings = [id(one) for one in nodes if isinstance(one, ast.Assign) and _named(one.targets[0]) == {name}]
            for attribute in attributes.values() if settings and places else ():
                if name not in _named(attribute) and _is_used(attribute):
                    yield {**dict.fromkeys(places, attribute), **dict.fromkeys(settings)}


def _is_used(node: ast.Name | ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Load)


def _named(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _numbers(tree: ast.Module) -> Iterator[Change]:
    places: dict[int, list[int]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) is int:
            places.setdefault(node.value, []).append(id(node))
    for number, same in places.items():
        yield from (dict.fromkeys(same, ast.Constant(other)) for other in places if other != number)


def _moved(tree: ast.Module) -> Iterator[Change]:
    for function in tree.body:
        for statement in function.body if isinstance(function, ast.FunctionDef) else ():
            if isinstance(statement, ast.Global) and isinstance(function, ast.FunctionDef):
                set_here = [one for one in function.body if isinstance(one, ast.Assign)]
                moved = [one for one in set_here if _named(one.targets[0]) <= set(statement.names)]
                left = [one for one in function.body if one not in (*moved, statement)]
                inner = copy.copy(function)
                inner.body = left or [ast.Pass()]
                yield {id(function): [*moved, inner]}
