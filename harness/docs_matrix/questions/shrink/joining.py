"""A Python source with another one in it: what it imported from it, or named as an extension, stands there instead."""

from __future__ import annotations

import ast

from docs_matrix.questions.shrink.syntax import written

__all__ = ["joined"]


def joined(text: str, name: str, module: str) -> str | None:
    """`text` with the source `module` in the place of an import from a module called `name`, or behind everything where
    `extensions` names it; None where it does neither, or one of the two is no Python."""
    try:
        tree, other = ast.parse(text), ast.parse(module)
    except (SyntaxError, ValueError, RecursionError):
        return None
    for at, node in enumerate(tree.body):
        if isinstance(node, ast.ImportFrom) and _last(node.module) == name:
            tree.body[at : at + 1] = other.body
            return written(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List) and _is_extensions(node):
            left = [one for one in node.value.elts if not (isinstance(one, ast.Constant) and _last(one.value) == name)]
            if len(left) < len(node.value.elts):
                node.value.elts = left
                tree.body += other.body
                return written(tree)
    return None


def _is_extensions(node: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "extensions" for target in node.targets)


def _last(module: object) -> str:
    return str(module or "").rpartition(".")[2]
