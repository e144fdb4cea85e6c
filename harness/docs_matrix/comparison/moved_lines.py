"""Which removed line of a base became which added line of a head: lines that moved, were indented otherwise, or edited.

A diff knows lines that stayed and lines that did not. Among the latter, three kinds have a counterpart, found in this order:

1. runs of lines whose texts, white space collapsed, are unique among the removed and among the added lines of a hunk, or
   else of all hunks, with the lines around them that are equal too: they were indented otherwise, or moved; what stands
   between two such runs that are close to each other has moved with them, even where an equal line has come elsewhere;
2. lines of one hunk that share nearly all of their words: they were edited;
3. single lines that are unique on both sides: they moved alone, unless what they belong to stayed;
4. lines of one hunk that share half of their words: they were edited, or their paragraph was filled again.

Where a line or two of a hunk are left on both sides, they may have been rewritten: those are kept apart, as a guess.

The answer is one to one, and the same from the other side.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

__all__ = ["Counterparts", "Line", "counterparts"]

_WORD = re.compile(r"\w+")
_STRONG = 4
"""So many characters of words make a line that is unique on both sides a sign of a move."""
_ALMOST_EQUAL = 0.75
_ALIKE = 0.5
"""The shares of their words that two lines must have in common to be the same line, edited."""
_MOST_PAIRS = 1_000_000
"""A hunk with more pairs of equal words is not looked into word by word."""


@dataclass(frozen=True)
class Line:
    """A removed or an added line: where it stands, its text with white space collapsed, and the hunk it is in.

    It belongs to the `paragraph` with that first line, and to its `body`, the line that is indented below it (0: none).
    `held` says that a line of these stayed.
    """

    path: str
    number: int
    text: str
    hunk: Hashable
    paragraph: int = 0
    body: int = 0
    held: bool = False

    @property
    def words(self) -> list[str]:
        return _WORD.findall(self.text)

    @property
    def weight(self) -> int:
        return sum(map(len, self.words))


class Counterparts(NamedTuple):
    """What `counterparts` finds.

    `pairs` and `guesses` (lines that may have been rewritten) have the index in the added lines by that in the removed
    ones; `held` are the indexes of lines, removed and added, of which what they belong to stayed.
    """

    pairs: dict[int, int]
    guesses: dict[int, int]
    held: tuple[set[int], set[int]]


def counterparts(removed: Sequence[Line], added: Sequence[Line]) -> Counterparts:
    """Return which lines of `added` those of `removed` became; both are sorted by path and number."""
    runs = _Runs(removed, added)
    for key in (_in_hunk, _in_hunk_with_neighbours, _text, _with_neighbours):
        runs.pair(_unique(removed, added, key))
    runs.grow()
    runs.close_gaps()
    alone = runs.take_single_lines()
    found = dict(runs.there)
    for hunk in _hunks(removed, added, found):
        found.update(_edited(removed, added, *hunk, _ALMOST_EQUAL))
    taken = set(found.values())
    held = _held(removed, added, found)
    for gone, come in alone.items():
        if gone not in found and come not in taken and gone not in held[0] and come not in held[1]:
            found[gone] = come
    for hunk in _hunks(removed, added, found):
        found.update(_edited(removed, added, *hunk, _ALIKE))
    for hunk in _hunks(removed, added, found):
        found.update(_beside(removed, added, *hunk, found))
    guessed: dict[int, int] = {}
    for gone_lines, come_lines in _hunks(removed, added, found):
        if len(gone_lines) == len(come_lines) <= 2:
            guessed.update(zip(gone_lines, come_lines, strict=True))
    return Counterparts(found, guessed, _held(removed, added, found))


def _held(removed: Sequence[Line], added: Sequence[Line], found: Mapping[int, int]) -> tuple[set[int], set[int]]:
    """Return the lines of both sides whose paragraph or body has other lines that stayed, unchanged or in their hunk."""
    stayed = [(gone, come) for gone, come in found.items() if removed[gone].hunk == added[come].hunk]
    sides = (removed, [gone for gone, _ in stayed]), (added, [come for _, come in stayed])
    return _held_by(*sides[0]), _held_by(*sides[1])


def _held_by(lines: Sequence[Line], stayed: Sequence[int]) -> set[int]:
    telling = [lines[index] for index in stayed if lines[index].weight]
    paragraphs = Counter((line.path, line.paragraph) for line in telling)
    numbers = {(line.path, line.number) for line in telling}
    return {
        index
        for index, line in enumerate(lines)
        if line.held
        or (line.path, line.body) in numbers
        or paragraphs[line.path, line.paragraph] > ((line.path, line.number) in numbers)
    }


def _text(lines: Sequence[Line], index: int) -> Hashable:
    return lines[index].text


def _in_hunk(lines: Sequence[Line], index: int) -> Hashable:
    return lines[index].hunk, lines[index].text


def _in_hunk_with_neighbours(lines: Sequence[Line], index: int) -> Hashable:
    return lines[index].hunk, _with_neighbours(lines, index)


def _with_neighbours(lines: Sequence[Line], index: int) -> Hashable:
    around = (
        lines[at].text if 0 <= at < len(lines) and _adjacent(lines, index, at) else None
        for at in range(index - 1, index + 2)
    )
    return tuple(around)


def _adjacent(lines: Sequence[Line], one: int, other: int) -> bool:
    return lines[one].path == lines[other].path and lines[other].number - lines[one].number == other - one


def _unique(
    removed: Sequence[Line], added: Sequence[Line], key: Callable[[Sequence[Line], int], Hashable]
) -> dict[int, int]:
    """Return the lines whose key stands once on either side."""

    def once(lines: Sequence[Line]) -> dict[Hashable, int]:
        keys = {index: key(lines, index) for index, line in enumerate(lines) if line.weight >= _STRONG}
        counts = Counter(keys.values())
        return {value: index for index, value in keys.items() if counts[value] == 1}

    there = once(added)
    return {index: there[value] for value, index in once(removed).items() if value in there}


class _Runs:
    """Pairs of equal lines, as runs that go in step on both sides."""

    def __init__(self, removed: Sequence[Line], added: Sequence[Line]) -> None:
        self.removed = removed
        self.added = added
        self.there: dict[int, int] = {}
        self.back: dict[int, int] = {}

    def pair(self, pairs: Mapping[int, int]) -> None:
        for gone, come in pairs.items():
            if gone not in self.there and come not in self.back:
                self.there[gone] = come
                self.back[come] = gone

    def grow(self) -> None:
        """Lengthen every run by the equal lines before and behind it, all in step: no run is favoured."""
        ends = [(gone, come, step) for gone, come in self.there.items() for step in (-1, 1)]
        while ends:
            wanted = [(gone + step, come + step, step) for gone, come, step in ends if self._fits(gone, come, step)]
            claims = Counter(gone for gone, _ in {(gone, come) for gone, come, _ in wanted})
            claimed = Counter(come for _, come in {(gone, come) for gone, come, _ in wanted})
            ends = [end for end in wanted if claims[end[0]] == claimed[end[1]] == 1]
            for gone, come, _ in ends:
                self.there[gone] = come
                self.back[come] = gone

    def _fits(self, gone: int, come: int, step: int) -> bool:
        before, after = gone + step, come + step
        if not (0 <= before < len(self.removed) and 0 <= after < len(self.added)):
            return False
        if before in self.there or after in self.back or self.removed[before].text != self.added[after].text:
            return False
        return _adjacent(self.removed, gone, before) and _adjacent(self.added, come, after)

    def close_gaps(self) -> None:
        """Follow what stands between lines that moved together: it moved with them, and may have been edited on the way.

        Not to an equal line elsewhere, which is a copy.
        """
        swapped = _Runs(self.added, self.removed)
        swapped.there, swapped.back = self.back, self.there
        gaps = [*self._gaps(), *((gone, come) for come, gone in swapped._gaps())]
        for gone, come in gaps:
            for index in [index for index in gone if index in self.there]:
                del self.back[self.there.pop(index)]
            for index in [index for index in come if index in self.back]:
                del self.there[self.back.pop(index)]
        for gone, come in gaps:
            self.pair(dict(zip(gone, come, strict=True)))

    def _gaps(self) -> list[tuple[list[int], list[int]]]:
        """Return the removed lines between two lines that moved together, each with the similar lines that came there.

        The removed lines went elsewhere.
        """
        gaps = []
        for before, run, behind in zip(runs := self._runs(), runs[1:], runs[2:], strict=False):
            gone = _between(self.removed, before[-1], behind[0])
            come = _between(self.added, self.there[before[-1]], self.there[behind[0]])
            if (
                self._weight(before) + self._weight(behind) > self._weight(run)
                and gone
                and gone == [index for index in run if self.removed[index].text]
                and len(gone) == len(come)
                and not self.back.keys() & set(come)
                and all(_are_alike(self.removed[one], self.added[other]) for one, other in zip(gone, come, strict=True))
            ):
                gaps.append((gone, come))
        return gaps

    def _weight(self, run: Sequence[int]) -> int:
        return sum(self.removed[gone].weight for gone in run)

    def take_single_lines(self) -> dict[int, int]:
        """Take out the runs of a single line with words that came into another hunk: the line may as well be edited."""
        alone: dict[int, int] = {}
        for run in self._runs():
            telling = [gone for gone in run if self.removed[gone].weight >= _STRONG]
            gone = telling[0] if telling else run[0]
            if len(telling) < 2 and self.removed[gone].hunk != self.added[self.there[gone]].hunk:
                for one in run:
                    alone[one] = self.there.pop(one)
                    del self.back[alone[one]]
        return alone

    def _runs(self) -> list[list[int]]:
        runs: list[list[int]] = []
        for gone in sorted(self.there):
            last = runs[-1][-1] if runs else None
            if (
                last is not None
                and last + 1 == gone
                and self.there[last] + 1 == self.there[gone]
                and _adjacent(self.removed, last, gone)
                and _adjacent(self.added, self.there[last], self.there[gone])
            ):
                runs[-1].append(gone)
            else:
                runs.append([gone])
        return runs


def _between(lines: Sequence[Line], first: int, last: int) -> list[int]:
    """Return the lines with a text between two lines of a file that are close to each other; there may be empty ones around."""
    found = [index for index in range(first + 1, last) if lines[index].text]
    apart = lines[last].number - lines[first].number
    return found if lines[first].path == lines[last].path and apart <= len(found) + 3 else []


def _are_alike(one: Line, other: Line) -> bool:
    ours, theirs = Counter(one.words), Counter(other.words)
    shared = sum(len(word) for word in (ours & theirs).elements())
    return 2 * shared >= _ALIKE * (one.weight + other.weight)


def _hunks(
    removed: Sequence[Line], added: Sequence[Line], found: Mapping[int, int]
) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the lines of each hunk that have no counterpart yet, where there are such on both sides."""
    taken = set(found.values())
    gone: dict[Hashable, list[int]] = defaultdict(list)
    come: dict[Hashable, list[int]] = defaultdict(list)
    for index, line in enumerate(removed):
        if index not in found and line.text:
            gone[line.hunk].append(index)
    for index, line in enumerate(added):
        if index not in taken and line.text:
            come[line.hunk].append(index)
    for hunk, lines in gone.items():
        if hunk in come:
            yield lines, come[hunk]


def _edited(
    removed: Sequence[Line], added: Sequence[Line], gone: Sequence[int], come: Sequence[int], least: float
) -> dict[int, int]:
    """Pair the lines of a hunk that share at least the part `least` of their words, in their order."""
    ours = [(word, index) for index in gone for word in removed[index].words]
    theirs = [(word, index) for index in come for word in added[index].words]
    counts = Counter(word for word, _ in theirs)
    if sum(counts[word] for word, _ in ours) > _MOST_PAIRS:
        return {}
    shared: Counter[tuple[int, int]] = Counter()
    for one, other in _common(ours, theirs):
        shared[ours[one][1], theirs[other][1]] += len(ours[one][0])
    ranks = {index: rank for rank, index in enumerate(gone)}, {index: rank for rank, index in enumerate(come)}
    pairs = sorted(shared, key=lambda pair: (-shared[pair], ranks[0][pair[0]] + ranks[1][pair[1]]))
    found: dict[int, int] = {}
    taken: set[int] = set()
    for pair in pairs:
        ours_index, theirs_index = pair
        both = removed[ours_index].weight + added[theirs_index].weight
        if ours_index not in found and theirs_index not in taken and 2 * shared[pair] >= least * both:
            found[ours_index] = theirs_index
            taken.add(theirs_index)
    return found


def _common(ours: Sequence[tuple[str, int]], theirs: Sequence[tuple[str, int]]) -> Iterator[tuple[int, int]]:
    """Yield the words that stay, as pairs of positions; difflib favours its first argument, so the order is ours to fix."""
    sides = [[word for word, _ in ours], [word for word, _ in theirs]]
    swapped = sides[1] < sides[0]
    matcher = SequenceMatcher(None, sides[swapped], sides[not swapped], autojunk=False)
    for first, second, length in matcher.get_matching_blocks():
        for offset in range(length):
            pair = (first + offset, second + offset)
            yield (pair[1], pair[0]) if swapped else pair


def _beside(
    removed: Sequence[Line],
    added: Sequence[Line],
    gone: Sequence[int],
    come: Sequence[int],
    found: Mapping[int, int],
) -> dict[int, int]:
    """Pair lines without words (the border of a table, an underline) that stand beside a pair."""
    pairs: dict[int, int] = {}
    free = set(come)
    for step in (1, -1):
        for index in gone:
            beside = found.get(index - step, pairs.get(index - step))
            if beside is None or index in pairs or beside + step not in free:
                continue
            if removed[index].weight == added[beside + step].weight == 0 and _adjacent(added, beside, beside + step):
                pairs[index] = beside + step
                free.remove(beside + step)
    return pairs
