"""The text of a file, split into lines and paragraphs.

A paragraph is a group of lines for which docutils reports one line number, no matter which of these lines has the
mistake: the number of the first or of the last line of the group.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Page", "collapsed"]

_ITEM = re.compile(r"(?:[-*+•]|\(?(?:\d{1,4}|[A-Za-z#])[.)]|\.\.|:[^:\s][^:]{0,80}:)(?:\s|$)")
_COMMENT = re.compile(r"^\s*(?:/?\*+/?|//+|#+)( |$)")
_JSON = re.compile(r'^\s*"|(?:\\n)?",?$')
"""The characters around a line of text in the file of a Jupyter notebook."""
_PROSE = (".rst", ".md", ".txt", ".inc", ".rest")


def collapsed(line: str) -> str:
    """Return a line with its white space collapsed, so that lines with different indentation compare equal."""
    return " ".join(line.split())


@dataclass(frozen=True)
class Page:
    """The text of the file at `path`."""

    path: str
    text: str

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines without their line ends, counted as git counts them."""
        return tuple(line.rstrip("\r") for line in self.text.removesuffix("\n").split("\n"))

    @cached_property
    def paragraphs(self) -> tuple[int, ...]:
        """For each line, the number of the first line of its paragraph; an empty line is a paragraph of its own.

        A list item, a field and a directive (with its options) begin a paragraph. So does a line with another indentation,
        except the second line of a list item.
        """
        removed = _JSON if self.path.endswith(".ipynb") else _COMMENT
        lines = self.lines if self.path.endswith(_PROSE) else [removed.sub("", line) for line in self.lines]
        return _paragraphs(lines)

    def body(self, line: int) -> int | None:
        """Return the number of the next line with text, if it is indented more than `line`; None if it is not.

        At most one empty line may be between the two.
        """
        indent = _indent(self.lines[line - 1])
        for number in (line + 1, line + 2):
            if number <= len(self.lines) and self.lines[number - 1].strip():
                return number if _indent(self.lines[number - 1]) > indent else None
        return None


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
