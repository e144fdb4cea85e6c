"""Smaller versions of a Python source: without statements, without what encloses them, without parts of expressions."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import cast

from docs_matrix.questions.shrink.classes import taken_in
from docs_matrix.questions.shrink.expressions import shortened, simpler
from docs_matrix.questions.shrink.inlining import called_at_once, inlined
from docs_matrix.questions.shrink.objects import without_objects
from docs_matrix.questions.shrink.parameters import without_parameters
from docs_matrix.questions.shrink.reduction import fewest
from docs_matrix.questions.shrink.settings import made_full, plainly_set
from docs_matrix.questions.shrink.syntax import Filled, written
from docs_matrix.questions.shrink.tables import without_tables
from docs_matrix.questions.shrink.variables import fewer_variables, without_variables

__all__ = ["finer", "smaller"]

Holds = Callable[[str], bool]


def smaller(text: str, holds: Holds) -> str:
    """The smallest version of `text` that was found of which `holds` is true; `text` itself where it is no Python."""
    return _stepped(text, holds, STEPS)


def finer(text: str, holds: Holds) -> str:
    """The same by steps that take many builds: for what is small already."""
    return _stepped(text, holds, FINE_STEPS)


def _stepped(text: str, holds: Holds, steps: Sequence[Callable[[str, Holds], str]]) -> str:
    """What a step stumbles over ends that step alone: not all that can be read can be written again."""
    for step in (_whole, *steps):
        with contextlib.suppress(SyntaxError, ValueError, RecursionError):
            text = step(text, holds)
    return text


def _whole(text: str, holds: Holds) -> str:
    """`text` as `ast` writes it: without comments and empty lines."""
    plain = written(ast.parse(text))
    return plain if plain != text and holds(plain) else text


def _without_statements(text: str, holds: Holds) -> str:
    """Leave out statements: the outermost first, then those inside of what is left."""
    depth = 0
    while True:
        places = [at for at, deep in _statements(ast.parse(text)) if deep == depth]
        if not places:
            return text
        every = frozenset(places)

        def version(kept: list[int], text: str = text, every: frozenset[int] = every) -> str:
            return written(_Without(every - frozenset(kept)).visit(ast.parse(text)))

        kept = fewest(places, lambda some: holds(version(list(some))))
        text = version(kept) if len(kept) < len(places) else text
        depth += 1


def _body_alone(text: str, holds: Holds) -> str:
    """Put the body of compound statements in their place."""
    return _unwrapped(text, holds, (ast.If, ast.For, ast.While, ast.With, ast.Try), "body")


def _else_alone(text: str, holds: Holds) -> str:
    """Put what is behind `else` in the place of its statement."""
    return _unwrapped(text, holds, (ast.If, ast.For, ast.While, ast.Try), "orelse")


def _test_alone(text: str, holds: Holds) -> str:
    """Put what is asked in the place of the statement that asks it: asking may do what is needed."""
    return _unwrapped(text, holds, (ast.If, ast.While), "test")


def _negated(text: str, holds: Holds) -> str:
    """Ask for the contrary where something is only done else."""
    tree = _Negated().visit(ast.parse(text))
    version = written(tree)
    return version if version != text and holds(version) else text


def _unwrapped(text: str, holds: Holds, kinds: tuple[type[ast.stmt], ...], part: str) -> str:
    places = [at for at, node in enumerate(_nodes(text)) if isinstance(node, kinds) and getattr(node, part)]

    def version(kept: list[int]) -> str:
        return written(_Unwrap(frozenset(places) - frozenset(kept), part).visit(_marked(text)))

    kept = fewest(places, lambda some: holds(version(list(some))))
    return version(kept) if len(kept) < len(places) else text


def _without_parts(text: str, holds: Holds) -> str:
    """Leave out elements of displays, arguments, decorators, bases and operands."""
    count = sum(1 for _ in _parts(ast.parse(text)))
    places = list(range(count))

    def version(kept: list[int]) -> str:
        tree = ast.parse(text)
        gone = set(places) - set(kept)
        for number, (lists, at) in reversed(list(enumerate(_parts(tree)))):
            for values in lists if number in gone else ():
                del values[at]
        return written(_Repair().visit(tree))

    kept = fewest(places, lambda some: holds(version(list(some))))
    return version(kept) if len(kept) < len(places) else text


def _without_empty_lines(text: str, holds: Holds) -> str:
    dense = "".join(line for line in text.splitlines(keepends=True) if line.strip())
    return dense if dense != text and holds(dense) else text


STEPS = (
    _without_statements,
    _body_alone,
    _else_alone,
    _test_alone,
    _negated,
    taken_in,
    called_at_once,
    inlined,
    without_tables,
    plainly_set,
    made_full,
    without_objects,
    without_variables,
    without_parameters,
    _without_parts,
    _without_empty_lines,
)
FINE_STEPS = (fewer_variables, simpler, shortened, _without_empty_lines)


def _nodes(text: str) -> list[ast.AST]:
    return list(ast.walk(ast.parse(text)))


def _marked(text: str) -> ast.Module:
    tree = ast.parse(text)
    for at, node in enumerate(ast.walk(tree)):
        node.at = at  # type: ignore[attr-defined]
    return tree


def _statements(node: ast.AST, depth: int = 0) -> Iterator[tuple[int, int]]:
    """Each statement's offset in the text as a number, and how deep it is."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child.lineno * 10_000 + child.col_offset, depth
            yield from _statements(child, depth + 1)
        else:
            yield from _statements(child, depth)


class _Without(Filled):
    """Leaves out the statements at some offsets."""

    def __init__(self, gone: frozenset[int]) -> None:
        self._gone = gone

    def visit(self, node: ast.AST) -> ast.AST | None:
        if isinstance(node, ast.stmt) and node.lineno * 10_000 + node.col_offset in self._gone:
            return None
        return self.generic_visit(node)


class _Negated(ast.NodeTransformer):
    """Turns `if` statements round that do nothing but in what is behind `else`."""

    def visit(self, node: ast.AST) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node, ast.If) and node.orelse and all(isinstance(one, ast.Pass) for one in node.body):
            return ast.If(ast.UnaryOp(ast.Not(), node.test), node.orelse, [])
        return node


class _Unwrap(ast.NodeTransformer):
    """Puts a part of some compound statements in their place."""

    def __init__(self, gone: frozenset[int], part: str) -> None:
        self._gone = gone
        self._part = part

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        if getattr(node, "at", None) not in self._gone:
            return node
        part = getattr(node, self._part)
        return ast.Expr(part) if isinstance(part, ast.expr) else cast("list[ast.stmt]", part)


class _Repair(ast.NodeTransformer):
    """Mends what lost its parts: an operation of one operand is that operand."""

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        self.generic_visit(node)
        if len(node.values) > 1:
            return node
        return node.values[0] if node.values else ast.Constant(True)


def _parts(tree: ast.AST) -> Iterator[tuple[tuple[list[ast.AST], ...], int]]:
    """Lists whose elements can go together, with the place of each; parameters with defaults are left alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            yield from (
                ((cast("list[ast.AST]", node.keys), cast("list[ast.AST]", node.values)), at)
                for at in range(len(node.keys))
            )
        for name in ("elts", "args", "keywords", "decorator_list", "bases", "values", "names", "targets"):
            values = getattr(node, name, None)
            if isinstance(values, list) and not isinstance(node, (ast.Dict, ast.JoinedStr, ast.arguments)):
                yield from (((values,), at) for at in range(len(values)))
