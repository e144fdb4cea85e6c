"""Smaller versions of a Python source: what a table of functions is for is a choice between calls."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

from docs_matrix.questions.shrink.inlining import inlined
from docs_matrix.questions.shrink.syntax import Change, Replaced, length, written

__all__ = ["without_tables"]


def without_tables(text: str, holds: Callable[[str], bool]) -> str:
    """Where a function is looked up in a dictionary to be called, ask for the key and call it by its name; what stands there
    then, for want of other calls, is mostly its body. It is left as it was where that makes it longer."""
    refused = 0
    while True:
        tree = ast.parse(text)
        left = list(_tables(tree))[refused:]
        if not left:
            return text
        version = written(Replaced(left[0]).visit(tree))
        if holds(version) and length(small := inlined(version, holds)) <= length(text):
            text = small
        else:
            refused += 1


def _tables(tree: ast.Module) -> Iterator[Change]:
    in_classes = {id(one) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for one in node.body}
    for table in ast.walk(tree):
        if not (isinstance(table, ast.Assign) and isinstance(table.value, ast.Dict)):
            continue
        name = _name(table.targets[0])
        uses = [one for one in ast.walk(tree) if isinstance(one, ast.expr) and _name(one) == name]
        for statement in ast.walk(tree) if len(uses) == 2 else ():
            call = getattr(statement, "value", None)
            if not (isinstance(statement, (ast.Expr, ast.Assign, ast.Return)) and isinstance(call, ast.Call)):
                continue
            if isinstance(call.func, ast.Subscript) and call.func.value in uses:
                calls = _calls(table.value, call, id(table) in in_classes)
                choice: list[ast.stmt] = []
                for key, one in reversed(calls):
                    chosen = copy.copy(statement)
                    chosen.value = one
                    choice = [ast.If(ast.Compare(call.func.slice, [ast.Eq()], [key]), [chosen], choice)]
                yield {id(table): None, id(statement): choice}


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _calls(table: ast.Dict, call: ast.Call, methods: bool) -> list[tuple[ast.expr, ast.Call]]:
    """For each key what is called: where the table is a class's, a method of the first argument."""
    calls: list[tuple[ast.expr, ast.Call]] = []
    for key, function in zip(table.keys, table.values, strict=True):
        one = ast.Call(function, call.args, call.keywords)
        if methods and isinstance(function, ast.Name) and call.args:
            one = ast.Call(ast.Attribute(call.args[0], function.id, ast.Load()), call.args[1:], call.keywords)
        calls += [(key, one)] if key else []
    return calls
