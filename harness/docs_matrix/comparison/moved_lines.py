"""Which removed line of a base became which added line of a head: lines that moved, were indented, or were edited.

A diff says which lines stayed, which were removed and which were added. Some removed lines have a counterpart among the added
lines. Counterparts are found in this order:

1. Equal lines. White space is ignored. A line is paired if it is unique among the removed and among the added lines of
   its hunk, alone or with the lines next to it. If it is not, all hunks are searched in the same way. Then the equal
   lines next to a pair are paired, which makes runs. If two runs are close to each other, the lines between them moved
   with them, even if an equal line appears in another place.
2. Edited lines: lines of one hunk that share at least three quarters of their words.
3. Single lines that are unique on both sides and appear in another hunk. They moved, except if another line of their paragraph
   or body stayed.
4. Edited or re-wrapped lines: lines of one hunk that share half of their words.

If a hunk has one line left on each side, or two lines on each side, they may have been rewritten. These pairs are
returned separately, as guesses.

Each line has at most one counterpart. If base and head are swapped, the same pairs are found.
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
"""A unique line is paired only if its words together have at least this many characters."""
_ALMOST_EQUAL = 0.75
_ALIKE = 0.5
"""Two lines can be the same line, edited, if they share at least this part of their words."""
_MOST_PAIRS = 1_000_000
"""If a hunk has more pairs of equal words than this, its lines are not compared word by word."""


@dataclass(frozen=True)
class Line:
    """A removed or an added line: its path and number, its text with white space collapsed, and its hunk.

    `paragraph` is the number of the first line of its paragraph. `body` is the number of the next line with text, if
    that is indented more than this line; 0 if not. `held` says that another line of its paragraph, or the first line of
    its body, did not change.
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
    """The result of `counterparts`, as indexes into its two arguments.

    `pairs` and `guesses` map a removed line to an added line; a guess is a line that may have been rewritten. `held` has two
    sets, of removed and of added lines. They are the lines whose paragraph or body has another line that stayed.
    """

    pairs: dict[int, int]
    guesses: dict[int, int]
    held: tuple[set[int], set[int]]


def counterparts(removed: Sequence[Line], added: Sequence[Line]) -> Counterparts:
    """Return which lines of `added` the lines of `removed` became; both are sorted by path and number."""
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
    """Return the lines of both sides whose paragraph or body has another line that stayed.

    A line stayed if it is unchanged, or if its counterpart is in the same hunk.
    """
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
    """Return pairs of lines whose `key` appears exactly once among the removed lines and exactly once among the added lines."""

    def once(lines: Sequence[Line]) -> dict[Hashable, int]:
        keys = {index: key(lines, index) for index, line in enumerate(lines) if line.weight >= _STRONG}
        counts = Counter(keys.values())
        return {value: index for index, value in keys.items() if counts[value] == 1}

    there = once(added)
    return {index: there[value] for value, index in once(removed).items() if value in there}


class _Runs:
    """Pairs of equal lines. A run is a row of pairs whose lines follow each other on both sides.

    `there` maps the index of a removed line to the index of an added line, and `back` is its inverse.
    """

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
        """Lengthen every run by the equal lines before and after it.

        All runs grow at the same time. If two runs would pair a line with different lines, neither gets it. So the
        order of the runs does not matter.
        """
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
        """Pair the lines between two runs that moved together. These lines moved with the runs, and may be edited.

        If such a line was paired with an equal line in another place, that pair is removed: the other line is a copy.
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
        """Find removed lines that lie between two runs but are paired with lines in another place.

        Return, for each gap, the removed lines, and the similar added lines that lie between the counterparts of the two runs.
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
        """Remove and return each run in which at most one line has words, if this line went to another hunk.

        Such a line is weak evidence: it can also be a line that was edited in its own hunk.
        """
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
    """Return the lines with text between `first` and `last`, if the two are in one file and close to each other.

    Close means: at most two other lines (empty or unchanged) are between them, besides the returned lines.
    """
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
    """Yield, for each hunk, its removed and its added lines that have no counterpart yet.

    Only hunks with such lines on both sides are yielded.
    """
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
    """Pair the lines of a hunk that share at least the part `least` of their words; lines that share most are paired first."""
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
    """Yield the words that both sides share in the same order, as pairs of positions.

    The result of difflib depends on the order of its arguments, so the two sides are sorted first.
    """
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
    """Pair two lines without words (the border of a table, an underline) that follow, or precede, two paired lines."""
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
