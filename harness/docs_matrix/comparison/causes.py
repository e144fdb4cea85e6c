"""Why a diagnostic is new: the change touched its line, its file or another file; and the hunk that caused it.

A hunk is written as `path:line,count`, as in the header of a diff: the first line in the head, and the number of lines that the
hunk added or replaced there. A count of 0 means: the hunk only removed lines, after the line with that number.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Hashable, Iterator
from functools import cached_property

from docs_matrix.comparison.line_mapping import Correspondence, Spot
from docs_matrix.diagnostics import message_keys
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.protocols import Changed

__all__ = ["Causes"]

MOST_FILES = 300
"""If a change has more files than this, it is not searched for the names that a message quotes."""

_WORD = re.compile(r"[\w./+:-]+")
_NAMED = re.compile(
    r"(?:label:?|document:?|not found:|description of|citation|glossary:|in file|of equation) ([^\s,]{1,300})"
)
_EDGES = "._-/:+"


class Causes:
    """The hunks of a change, by line and by the words that they remove or add."""

    def __init__(self, correspondence: Correspondence) -> None:
        self._change = correspondence
        self._ranges: dict[str, dict[Hashable, tuple[int, int]]] = {}

    def reason(self, spot: Spot) -> str:
        """Return what the change touched: `line` (the line at `spot`), `file` (its file), or `elsewhere` (another file)."""
        if spot.path is None or not self._change.changes.touched(spot.path):
            return "elsewhere"
        if spot.line is not None and self._change.head_hunk(spot.path, spot.line) is not None:
            return "line"
        return "file"

    def hunk(self, diagnostic: Diagnostic, spot: Spot) -> str | None:
        """Return the hunk that probably caused a new diagnostic of the head.

        It is the first of these that exists:

        1. the hunk that added or replaced its line; if its line is old, a hunk in its paragraph;
        2. a hunk, in any file, that removes or adds a name that the message quotes;
        3. the nearest hunk above it in its file, or else the first hunk of its file.

        Return None if there is no such hunk, or if the texts cannot be read.
        """
        ranges = self._in_file(spot.path) if spot.path and self._change.changes.touched(spot.path) else {}
        if spot.path and spot.line is not None and ranges:
            own = self._change.head_hunk(spot.path, spot.line)
            inside = ranges.get(own) if own is not None else self._in_paragraph(spot.path, spot.line, ranges)
            if inside:
                return _told(spot.path, inside)
        named = next((self._words[word] for word in _names(diagnostic.message) if word in self._words), None)
        if named or not ranges or spot.path is None:
            return named
        above = [place for place in ranges.values() if place[0] <= (spot.line or 0)]
        return _told(spot.path, max(above) if above else min(ranges.values()))

    def _in_paragraph(self, path: str, line: int, ranges: dict[Hashable, tuple[int, int]]) -> tuple[int, int] | None:
        page = self._change.head_page(path)
        if page is None or not 0 < line <= len(page.paragraphs):
            return None
        first = page.paragraphs[line - 1]
        last = line
        while last < len(page.paragraphs) and page.paragraphs[last] == first:
            last += 1
        found = (place for place in ranges.values() if first <= place[0] + max(place[1] - 1, 0) and place[0] <= last)
        return min(found, default=None)

    def _in_file(self, path: str) -> dict[Hashable, tuple[int, int]]:
        """Return the hunks of the head's file at `path`: first line and number of lines."""
        if path in self._ranges:
            return self._ranges[path]
        ranges: dict[Hashable, tuple[int, int]] = {}
        page = self._change.head_page(path)
        for number in range(1, len(page.lines) + 1) if page else ():
            hunk = self._change.head_hunk(path, number)
            if hunk is not None:
                first, count = ranges.get(hunk, (number, 0))
                ranges[hunk] = (first, count + 1)
        base_path = self._change.changes.base_path(path)
        old = self._change.base_page(base_path) if base_path else None
        behind = 0
        for number in range(1, len(old.lines) + 1) if old and base_path else ():
            hunk = self._change.base_hunk(base_path or "", number)
            if hunk is None:
                behind = self._change.changes.head_line(base_path or "", number) or behind
            elif hunk not in ranges:
                ranges[hunk] = (behind, 0)
        self._ranges[path] = ranges
        return ranges

    @cached_property
    def _words(self) -> dict[str, str]:
        """For each word that the change removes or adds: the first hunk that removes it, or else the first that adds it."""
        files = list(self._change.changes.files)
        if len(files) > MOST_FILES:
            return {}
        found: dict[str, str] = {}
        for side in (self._removed, self._added):
            for changed in files:
                for word, hunk in side(changed):
                    found.setdefault(word, hunk)
        return found

    def _removed(self, changed: Changed) -> Iterator[tuple[str, str]]:
        path, head_path = changed.base_path, changed.head_path
        page = self._change.base_page(path) if path else None
        if path is None or page is None:
            return
        if path != head_path:
            yield from _own_names(path, _told(head_path or path, (0, 0)))
        ranges = self._in_file(head_path) if head_path else {}
        for number, line in enumerate(page.lines, 1):
            hunk = self._change.base_hunk(path, number)
            if hunk is not None:
                place = _told(head_path or path, ranges.get(hunk, (0, 0)))
                yield from ((word, place) for word in _tokens(line))

    def _added(self, changed: Changed) -> Iterator[tuple[str, str]]:
        path = changed.head_path
        page = self._change.head_page(path) if path else None
        if path is None or page is None:
            return
        ranges = self._in_file(path)
        if path != changed.base_path:
            yield from _own_names(path, _told(path, (1, len(page.lines))))
        for number, line in enumerate(page.lines, 1):
            hunk = self._change.head_hunk(path, number)
            if hunk is not None:
                place = _told(path, ranges[hunk])
                yield from ((word, place) for word in _tokens(line))


def _told(path: str, place: tuple[int, int]) -> str:
    return f"{path}:{place[0]},{place[1]}"


def _own_names(path: str, place: str) -> Iterator[tuple[str, str]]:
    """Yield the names of a document, each with `place`.

    The names are every tail of its path without suffix (`a/b/c`, `b/c`, `c`), and its full path.
    """
    parts = posixpath.splitext(path)[0].casefold().split("/")
    for start in range(len(parts)):
        yield "/".join(parts[start:]), place
    yield path.casefold(), place


def _tokens(line: str) -> Iterator[str]:
    """Yield the words of a source line. Of a word with colons (`:ref:`, `a::b`), yield the parts between them, too."""
    for word in _WORD.findall(line[:2_000]):
        bare = word.strip(_EDGES).casefold()
        if len(bare) > 2:
            yield bare
        if ":" in bare:
            yield from (part for part in bare.split(":") if len(part) > 2)


def _names(message: str) -> list[str]:
    """Return the words of a message that probably are names: quoted words first, then words after "label", "document" etc."""
    said = message[: message_keys.LONGEST]
    quoted = [name for text in message_keys.quoted_names(said) for name in (text, *text.split())]
    return [word.strip(_EDGES + "'\"").casefold() for word in (*quoted, *_NAMED.findall(said))]
