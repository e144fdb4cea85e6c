"""Delta debugging: finds few of some items for which a test is still true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

__all__ = ["LARGEST", "Holds", "fewest"]

Item = TypeVar("Item")
Version = TypeVar("Version", contravariant=True)
LARGEST = 1 << 30


class Holds(Protocol[Version]):
    """A test of a version. `ahead` are the versions that will be tested next if it fails: they can be tested in parallel."""

    def __call__(self, version: Version, /, *ahead: Version) -> bool: ...


def fewest(
    items: Sequence[Item], holds: Holds[Sequence[Item]], largest: int = LARGEST, smallest: int = 1
) -> list[Item]:
    """Return few of `items` for which `holds` is true, if it is true for all items.

    First all of them are left out; then chunks of `largest` items, and smaller ones, down to `smallest` (powers of two). Each
    chunk is tried once, from the end, because code that uses something is after it.

    >>> fewest("abcdefgh", lambda some, *ahead: "b" in some and "g" in some)
    ['b', 'g']
    >>> fewest("abcdefgh", lambda some, *ahead: "b" in some and "g" in some, 2, 2)
    ['a', 'b', 'g', 'h']
    """
    kept = list(items)
    powers = (1 << power for power in range((len(kept) - 1).bit_length() - 1, -1, -1))
    for size in (len(kept), *(size for size in powers if smallest <= size <= largest)):
        end = len(kept)
        while end > 0:
            start = max(0, end - size)
            attempt = kept[:start] + kept[end:]
            ahead = [kept[: max(0, start - size)] + kept[start:]] if start else []
            if holds(attempt, *ahead):
                kept = attempt
            end = start
    return kept
