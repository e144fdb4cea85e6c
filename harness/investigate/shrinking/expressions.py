"""Smaller versions of a Python source: something simpler stands where an expression was."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from harness.investigate.shrinking.reduction import fewest
from harness.investigate.shrinking.syntax import Replaced, written

__all__ = ["shortened", "simpler"]

Holds = Callable[[str], bool]
Put = Callable[[ast.expr], "ast.expr | None"]


def simpler(text: str, holds: Holds) -> str:
    """Put nothing, an empty text, or one of its own parts in the place of an expression."""
    puts: list[Put] = [_nothing, _empty, *(partial(_part, number=number) for number in range(PARTS))]
    for put in puts:
        text = _replaced(text, holds, put)
    return text


PARTS = 3
"""How many parts of an expression are tried in its place."""


def _nothing(node: ast.expr) -> ast.expr | None:
    return None if isinstance(node, ast.Constant) and not node.value else ast.Constant(None)


def _empty(node: ast.expr) -> ast.expr | None:
    return None if isinstance(node, ast.Constant) and not node.value else ast.Constant("")


def _part(node: ast.expr, number: int) -> ast.expr | None:
    parts = list(_inside(node))
    return parts[number] if number < len(parts) else None


def _inside(node: ast.AST) -> Iterator[ast.expr]:
    """The outermost expressions within `node` that have a value; of a formatted text, those that are put into it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FormattedValue):
            yield child.value
        elif isinstance(node, ast.JoinedStr):
            continue
        elif isinstance(child, ast.expr) and not isinstance(getattr(child, "ctx", None), (ast.Store, ast.Del)):
            yield child
        else:
            yield from _inside(child)


def _replaced(text: str, holds: Holds, put: Put) -> str:
    """Replace as many expressions as can be, the outermost first."""
    depth = 0
    while True:
        places = [at for at, (deep, node) in enumerate(_expressions(ast.parse(text))) if deep == depth and put(node)]
        if not places and all(deep < depth for deep, _ in _expressions(ast.parse(text))):
            return text

        def version(kept: list[int], text: str = text, places: list[int] = places) -> str:
            tree = ast.parse(text)
            gone = frozenset(places) - frozenset(kept)
            chosen = (node for at, (_, node) in enumerate(_expressions(tree)) if at in gone)
            return written(Replaced({id(node): new for node in chosen if (new := put(node))}).visit(tree))

        kept = fewest(places, lambda some: holds(version(list(some)))) if places else places
        text = version(kept) if len(kept) < len(places) else text
        depth += 1


def _expressions(node: ast.AST, depth: int = 0) -> Iterator[tuple[int, ast.expr]]:
    """The expressions within `node`, each with how many others it is in."""
    for child in _inside(node):
        yield depth, child
        yield from _expressions(child, depth + 1)


def shortened(text: str, holds: Holds) -> str:
    """Leave characters out of constant texts."""

    def version(at: int, kept: Sequence[str], text: str) -> str:
        tree = ast.parse(text)
        _texts(tree)[at].value = "".join(kept)
        return written(tree)

    for at in range(len(_texts(ast.parse(text)))):
        whole = str(_texts(ast.parse(text))[at].value)
        kept = fewest(whole, lambda some, at=at, text=text: holds(version(at, some, text)))  # type: ignore[misc]
        text = version(at, kept, text) if len(kept) < len(whole) else text
    return text


def _texts(tree: ast.AST) -> list[ast.Constant]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
