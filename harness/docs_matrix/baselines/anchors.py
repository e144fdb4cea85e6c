"""Anchors: the place of a diagnostic without a line number, so that an entry stays the same if lines around it move.

An anchor has three parts: the nearest heading above, the source line (with white space collapsed), and a digest of the block of
lines that contains it. The block is used because docutils reports the first or the last line of a paragraph, depending on the
release.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.files import digest

__all__ = ["Anchor", "Anchors", "Source", "likeness"]

Source = Callable[[str], str | None]
"""Returns the text of the file at a path of the tree; None if the tree has no such file (it is generated)."""

LONGEST = 120
"""An anchor keeps at most this many characters of a heading or a source line."""

_EMPTY = re.compile(r"[\s*/#;]*\Z")
"""A line between blocks: it is empty, or has only the characters that begin a line of a comment."""
_RULE = re.compile(r"([!-/:-@\[-`{-~])\1{2,}\Z")
_RST = (".rst", ".txt", ".rest", ".inc")


@dataclass(frozen=True)
class Anchor:
    """The place of a diagnostic: the nearest heading above (`section`), its line (`source`), the digest of its block (`block`)."""

    section: str
    source: str
    block: str


class Anchors:
    """The anchors in one version of a tree. Each file is read only once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._texts: dict[str, _Text | None] = {}

    def has(self, path: str | None) -> bool:
        """Return whether the tree has a file at `path`."""
        return path is not None and self._text(path) is not None

    def of(self, diagnostic: Diagnostic) -> Anchor | None:
        """Return the anchor of `diagnostic`; None if it has no line, or if its file does not have this line."""
        text, line = self._place(diagnostic)
        return None if text is None or line is None else text.anchor(line)

    def nearby(self, diagnostic: Diagnostic) -> frozenset[str]:
        """Return the source lines that another release may report instead: the lines around it, and the ends of its block."""
        text, line = self._place(diagnostic)
        return frozenset() if text is None or line is None else text.nearby(line)

    def likest(self, path: str, old: Anchor, but: str) -> float:
        """Return the similarity of `old` to the most similar line of `path` except `but`, from 0 to 1.

        Only the words count. Only lines of the old section are compared, or all lines if the file does not have this section
        any more.
        """
        text = self._text(path)
        words = _words(old.source)
        lines = {_words(line) for line in text.section(old.section) if line != but} if text else set()
        return max((likeness(words, line) for line in lines if line), default=0.0) if words else 0.0

    def _place(self, diagnostic: Diagnostic) -> tuple[_Text | None, int | None]:
        if diagnostic.path is None or diagnostic.line is None:
            return None, None
        text = self._text(diagnostic.path)
        return text, text.index(diagnostic.line) if text else None

    def _text(self, path: str) -> _Text | None:
        if path not in self._texts:
            content = self._source(path)
            self._texts[path] = None if content is None else _Text(content, is_rst=path.endswith(_RST))
        return self._texts[path]


class _Text:
    """The lines of a file, with white space collapsed, and the section and the block of each line."""

    def __init__(self, content: str, *, is_rst: bool) -> None:
        raw = content.split("\n")
        self.lines = [_cut(" ".join(line.split())) for line in raw]
        self._anchors: dict[int, Anchor] = {}
        self._sections = _sections(self.lines if is_rst else raw, _is_heading if is_rst else _is_head)
        self._blocks = _blocks(raw)

    def index(self, line: int) -> int | None:
        """Return the index of `line`. For an empty line, return a line of the block before it, or else of the block after it."""
        if not 1 <= line <= len(self.lines) + 1:
            return None
        index = min(line, len(self.lines)) - 1
        near = (*range(index, max(index - 3, -1), -1), *range(index + 1, min(index + 3, len(self.lines))))
        return next((other for other in near if self._blocks[other] is not None), None)

    def anchor(self, index: int) -> Anchor:
        if index not in self._anchors:
            first, last = self._block(index)
            block = digest(*self.lines[first:last])[:12]
            self._anchors[index] = Anchor(self._sections[index], self._worded(index), block)
        return self._anchors[index]

    def nearby(self, index: int) -> frozenset[str]:
        first, last = self._block(index)
        places = {first, last - 1, max(index - 1, first), min(index + 1, last - 1)}
        return frozenset(self._worded(place) for place in places)

    def section(self, name: str) -> list[str]:
        """Return the lines of the section `name`, or all lines if there is no such section."""
        inside = [line for line, section in zip(self.lines, self._sections, strict=True) if section == name]
        return inside or self.lines

    def _block(self, index: int) -> tuple[int, int]:
        return self._blocks[index] or (index, index + 1)

    def _worded(self, index: int) -> str:
        """Return the line, or the nearest line of its block that has words: underlines and borders of tables all look alike."""
        first, last = self._block(index)
        near = (index, index - 1, index + 1)
        worded = (self.lines[place] for place in near if first <= place < last and re.search(r"\w", self.lines[place]))
        return next(worded, self.lines[index])


def likeness(one: str, other: str) -> float:
    """Return how similar two lines are, from 0 to 1: the part of their groups of three characters that they share.

    >>> likeness("An *open one.", "An open one.") > 0.7 > 0.3 > likeness("An *open one.", "Nothing of it")
    True
    """
    first, second = _groups(one), _groups(other)
    return 2 * len(first & second) / (len(first) + len(second))


def _groups(text: str) -> set[str]:
    padded = f" {text.lower()} "
    return {padded[start : start + 3] for start in range(max(len(padded) - 2, 1))}


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} {digest(text)[:12]}"


def _sections(lines: list[str], is_heading: Callable[[list[str], int], bool]) -> list[str]:
    sections = []
    section = ""
    for index, line in enumerate(lines):
        if is_heading(lines, index):
            section = _cut(" ".join(line.split()))
        sections.append(section)
    return sections


def _is_heading(lines: list[str], index: int) -> bool:
    """Return whether the line at `index` is a heading: a line of text above a rule, whatever the length of the rule."""
    if index + 1 == len(lines) or not _RULE.match(lines[index + 1]):
        return False
    return re.search(r"\w", lines[index]) is not None


def _is_head(lines: list[str], index: int) -> bool:
    """Return whether the line at `index` is a head: in Markdown a heading, in code a line that begins with a word.

    Such lines of code are what git shows in the head of a hunk.
    """
    return re.match(r"[A-Za-z_$]|#{1,6} ", lines[index]) is not None


def _blocks(lines: list[str]) -> list[tuple[int, int] | None]:
    """Return for each line its block: the index of the first line, and the index after the last; None for a line between blocks."""
    blocks: list[tuple[int, int] | None] = [None] * len(lines)
    first = None
    for index in range(len(lines) + 1):
        empty = index == len(lines) or _EMPTY.match(lines[index]) is not None
        if empty and first is not None:
            blocks[first:index] = [(first, index)] * (index - first)
            first = None
        elif not empty and first is None:
            first = index
    return blocks
