"""Duplicates: a name is defined at two places. Sphinx reports the definition that it read last, and names the other one.

Which definition Sphinx reads last can change from build to build, so the two places are compared without order. If a
name is defined three times, Sphinx makes two messages, and they can be about any two of the definitions. So definitions
are counted: if both sides have N equal definitions of a name, N - 1 messages about this name are known.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from docs_matrix.comparison.line_mapping import Correspondence, Spot
from docs_matrix.comparison.meanings import Meanings
from docs_matrix.comparison.places import Places
from docs_matrix.comparison.source_text import Page
from docs_matrix.diagnostics import message_keys
from docs_matrix.diagnostics.diagnostic import Diagnostic

__all__ = ["Duplicate", "Duplicates", "duplicate"]

_OTHER = re.compile(
    r",? (?:other [\w:.-]{1,60} in|also defined (?:at|in)) ['\"]?([\w./+@~-]{1,1000})(?::(\d{1,9}))?['\"]?"
)
_LABEL = "duplicate label "
_LOOKED_INTO = 5_000
"""The place of the other definition is searched only in the first characters of a message, as many as this."""

Place = tuple[str | None, int | None]
"""A path and a line, as far as they are known."""


@dataclass(frozen=True)
class Duplicate:
    """The content of a message about a duplicate.

    `name` is the message without the place of the other definition. `word` is that place as the message writes it (a path or
    the name of a document), and `line` is its line, or None.
    """

    name: str
    word: str
    line: int | None

    @property
    def label(self) -> str | None:
        """The label that is defined twice; None if the name is not a label."""
        return self.name.removeprefix(_LABEL) if self.name.startswith(_LABEL) else None


def duplicate(message: str) -> Duplicate | None:
    """Return the content of a message about a duplicate; None if `message` is not about a duplicate.

    >>> duplicate("duplicate label x, other instance in docs/a.rst")
    Duplicate(name='duplicate label x', word='docs/a.rst', line=None)
    >>> duplicate("Duplicate C declaration, also defined at dev:10.\\nDeclaration is 'int f ()'.")
    Duplicate(name="Duplicate C declaration. Declaration is 'int f ()'.", word='dev', line=10)
    """
    start = message[:_LOOKED_INTO]
    found = _OTHER.search(start) if start[:9].casefold() == "duplicate" else None
    if found is None:
        return None
    rest = start[: found.start()] + message[found.end() :]
    return Duplicate(message_keys.key(rest), found[1].rstrip("."), int(found[2]) if found[2] else None)


class Duplicates:
    """The messages of duplicates on both sides of a comparison."""

    def __init__(
        self,
        change: Correspondence,
        places: Places,
        meanings: Meanings,
        base: Sequence[Diagnostic],
        head: Sequence[Diagnostic],
    ) -> None:
        self._change = change
        self._places = places
        self._meanings = meanings
        self._base = _by_name(base)
        self._head = _by_name(head)

    def pairs(self, paired: Mapping[int, int]) -> Iterator[tuple[int, int]]:
        """Yield the pairs of known messages: index in the base, index in the head.

        `paired` has the pairs that earlier passes found: index in the head by index in the base.
        """
        for name in sorted(self._base.keys() & self._head.keys()):
            yield from self._pairs_of(self._base[name], self._head[name], paired)

    def _pairs_of(
        self, base: Mapping[int, Duplicate], head: Mapping[int, Duplicate], paired: Mapping[int, int]
    ) -> Iterator[tuple[int, int]]:
        """Yield pairs of messages about one name.

        If both sides have N equal definitions, N - 1 messages are paired, and the pairs in `paired` count among these.
        A message whose own place is one of these definitions is paired first.
        """
        old = [self._followed(place) for place in self._definitions(base, base=True)]
        new = [self._old(place) for place in self._definitions(head, base=False)]
        kept_old, kept_new = _kept(old, new)
        before = sum(paired.get(index) in head for index in base)
        ours = sorted((rank not in kept_old, index) for rank, index in enumerate(base))
        theirs = sorted((rank not in kept_new, index) for rank, index in enumerate(head))
        taken = set(paired.values())
        left = zip(
            [index for _, index in ours if index not in paired],
            [index for _, index in theirs if index not in taken],
            strict=False,
        )
        yield from list(left)[: max(0, len(kept_old) - 1 - before)]

    def _followed(self, place: Place) -> Place | None:
        path, line = place
        if path is None:
            return place
        if line is None:
            head_path = self._change.head_path(path)
            return None if head_path is None else (head_path, None)
        followed = self._change.follow(path, line)
        return (followed.path, followed.line) if followed else None

    def _old(self, place: Place) -> Place | None:
        path, line = place
        return None if path and line is not None and self._change.is_added(path, line) else place

    def _definitions(self, said: Mapping[int, Duplicate], *, base: bool) -> list[Place]:
        """Return where messages say that one name is defined: first their own places, then the places they name."""
        spots = self._places.base_spots if base else self._places.head_spots
        read = self._change.base_page if base else self._change.head_page
        pairs = []
        for index, one in said.items():
            here = _end_here(one, spots[index], read)
            pairs.append((here, self._other_end(one, here, read)))
        return _definitions(pairs)

    def _other_end(self, said: Duplicate, here: Place, read: Callable[[str], Page | None]) -> Place:
        path = next((path for path in self._meanings.candidates(said.word) if read(path)), said.word)
        page = read(path)
        if said.line is not None or page is None or said.label is None:
            return path, said.line
        lines = [number for number in _defined_at(page.lines, said.label) if (path, number) != here]
        return path, lines[0] if len(lines) == 1 else None


def _end_here(said: Duplicate, spot: Spot, read: Callable[[str], Page | None]) -> Place:
    """Return the place of the definition that a message is about.

    For a label, Sphinx reports the line of the labelled section or object. The label itself is above that line.
    """
    page = read(spot.path) if spot.path and spot.line is not None and said.label is not None else None
    lines = _defined_at(page.lines, said.label) if page and said.label is not None else []
    above = [number for number in lines if number <= (spot.line or 0) + 1]
    return spot.path, above[-1] if above else spot.line


def _by_name(side: Sequence[Diagnostic]) -> dict[str, dict[int, Duplicate]]:
    found: dict[str, dict[int, Duplicate]] = defaultdict(dict)
    for index, diagnostic in enumerate(side):
        said = duplicate(diagnostic.message)
        if said:
            found[said.name][index] = said
    return found


def _defined_at(lines: Sequence[str], name: str) -> list[int]:
    """Return the lines that define the label `name`."""
    wanted = f".. _{name}:".casefold()
    return [number for number, line in enumerate(lines, 1) if line.replace("`", "").strip().casefold() == wanted]


def _definitions(pairs: Sequence[tuple[Place, Place]]) -> list[Place]:
    """Return the different definitions in `pairs`: (place of a message, place that this message names).

    The places of the messages come first, and then each named place that is not one of them.
    """
    heres = [here for here, _ in pairs]
    more: dict[Place, None] = {}
    for here, there in pairs:
        if not any(_same(there, place) for place in heres if place != here):
            more[there] = None
    return heres + list(more)


def _kept(base: Sequence[Place | None], head: Sequence[Place | None]) -> tuple[set[int], set[int]]:
    """Pair equal definitions of base and head. Return the indexes of the paired ones in `base` and in `head`.

    The places of the base are already mapped to the head. A place that is None is not paired: only one side has it.
    """
    ours: set[int] = set()
    theirs: set[int] = set()
    rules: tuple[Callable[[Place, Place], bool], ...] = (lambda one, other: one == other, _same)
    for rule in rules:
        waiting: dict[str | None, list[tuple[int, Place]]] = defaultdict(list)
        for index, place in enumerate(head):
            if place is not None and index not in theirs:
                waiting[place[0]].append((index, place))
        for index, mine in enumerate(base):
            if mine is None or index in ours:
                continue
            match = next(
                (other for other, place in waiting[mine[0]] if other not in theirs and rule(mine, place)), None
            )
            if match is not None:
                ours.add(index)
                theirs.add(match)
    return ours, theirs


def _same(one: Place, other: Place) -> bool:
    """Return whether two places may be the same: one line number is unknown, or the two differ by at most one."""
    if one[0] != other[0]:
        return False
    return one[1] is None or other[1] is None or abs(one[1] - other[1]) <= 1
