"""Makes Python sources smaller, all sources of a project at once.

It removes comments, statements, entries of lists, and the statements around other statements.
"""

from __future__ import annotations

import ast
import contextlib
import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from docs_matrix.questions.shrink.reduction import LARGEST, Holds, fewest

__all__ = ["Lines", "Sources", "shorter_lists", "smaller"]

Sources = Mapping[str, str]
"""Texts by path."""
Lines = Mapping[str, Collection[int]]
"""Numbers of lines, by path."""
Place = tuple[str, int]
"""A statement or an entry of a list: the path of its source, and its position there."""
Change = Callable[[Any], list[ast.stmt]]
"""Returns the statements that replace a statement or an entry."""
COMPOUND = (ast.If, ast.For, ast.While, ast.With, ast.Try)
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
CALLED = "setup"
"""The function that Sphinx calls in an extension."""
NEEDED = 1
"""At most this many statements are left out at once, if most of them may be needed."""
UNWRITABLE = "\0"
"""This is not Python: the test refuses it, and the next version is tried."""


def smaller(sources: Sources, holds: Holds[Sources], executed: Callable[[Sources], Lines]) -> Sources:
    """Return the smallest version of `sources` that was found for which `holds` is true. A source that is not Python stays.

    Before each step, two kinds of statements are removed: statements without any of the lines `executed`, and statements that bind
    a name that nothing uses.

    >>> texts = {"a.py": "import os\\n\\nif os.sep:\\n    needed()\\n"}
    >>> smaller(texts, lambda texts, *ahead: "needed()" in texts["a.py"], lambda texts: {})
    {'a.py': 'needed()\\n'}
    """
    steps: tuple[tuple[Callable[[ast.stmt], bool], Change], ...] = (
        (lambda node: isinstance(node, FUNCTION), _emptied),
        (lambda node: isinstance(node, COMPOUND), _removed),
        (lambda node: isinstance(node, COMPOUND), lambda node: list(node.body)),
        (lambda node: bool(isinstance(node, COMPOUND) and getattr(node, "orelse", ())), lambda node: list(node.orelse)),
        (lambda node: not isinstance(node, ast.Pass), _removed),
    )
    for chosen, change in steps:
        sources = _without(sources, holds, _idle(sources, executed(sources)), _removed)
        sources = _without_unused(sources, holds)
        places = [(path, _place(node)) for path, node in _statements(sources) if chosen(node)]
        sources = _without(sources, holds, places, change, NEEDED)
    return shorter_lists(_without_unused(sources, holds), holds)


def shorter_lists(sources: Sources, holds: Holds[Sources]) -> Sources:
    """Return `sources` without entries of lists and dictionaries, such as the extensions of a conf.py.

    >>> shorter_lists({"conf.py": "extensions = ['one', 'two', 'three']\\n"}, lambda texts, *ahead: "two" in texts["conf.py"])
    {'conf.py': "extensions = ['two']\\n"}
    """
    nodes = [(path, node) for path, tree in _trees(sources).items() for node in ast.walk(tree)]
    entries = [(path, entry) for path, node in nodes if isinstance(node, ast.List) for entry in node.elts]
    entries += [(path, key) for path, node in nodes if isinstance(node, ast.Dict) for key in node.keys if key]
    return _without(sources, holds, [(path, _place(entry)) for path, entry in entries], _removed)


def _idle(sources: Sources, lines: Lines) -> list[Place]:
    """Return the statements without any of `lines`, and those that do nothing; only of sources that have such lines."""

    def is_idle(node: ast.stmt, lines: Collection[int]) -> bool:
        match node:
            case ast.Global() | ast.Nonlocal():  # none of their lines is executed
                return False
            case ast.Expr(value=ast.Constant()):
                return True
            case ast.If(body=[ast.Pass()], orelse=[]) | ast.For(body=[ast.Pass()], orelse=[]):
                return True
        return not any(number in lines for number in range(node.lineno, (node.end_lineno or 0) + 1))

    watched = {path: text for path, text in sources.items() if path in lines}
    return [(path, _place(node)) for path, node in _statements(watched) if is_idle(node, lines[path])]


def _without_unused(sources: Sources, holds: Holds[Sources]) -> Sources:
    """Return `sources` without statements that bind names that nothing uses."""
    while True:
        before, mentioned = sources, _mentioned(sources)
        bound = [(path, _place(node), _bound(node)) for path, node in _statements(sources)]
        places = [(path, place) for path, place, names in bound if names and mentioned.isdisjoint(names)]
        sources = _without(sources, holds, places, _removed)
        if sources == before:
            return sources


def _mentioned(sources: Sources) -> set[str]:
    """Return the names that `sources` read, or have in a text."""
    names = set()
    for tree in _trees(sources).values():
        for node in ast.walk(tree):
            match node:
                case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name, ctx=ast.Load()):
                    names.add(name)
                case ast.Constant(value=str(text)):
                    names |= set(text.split("."))
    return names


def _bound(node: ast.stmt) -> list[str]:
    """Return the names that `node` binds, if it does nothing else and if neither Python nor Sphinx calls one of them."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) if not name.startswith("__") and name != CALLED:
            return [name]
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return [alias.asname or alias.name.partition(".")[0] for alias in aliases]
        case ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)]):
            return [name]
    return []


def _removed(_: Any) -> list[ast.stmt]:
    return []


def _emptied(function: Any) -> list[ast.stmt]:
    function.body = [ast.Pass()]
    return [function]


def _without(
    sources: Sources, holds: Holds[Sources], places: Collection[Place], change: Change, largest: int = LARGEST
) -> Sources:
    """Return `sources` with as many statements at `places` changed as `holds` allows; `largest` is as in `fewest`."""

    def version(kept: Iterable[Place]) -> Sources:
        gone: dict[str, set[int]] = defaultdict(set)
        for path, place in set(places).difference(kept):
            gone[path].add(place)
        return {**sources, **{path: _changed(sources[path], frozenset(some), change) for path, some in gone.items()}}

    kept = fewest(list(places), lambda *some: holds(*map(version, some)), largest)
    return version(kept) if len(kept) < len(places) else sources


def _trees(sources: Sources) -> Mapping[str, ast.Module]:
    """Return the syntax tree of each source that can be read."""
    trees = {}
    for path, text in sources.items():
        with contextlib.suppress(SyntaxError, ValueError, RecursionError):
            trees[path] = ast.parse(text)
    return trees


def _statements(sources: Sources) -> Iterator[tuple[str, ast.stmt]]:
    """Yield the statements, with their paths, in the order of the texts."""
    for path, tree in _trees(sources).items():
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
        yield from ((path, node) for node in sorted(nodes, key=_place))


def _place(node: ast.stmt | ast.expr) -> int:
    """Return the position of `node` in the text as one number; a statement and the expression in it have different ones."""
    return node.lineno * 1_000_000 + node.col_offset * 2 + isinstance(node, ast.expr)


@functools.lru_cache(maxsize=1000)
def _changed(text: str, places: frozenset[int], change: Change) -> str:
    """Return `text` with `change` made at `places`, without comments and empty lines."""
    try:
        tree = _Changed(places, change).visit(ast.parse(text))
        lines = ast.unparse(ast.fix_missing_locations(tree)).splitlines()
    except (ValueError, RecursionError):  # an f-string with a backslash, a deep tree
        return UNWRITABLE
    return "".join(f"{line}\n" for line in lines if line.strip())


class _Changed(ast.NodeTransformer):
    """Makes a change at some places, and removes each `pass` that is not needed."""

    def __init__(self, places: Collection[int], change: Change) -> None:
        self._places = places
        self._change = change

    def visit(self, node: ast.AST) -> Any:
        chosen = isinstance(node, (ast.stmt, ast.expr)) and _place(node) in self._places
        if chosen and self._change is _removed:  # its content may be nested too deep to be visited
            return []
        if isinstance(node, ast.Dict):
            kept = [at for at, key in enumerate(node.keys) if key is None or _place(key) not in self._places]
            node.keys, node.values = [node.keys[at] for at in kept], [node.values[at] for at in kept]
        self.generic_visit(node)
        for part in ("body", "orelse"):
            inner = getattr(node, part, None)
            if isinstance(inner, list):
                rest = [one for one in inner if not isinstance(one, ast.Pass)]
                needed = part == "body" and not rest and not isinstance(node, ast.Module)
                setattr(node, part, [ast.Pass()] if needed else rest)
        return self._change(node) if chosen else node
