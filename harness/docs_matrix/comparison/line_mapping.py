"""The line of the head that a line of the base became: git's line map, refined by the texts of the files.

All results are computed when they are first needed, and only for the files that contain a diagnostic.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from docs_matrix.comparison.moved_lines import Counterparts, Line, counterparts
from docs_matrix.comparison.source_text import Page, collapsed
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.place_names import APPROXIMATE, DOCSTRING
from docs_matrix.diagnostics.protocols import Changes, Sources

__all__ = ["ALIKE", "Correspondence", "Followed", "How", "Spot", "alike"]

How = Literal["place", "edited line", "moved", "rewritten line"]
_WORD = re.compile(r"\w")
ALIKE = 0.5
"""Two paragraphs that share at least this part of their words can be the same paragraph, moved and edited."""


@dataclass(frozen=True)
class Spot:
    """The place of a diagnostic: a line of a file.

    `scope` is set only if the docstring was not found in the file, so that the line number is not known. It is the
    object, a colon, and the place inside the docstring.
    """

    path: str | None
    line: int | None
    scope: str = ""
    docstring: str = ""
    """The object whose docstring contains the line, whether the docstring was found in the file or not; "" if there is none."""
    rewritten: bool = False
    """Whether the line is approximate, because an extension rewrites the docstring."""


@dataclass(frozen=True)
class Followed:
    """The line of the head that a line of the base became, and `how` this was found."""

    path: str
    line: int
    how: How


class Correspondence:
    """The change from a base to a head; `base_paths` and `head_paths` are the files that contain diagnostics."""

    def __init__(
        self, changes: Changes, sources: Sources, base_paths: Iterable[str], head_paths: Iterable[str]
    ) -> None:
        self.changes = changes
        self._sources = sources
        self._pages: dict[tuple[str, str], Page | None] = {}
        olds, news = set(base_paths), set(head_paths)
        both = {self.head_path(path) for path in olds}, {changes.base_path(path) for path in news}
        self._base_paths = sorted(path for path in olds | (both[1] - {None}) if path and self._differs(path))
        self._head_paths = sorted(path for path in news | (both[0] - {None}) if path and changes.touched(path))

    def _differs(self, base_path: str) -> bool:
        head_path = self.head_path(base_path)
        return head_path is None or self.changes.touched(head_path)

    # ---- texts

    def base_page(self, path: str) -> Page | None:
        """Return the base's file at `path`; None if its text cannot be read."""
        return self._page("base", path, self._sources.base)

    def head_page(self, path: str) -> Page | None:
        """Return the head's file at `path`; None if its text cannot be read."""
        return self._page("head", path, self._sources.head)

    def _page(self, side: str, path: str, read: Callable[[str], str | None]) -> Page | None:
        if (side, path) not in self._pages:
            text = read(path)
            self._pages[side, path] = None if text is None else Page(path, text)
        return self._pages[side, path]

    def base_spot(self, diagnostic: Diagnostic) -> Spot:
        """Return the place of a diagnostic of the base."""
        return _spot(diagnostic)

    def head_spot(self, diagnostic: Diagnostic) -> Spot:
        """Return the place of a diagnostic of the head."""
        return _spot(diagnostic)

    # ---- lines

    def head_path(self, base_path: str) -> str | None:
        """Return the head's path of the base's file; None if it was removed, or if another file took its place."""
        head_path = self.changes.head_path(base_path)
        return head_path if head_path is not None and self.changes.base_path(head_path) == base_path else None

    def follow(self, path: str, line: int) -> Followed | None:
        """Return the line of the head that the base's line became; None if the line was removed."""
        head_path = self.head_path(path)
        head_line = None if head_path is None else self.changes.head_line(path, line)
        if head_path is not None and head_line is not None:
            return Followed(head_path, head_line, "place")
        return self._counterparts.get((path, line))

    def is_added(self, path: str, line: int) -> bool:
        """Return whether the head's line is new: no line of the base became it."""
        return self.head_hunk(path, line) is not None and (path, line) not in self._followed_to

    @cached_property
    def _followed_to(self) -> set[tuple[str, int]]:
        return {(followed.path, followed.line) for followed in self._counterparts.values()}

    def base_hunk(self, path: str, line: int) -> Hashable | None:
        """Return the hunk that removed or replaced the base's line; None if the line did not change."""
        head_path = self.head_path(path)
        if head_path is None:
            return ("deleted", path)
        hunk = self.changes.base_hunk(path, line)
        return None if hunk is None else (head_path, hunk)

    def head_hunk(self, path: str, line: int) -> Hashable | None:
        """Return the hunk that added or replaced the head's line; None if the line is old.

        `base_hunk` returns an equal value for each line that this hunk replaced.
        """
        if self.changes.base_path(path) is None:
            return ("added", path)
        hunk = self.changes.head_hunk(path, line)
        return None if hunk is None else (path, hunk)

    def guess(self, path: str, line: int) -> Followed | None:
        """Return the line of the head that possibly replaces the base's line: a guess. None if there is no candidate."""
        return self._all_counterparts[1].get((path, line))

    @cached_property
    def _changed_lines(self) -> tuple[list[Line], list[Line]]:
        removed = _lines(self._base_paths, self.base_page, self.base_hunk)
        added = _lines(self._head_paths, self.head_page, self.head_hunk)
        return list(removed), list(added)

    @property
    def _counterparts(self) -> dict[tuple[str, int], Followed]:
        return self._all_counterparts[0]

    @cached_property
    def _found(self) -> Counterparts:
        return counterparts(*self._changed_lines)

    @cached_property
    def _held(self) -> tuple[set[tuple[str, int]], set[tuple[str, int]]]:
        """The lines of both sides whose paragraph or body has another line that stayed (see `moved_lines`)."""
        removed, added = (
            {(side[index].path, side[index].number) for index in held}
            for side, held in zip(self._changed_lines, self._found.held, strict=True)
        )
        return removed, added

    @cached_property
    def _all_counterparts(self) -> tuple[dict[tuple[str, int], Followed], dict[tuple[str, int], Followed]]:
        removed, added = self._changed_lines
        found: dict[tuple[str, int], Followed] = {}
        guessed: dict[tuple[str, int], Followed] = {}
        for gone, come in self._found.pairs.items():
            line, other = removed[gone], added[come]
            how: How = "edited line" if line.hunk == other.hunk else "moved"
            found[line.path, line.number] = Followed(other.path, other.number, how)
        for gone, come in self._found.guesses.items():
            line, other = removed[gone], added[come]
            guessed[line.path, line.number] = Followed(other.path, other.number, "rewritten line")
        return found, guessed

    # ---- paragraphs

    def base_paragraph(self, path: str, line: int, *, moved: bool) -> Hashable | None:
        """Return a key of the paragraph that contains the base's line; None if there is no text.

        If a line of this paragraph became a line of the head, then `head_paragraph` returns an equal key for the paragraph
        of that line. If `moved` is true, only lines that moved link two paragraphs, and only if these are alike. If it
        is false, only lines that stayed or were edited link two paragraphs.
        """
        paragraph = _paragraph_above(self.base_page(path), line)
        if paragraph is None:
            return None
        return self._groups(moved).find(("base" if self._differs(path) else "head", path, paragraph))

    def head_paragraph(self, path: str, line: int, *, moved: bool) -> Hashable | None:
        """Return a key of the paragraph that contains the head's line; see `base_paragraph`."""
        paragraph = _paragraph_above(self.head_page(path), line)
        if paragraph is None:
            return None
        return self._groups(moved).find(("head", path, paragraph))

    def _groups(self, moved: bool) -> _LineGroups:
        return self._moved_paragraphs if moved else self._kept_paragraphs

    @cached_property
    def _kept_paragraphs(self) -> _LineGroups:
        return self._linked({"place", "edited line"})

    @cached_property
    def _moved_paragraphs(self) -> _LineGroups:
        return self._linked({"moved"})

    def _linked(self, kinds: set[str]) -> _LineGroups:
        groups = _LineGroups()
        for path in self._base_paths:
            page = self.base_page(path)
            for number, text in enumerate(page.lines if page else (), 1):
                followed = self.follow(path, number) if any(sign.isalnum() for sign in text) else None
                if page and followed and followed.how in kinds:
                    other = _paragraph(self.head_page(followed.path), followed.line)
                    if other is not None and (
                        followed.how != "moved"
                        or alike(_text(page, number), _text(self.head_page(followed.path), followed.line)) >= ALIKE
                    ):
                        groups.join(("base", path, page.paragraphs[number - 1]), ("head", followed.path, other))
        return groups

    def base_text(self, path: str, line: int) -> str | None:
        """Return the text of the paragraph that contains the base's line, with white space collapsed.

        None if the line has a counterpart in the head, or if another line of its paragraph or body stayed or was edited
        in its hunk.
        """
        if self.follow(path, line) or (path, line) in self._held[0]:
            return None
        return _text(self.base_page(path), line)

    def head_text(self, path: str, line: int) -> str | None:
        """Return the text of the paragraph that contains the head's line, with white space collapsed.

        None if the line is old or has a counterpart in the base, or if another line of its paragraph or body is old or
        was edited in its hunk.
        """
        if not self.is_added(path, line) or (path, line) in self._held[1]:
            return None
        return _text(self.head_page(path), line)

    def base_paragraph_stayed(self, path: str, line: int) -> bool:
        """Return whether the text is known and no line of the base's paragraph was removed or replaced."""
        return _stayed(self.base_page(path), line, lambda number: self.base_hunk(path, number))

    def head_paragraph_stayed(self, path: str, line: int) -> bool:
        """Return whether the text is known and no line of the head's paragraph was added or replaced."""
        return _stayed(self.head_page(path), line, lambda number: self.head_hunk(path, number))


class _LineGroups:
    """Groups of paragraphs of both sides that have a line in common (a union-find structure)."""

    def __init__(self) -> None:
        self._parents: dict[Hashable, Hashable] = {}

    def find(self, one: Hashable) -> Hashable:
        while one in self._parents:
            above = self._parents[one]
            if above in self._parents:
                self._parents[one] = self._parents[above]
            one = above
        return one

    def join(self, one: Hashable, other: Hashable) -> None:
        first, second = self.find(one), self.find(other)
        if first != second:
            self._parents[first] = second


def _spot(diagnostic: Diagnostic) -> Spot:
    words, _, inner = (diagnostic.place or "").partition(", ")
    if not words.startswith(DOCSTRING):
        return Spot(diagnostic.path, diagnostic.line)
    name = words.removeprefix(DOCSTRING)
    if diagnostic.line is None:
        return Spot(diagnostic.path, None, f"{name}:{inner}", name)
    return Spot(diagnostic.path, diagnostic.line, "", name, rewritten=inner.startswith(APPROXIMATE))


def _lines(
    paths: Iterable[str], page: Callable[[str], Page | None], hunk: Callable[[str, int], Hashable | None]
) -> Iterator[Line]:
    """Yield the lines of `paths` that are in a hunk; `page` returns the text of a file, and `hunk` the hunk of a line."""
    for path in paths:
        text = page(path)
        if text is None:
            continue
        hunks = [hunk(path, number) for number in range(1, len(text.lines) + 1)]
        stayed = {
            text.paragraphs[index] for index, inside in enumerate(hunks) if inside is None and text.lines[index].strip()
        }
        for index, inside in enumerate(hunks):
            if inside is not None:
                paragraph, body = text.paragraphs[index], text.body(index + 1)
                held = paragraph in stayed or (body is not None and hunks[body - 1] is None)
                yield Line(path, index + 1, collapsed(text.lines[index]), inside, paragraph, body or 0, held)


def _paragraph(page: Page | None, line: int) -> int | None:
    return page.paragraphs[line - 1] if page and 0 < line <= len(page.paragraphs) else None


def _paragraph_above(page: Page | None, line: int) -> int | None:
    """Return the paragraph that contains the line; for an empty line, or the end of the file, the paragraph before it.

    docutils 0.16 reports a directive without content at the line after it, or at its own line if it is the last of a file.
    """
    while page and 1 < line <= len(page.lines) + 1 and not "".join(page.lines[line - 1 : line]).strip():
        line -= 1
    return _paragraph(page, line)


def alike(one: str | None, other: str | None) -> float:
    """Return the part of their words that two texts share, from 0 to 1.

    The borders of a table and the bullets of a list do not count as words.
    """
    ours, theirs = (Counter(word for word in (text or "").split() if _WORD.search(word)) for text in (one, other))
    return 2 * (ours & theirs).total() / ((ours.total() + theirs.total()) or 1)


def _text(page: Page | None, line: int) -> str | None:
    paragraph = _paragraph(page, line)
    if page is None or paragraph is None:
        return None
    last = line
    while last < len(page.paragraphs) and page.paragraphs[last] == paragraph:
        last += 1
    return collapsed(" ".join(page.lines[paragraph - 1 : last])) or None


def _stayed(page: Page | None, line: int, hunk: Callable[[int], Hashable | None]) -> bool:
    paragraph = _paragraph(page, line)
    if page is None or paragraph is None:
        return False
    number = paragraph
    while number <= len(page.paragraphs) and page.paragraphs[number - 1] == paragraph:
        if hunk(number) is not None:
            return False
        number += 1
    return True
