"""Python sources as trees that are changed, and as texts again."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import cast

__all__ = ["Filled", "Named", "written"]


class Filled(ast.NodeTransformer):
    """Lets a body that would be empty pass."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if not isinstance(node, ast.Module) and getattr(node, "body", None) == []:
            node.body = [ast.Pass()]  # type: ignore[attr-defined]
        return node


class Named(ast.NodeTransformer):
    """Puts values in the place of names."""

    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._values.get(node.id, node) if isinstance(node.ctx, ast.Load) else node


def written(tree: object) -> str:
    """The text of `tree`, which may lack places in the text."""
    return ast.unparse(ast.fix_missing_locations(cast(ast.Module, tree))) + "\n"
