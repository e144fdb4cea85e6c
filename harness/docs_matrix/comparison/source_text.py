"""The text of a file as the comparison looks at it: lines, paragraphs, and the docstrings of a Python module.

A paragraph is what docutils gives one line number: it reports the first or the last line of a paragraph, whichever of its
lines the mistake is in.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Page", "collapsed"]

_ITEM = re.compile(r"(?:[-*+•]|\(?(?:\d{1,4}|[A-Za-z#])[.)]|\.\.|:[^:\s][^:]{0,80}:)(?:\s|$)")
_COMMENT = re.compile(r"\s*(?:/?\*+/?|//+|#+)( |$)")
_PROSE = (".rst", ".md", ".txt", ".inc", ".rest")
_NAPOLEON = re.compile(
    r"^[ \t]*(?:(?:Arg(?:ument)?s?|Attributes|Examples?|Keyword Args|Notes?|Raises|Returns?|Yields?):|-{3,})[ \t]*$",
    re.MULTILINE,
)
_LARGEST_MODULE = 1_000_000


def collapsed(line: str) -> str:
    """A line with its white space collapsed: what stays of it when it is indented otherwise."""
    return " ".join(line.split())


@dataclass(frozen=True)
class Docstring:
    """A docstring of a module: the file's line of its first line that is not empty, how many lines it has from there, and
    whether its sections look like those that napoleon rewrites, so that its lines are not the file's."""

    line: int
    count: int
    rewritten: bool


@dataclass(frozen=True)
class Page:
    """The text of the file at `path`."""

    path: str
    text: str

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines without their ends, as git counts them."""
        return tuple(line.rstrip("\r") for line in self.text.removesuffix("\n").split("\n"))

    @cached_property
    def paragraphs(self) -> tuple[int, ...]:
        """The first line of each line's paragraph; an empty line is one of its own.

        Items, fields and directives, with their options, begin a paragraph, and so does a line with another indentation,
        except for the first behind an item.
        """
        lines = self.lines if self.path.endswith(_PROSE) else [_COMMENT.sub("", line, count=1) for line in self.lines]
        return _paragraphs(lines)

    def body(self, line: int) -> int | None:
        """The first line that is indented below `line`, behind one empty line at most; None where there is none."""
        indent = _indent(self.lines[line - 1])
        for number in (line + 1, line + 2):
            if number <= len(self.lines) and self.lines[number - 1].strip():
                return number if _indent(self.lines[number - 1]) > indent else None
        return None

    def docstring(self, name: str) -> Docstring | None:
        """The docstring of the object with the dotted `name`, with or without its module; None where there is none."""
        parts = name.split(".")
        return next(
            (
                found
                for start in range(len(parts) + 1)
                if (found := self._docstrings.get(".".join(parts[start:]))) is not None
            ),
            None,
        )

    @cached_property
    def _docstrings(self) -> dict[str, Docstring]:
        if len(self.text) > _LARGEST_MODULE:
            return {}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of the module's own strings
                tree = ast.parse(self.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return {}
        found: dict[str, Docstring] = {}
        waiting: list[tuple[str, ast.AST]] = [("", tree)]
        while waiting:
            name, node = waiting.pop()
            docstring = _docstring(node, self.lines)
            if docstring:
                found.setdefault(name, docstring)
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                    waiting.append((f"{name}.{child.name}" if name else child.name, child))
                elif isinstance(child, ast.If | ast.Try):
                    waiting.append((name, child))
        return found


def _docstring(node: ast.AST, lines: Sequence[str]) -> Docstring | None:
    body = getattr(node, "body", None)
    if isinstance(node, ast.If | ast.Try) or not isinstance(body, list) or not body:
        return None
    value = body[0].value if isinstance(body[0], ast.Expr) else None
    if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
        return None
    written = value.value.split("\n")
    empty = next((number for number, line in enumerate(written) if line.strip()), 0)
    return Docstring(value.lineno + empty, len(written) - empty, bool(_NAPOLEON.search(value.value)))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _paragraphs(lines: Sequence[str]) -> tuple[int, ...]:
    firsts = []
    first, indent, hanging = 0, -1, False
    directive = -1
    for number, line in enumerate(lines, 1):
        rest = line.lstrip()
        here = _indent(line)
        item = _ITEM.match(rest)
        if item and rest.startswith(":") and 0 <= directive < here:
            item = None  # an option of the directive
        if not rest:
            first, indent, hanging, directive = number, -1, False, -1
        elif indent < 0 or item or not (here == indent or (hanging and here > indent)):
            first, indent, hanging = number, here, bool(item)
            directive = here if rest.startswith("..") else -1
        elif hanging:
            indent, hanging = here, False
        firsts.append(first)
    return tuple(firsts)
