"""The passes of the comparison: each pass pairs diagnostics of the base and of the head that are the same mistake.

A pass computes a key for each diagnostic: its meaning (`meanings`) and its place (`places`). Diagnostics of both sides with
equal keys are paired in their order. So each pass pairs as many diagnostics as possible, and it finds the same pairs if base
and head are swapped. A pass only looks at the diagnostics that no pass before it has paired.

Example: an edit inserts two lines at the top of `a.rst`. `a.rst:10: Title too short` in the base and `a.rst:12: Title too
short` in the head have equal meanings. Git's line map says that line 10 became line 12, so the places are equal as well. The
first pass pairs the two, and the verdict is `known`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from docs_matrix.comparison.duplicates import Duplicates
from docs_matrix.comparison.line_mapping import ALIKE, Correspondence, alike
from docs_matrix.comparison.meanings import Meanings
from docs_matrix.comparison.places import Places, Where
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import Verdict
from docs_matrix.diagnostics.protocols import Changes, NoSources, Sources

__all__ = ["Paired", "Pairing"]

_Meaning = Callable[..., Hashable | None]

_LONGEST = 10_000
"""Only this many characters of a paragraph are compared with another paragraph."""
_MOST_ALIKE = 10_000
"""If one meaning has more possible pairs of diagnostics than this, their paragraphs are not compared."""


@dataclass(frozen=True)
class Paired:
    """A pair: the index of the base's diagnostic, the verdict for the head's diagnostic, and how the pair was found."""

    base: int
    verdict: Verdict
    how: str


class Pairing:
    """The diagnostics of both sides and the pairs found so far, by the index of the head's diagnostic.

    `open_base` and `open_head` have the indexes of the diagnostics without a pair.
    """

    def __init__(
        self, base: Sequence[Diagnostic], head: Sequence[Diagnostic], changes: Changes, sources: Sources | None
    ) -> None:
        self.base = base
        self.head = head
        self.pairs: dict[int, Paired] = {}
        self.open_base = dict.fromkeys(range(len(base)))
        self.open_head = dict.fromkeys(range(len(head)))
        self.change = Correspondence(changes, sources or NoSources(), _files(base), _files(head))
        self.places = Places(self.change, base, head, has_sources=sources is not None)
        self._meanings = Meanings(self.change, (*base, *head))

    def run(self) -> None:
        """Run all passes in their order."""
        said, places = self._meanings, self.places
        for meaning in (said.exact, said.relocated, said.plain):
            self._pass(meaning, places.line(), Verdict.KNOWN)
        self._duplicates()
        for meaning in (said.relocated, said.plain):
            for where in places.near():
                self._pass(meaning, where, Verdict.KNOWN)
            self._one_line_off(meaning)
            self._edited_and_moved(meaning)
            self._pass(meaning, places.rewritten_line(), Verdict.KNOWN)
        for meaning in (said.stated, said.plainly_stated):
            for where in (places.line(), *places.near(), places.rewritten_line()):
                self._pass(meaning, where, Verdict.CHANGED, ", other level or quoted source")
            self._edited_and_moved(meaning)
        self._pass(said.named, places.line_that_stayed(), Verdict.CHANGED, ", reworded")

    def _pass(self, meaning: _Meaning, where: Where, verdict: Verdict, how: str = "") -> None:
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for index in self.open_base:
            place, means = where.base(index), meaning(self.base[index], base=True)
            if place is not None and means is not None:
                waiting[place, means].append(index)
        for found in waiting.values():
            found.reverse()
        for index in list(self.open_head) if waiting else ():
            place, means = where.head(index), meaning(self.head[index], base=False)
            if place is not None and means is not None and waiting.get((place, means)):
                self._pair(waiting[place, means].pop(), index, verdict, where.name, how)

    def _pair(self, base: int, head: int, verdict: Verdict, name: str, how: str = "") -> None:
        del self.open_base[base], self.open_head[head]
        spot = self.places.base_spots[base]
        if name == "place" and spot.path and spot.line is not None:
            followed = self.change.follow(spot.path, spot.line)
            name = followed.how if followed else name
        if verdict is Verdict.KNOWN and name == "moved":
            verdict = Verdict.MOVED
        self.pairs[head] = Paired(base, verdict, name + how)

    def _duplicates(self) -> None:
        duplicates = Duplicates(self.change, self.places, self._meanings, self.base, self.head)
        paired = {pair.base: head for head, pair in self.pairs.items()}
        for base, head in duplicates.pairs(paired):
            self._pair(base, head, Verdict.KNOWN, "duplicate")

    def _one_line_off(self, meaning: _Meaning) -> None:
        """Pair diagnostics whose lines differ by at most one, if the text of the file is not available.

        Without the text, paragraphs are not known. The line numbers must differ by at most one in the base, and also in
        the head.
        """
        ours: dict[Hashable, list[_Lines]] = defaultdict(list)
        theirs: dict[Hashable, list[_Lines]] = defaultdict(list)
        for index in self.open_base:
            spot = self.places.base_spots[index]
            followed = self.change.follow(spot.path, spot.line) if spot.path and spot.line is not None else None
            if followed and spot.line is not None and self.change.base_page(spot.path or "") is None:
                lines = _Lines(spot.line, followed.line, index)
                ours[followed.path, meaning(self.base[index], base=True)].append(lines)
        for index in self.open_head:
            spot = self.places.head_spots[index]
            if not spot.path or spot.line is None or self.change.head_page(spot.path):
                continue
            back = self.change.changes.base_line(spot.path, spot.line)
            if back is not None:
                theirs[spot.path, meaning(self.head[index], base=False)].append(_Lines(back, spot.line, index))
        for key, lines_of_key in ours.items():
            for base, head in _one_apart(sorted(lines_of_key), sorted(theirs.get(key, ()))):
                self._pair(base, head, Verdict.KNOWN, "place, one line off")

    def _edited_and_moved(self, meaning: _Meaning) -> None:
        """Pair diagnostics whose paragraphs moved and were edited or re-wrapped, the most similar paragraphs first."""
        theirs = self._paragraphs(meaning, base=False)
        found = []
        for means, old in self._paragraphs(meaning, base=True).items():
            new = theirs.get(means, [])
            if len(old) * len(new) > _MOST_ALIKE:
                continue
            for rank, (base, base_text) in enumerate(old):
                for other, (head, head_text) in enumerate(new):
                    likeness = alike(base_text, head_text)
                    if likeness >= ALIKE:
                        found.append(((-likeness, rank + other, abs(rank - other)), base, head))
        for _, base, head in sorted(found, key=lambda pair: pair[0]):
            if base in self.open_base and head in self.open_head:
                self._pair(base, head, Verdict.MOVED, "moved", ", edited")

    def _paragraphs(self, meaning: _Meaning, *, base: bool) -> dict[Hashable, list[tuple[int, str]]]:
        """Return the diagnostics whose line has no counterpart: for each meaning, (index, text of the paragraph)."""
        found: dict[Hashable, list[tuple[int, str]]] = defaultdict(list)
        for index in self.open_base if base else self.open_head:
            spot = (self.places.base_spots if base else self.places.head_spots)[index]
            if spot.path and spot.line is not None:
                text = (self.change.base_text if base else self.change.head_text)(spot.path, spot.line)
                if text:
                    means = meaning((self.base if base else self.head)[index], base=base)
                    found[means].append((index, text[:_LONGEST]))
        return found


def _files(side: Sequence[Diagnostic]) -> set[str]:
    return {diagnostic.path for diagnostic in side if diagnostic.path}


class _Lines(NamedTuple):
    """The number of a line in the base and its number in the head; `at` is the index of its diagnostic."""

    base: int
    head: int
    at: int


def _one_apart(ours: Sequence[_Lines], theirs: Sequence[_Lines]) -> Iterator[tuple[int, int]]:
    """Yield pairs of lines that differ by at most one, as many pairs as possible; both arguments are sorted."""
    one = other = 0
    while one < len(ours) and other < len(theirs):
        apart = (ours[one].base - theirs[other].base, ours[one].head - theirs[other].head)
        distance = max(apart, key=abs)
        if abs(distance) <= 1:
            yield ours[one].at, theirs[other].at
        one += distance <= 1
        other += distance >= -1
