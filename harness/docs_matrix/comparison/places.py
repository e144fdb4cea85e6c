"""Places: keys by which the places of diagnostics of the base and of the head are compared.

A diagnostic of the base and a diagnostic of the head are at the same place if their keys are equal. There are several kinds of
keys, from the exact line to looser ones, such as the paragraph or the hunk.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from docs_matrix.comparison.line_mapping import Correspondence, Followed, Spot
from docs_matrix.comparison.source_text import Page, collapsed
from docs_matrix.diagnostics import message_keys
from docs_matrix.diagnostics.diagnostic import Diagnostic

__all__ = ["Places", "Where"]

Key = Callable[[int], Hashable | None]
"""A function from the index of a diagnostic to its key; None if the diagnostic has no place of that kind."""


@dataclass(frozen=True)
class Where:
    """One kind of place; `name` says in the reports how a pair was found."""

    name: str
    base: Key
    head: Key


class Places:
    """The places of the diagnostics of both sides."""

    def __init__(
        self, change: Correspondence, base: Sequence[Diagnostic], head: Sequence[Diagnostic], *, has_sources: bool
    ) -> None:
        self.change = change
        self.base_spots = [change.base_spot(diagnostic) for diagnostic in base]
        self.head_spots = [change.head_spot(diagnostic) for diagnostic in head]
        self._base = base
        self._head = head
        self._has_sources = has_sources

    def line(self) -> Where:
        """Return the kind of place that follows the base's line into the head: the line stayed, was edited, or moved."""
        return Where("place", self._mapped(self.change.follow), lambda index: _at(self.head_spots[index]))

    def line_that_stayed(self) -> Where:
        """Return the kind of place for lines that the change did not touch."""

        def head(index: int) -> Hashable | None:
            at = _at(self.head_spots[index])
            return None if at is None or self.change.head_hunk(*at) is not None else at

        return Where("place", self.line().base, head)

    def rewritten_line(self) -> Where:
        """Return the kind of place that follows the base's line to the line that possibly replaces it."""
        return Where("rewritten line", self._mapped(self.change.guess), lambda index: _at(self.head_spots[index]))

    def near(self) -> Iterator[Where]:
        """Yield looser kinds of place, the nearest first.

        The last ones are for generated files and for diagnostics without a line.
        """
        change = self.change
        yield self._of_lines(
            "paragraph",
            lambda path, line: change.base_paragraph(path, line, moved=False),
            lambda path, line: change.head_paragraph(path, line, moved=False),
        )
        yield Where("hunk", lambda index: self._hunk(index, base=True), lambda index: self._hunk(index, base=False))
        yield self._of_lines(
            "moved",
            lambda path, line: change.base_paragraph(path, line, moved=True),
            lambda path, line: change.head_paragraph(path, line, moved=True),
        )
        yield self._of_lines("moved", change.base_text, change.head_text)
        yield self._of_docstrings(lambda name: name)
        yield self._of_docstrings(lambda name: name.rpartition(".")[2])
        yield Where(
            "docstring",
            lambda index: self._docstring(self.base_spots[index], base=True),
            lambda index: self._docstring(self.head_spots[index], base=False),
        )
        yield self._of_lines(
            "same text",
            lambda path, line: change.head_path(path) if change.base_paragraph_stayed(path, line) else None,
            lambda path, line: path if change.head_paragraph_stayed(path, line) else None,
        )
        yield self._of_lines(
            "generated file",
            lambda path, _: change.head_path(path) if self._is_generated(path, base=True) else None,
            lambda path, _: path if self._is_generated(path, base=False) else None,
        )
        yield Where(
            "no line",
            lambda index: self._without_line(self.base_spots[index], base=True),
            lambda index: self._without_line(self.head_spots[index], base=False),
        )

    def _mapped(self, follow: Callable[[str, int], Followed | None]) -> Key:
        def key(index: int) -> Hashable | None:
            at = _at(self.base_spots[index])
            followed = follow(*at) if at else None
            return (followed.path, followed.line) if followed else None

        return key

    def _of_lines(
        self,
        name: str,
        base: Callable[[str, int], Hashable | None],
        head: Callable[[str, int], Hashable | None],
    ) -> Where:
        def key(spots: Sequence[Spot], of: Callable[[str, int], Hashable | None]) -> Key:
            def of_spot(index: int) -> Hashable | None:
                at = _at(spots[index])
                return of(*at) if at else None

            return of_spot

        return Where(name, key(self.base_spots, base), key(self.head_spots, head))

    def _of_docstrings(self, called: Callable[[str], str]) -> Where:
        """Return the kind of place for equal lines of docstrings, in any file, if `called` returns equal names."""

        def key(spots: Sequence[Spot], read: Callable[[str], Page | None]) -> Key:
            def of_spot(index: int) -> Hashable | None:
                spot, at = spots[index], _at(spots[index])
                page = read(at[0]) if at and spot.docstring else None
                if at is None or page is None or not 0 < at[1] <= len(page.lines):
                    return None
                return called(spot.docstring), collapsed(page.lines[at[1] - 1])

            return of_spot

        return Where("moved", key(self.base_spots, self.change.base_page), key(self.head_spots, self.change.head_page))

    def _hunk(self, index: int, *, base: bool) -> Hashable | None:
        """Return the hunk that replaced the line.

        It is only used for messages that quote a name, or if the text of the file is not available.
        """
        at = _at((self.base_spots if base else self.head_spots)[index])
        if at is None:
            return None
        page = self.change.base_page(at[0]) if base else self.change.head_page(at[0])
        if page and not message_keys.quoted_names((self._base if base else self._head)[index].message):
            return None
        return self.change.base_hunk(*at) if base else self.change.head_hunk(*at)

    def _docstring(self, spot: Spot, *, base: bool) -> Hashable | None:
        """Return the object, if the line inside its docstring is unknown or approximate."""
        if not spot.docstring or not spot.path or not (spot.rewritten or spot.scope):
            return None
        path = self.change.head_path(spot.path) if base else spot.path
        return None if path is None else (path, spot.docstring)

    def _is_generated(self, path: str, *, base: bool) -> bool:
        """Return whether the file at `path` is not in the tree."""
        if not self._has_sources or self.change.changes.touched(path):
            return False
        return (self.change.base_page(path) if base else self.change.head_page(path)) is None

    def _without_line(self, spot: Spot, *, base: bool) -> Hashable | None:
        if _at(spot):
            return None
        path = self.change.head_path(spot.path) if base and spot.path else spot.path
        return None if spot.path and path is None else (path, spot.docstring)


def _at(spot: Spot) -> tuple[str, int] | None:
    return (spot.path, spot.line) if spot.path and spot.line is not None else None
