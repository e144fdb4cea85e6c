"""Python sources as trees that are changed, and as texts again."""

from __future__ import annotations

import ast
from typing import cast

__all__ = ["Filled", "written"]


class Filled(ast.NodeTransformer):
    """Lets a body that would be empty pass."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if not isinstance(node, ast.Module) and getattr(node, "body", None) == []:
            node.body = [ast.Pass()]  # type: ignore[attr-defined]
        return node


def written(tree: object) -> str:
    """The text of `tree`, which may lack places in the text."""
    return ast.unparse(ast.fix_missing_locations(cast(ast.Module, tree))) + "\n"
