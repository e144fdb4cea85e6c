"""Smaller versions of a Python source: something simpler stands where an expression was."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from docs_matrix.questions.shrink.reduction import fewest
from docs_matrix.questions.shrink.syntax import Replaced, variables, written

__all__ = ["shortened", "simpler"]

Holds = Callable[[str], bool]
PARTS = 3
"""How many parts of an expression are tried in its place."""
NAMES = 3
"""How many variables of its function are."""
NOTHING = ("None", "''", "[]")


class _Place(NamedTuple):
    """An expression, how many others it is in, what it stands in, and the variables of its function."""

    depth: int
    node: ast.expr
    parent: ast.AST
    names: tuple[str, ...]


Put = Callable[[_Place], "ast.expr | None"]


def simpler(text: str, holds: Holds) -> str:
    """Put one of its own parts in the place of an expression, or a variable, or nothing."""
    puts: list[Put] = [partial(_part, number=number) for number in range(PARTS)]
    puts += [partial(_variable, number=number) for number in range(NAMES)]
    puts += [partial(_nothing, value=value) for value in NOTHING]
    for put in puts:
        text = _replaced(text, holds, put)
    return text


def _part(place: _Place, number: int) -> ast.expr | None:
    parts = [part.node for part in _places(place.node) if not part.depth]
    return parts[number] if number < len(parts) else None


def _variable(place: _Place, number: int) -> ast.expr | None:
    """Of variables only those before it may stand for one, so that no two take turns."""
    before = place.names[number : number + 1]
    own = place.node.id if isinstance(place.node, ast.Name) else ""
    if not before or isinstance(place.node, ast.Constant) or (own and own not in place.names[number + 1 :]):
        return None
    return ast.Name(before[0], ast.Load())


def _nothing(place: _Place, value: str) -> ast.expr | None:
    kept = (
        isinstance(place.node, ast.Name)
        or ast.unparse(place.node) in NOTHING
        or isinstance(place.parent, ast.Attribute)
    )
    return None if kept else ast.parse(value, mode="eval").body


def _replaced(text: str, holds: Holds, put: Put) -> str:
    """Replace as many expressions as can be, the outermost first."""
    depth = 0
    while True:
        every = list(_places(ast.parse(text)))
        numbers = [at for at, place in enumerate(every) if place.depth == depth and put(place)]
        if all(place.depth < depth for place in every):
            return text

        def version(kept: Sequence[int], text: str = text, numbers: list[int] = numbers) -> str:
            tree = ast.parse(text)
            gone = frozenset(numbers).difference(kept)
            chosen = (place for at, place in enumerate(_places(tree)) if at in gone)
            return written(Replaced({id(place.node): put(place) for place in chosen}).visit(tree))

        kept = fewest(numbers, lambda some: holds(version(some)))
        text = version(kept) if len(kept) < len(numbers) else text
        depth += 1


def _places(node: ast.AST, depth: int = 0, names: tuple[str, ...] = ()) -> Iterator[_Place]:
    """The expressions within `node` that have a value but for what is called, and for what is done for itself; of a formatted
    text, those that are put into it."""
    for child in ast.iter_child_nodes(node):
        inner = tuple(variables(child)) if isinstance(child, ast.FunctionDef) else names
        one = child.value if isinstance(child, ast.FormattedValue) else child
        if isinstance(one, ast.expr) and not isinstance(getattr(one, "ctx", None), (ast.Store, ast.Del)):
            if one is child and isinstance(node, ast.JoinedStr):
                continue
            alone = isinstance(node, ast.Expr) or (isinstance(node, ast.Call) and node.func is one)
            if not alone:
                yield _Place(depth, one, node, inner)
            yield from _places(one, depth + (not alone), inner)
        else:
            yield from _places(one, depth, inner)


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
