"""How things get smaller: the fewest of some items with which a test still holds, by lithium; or one change after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from lithium.strategies import Minimize, ReductionIterator
from lithium.testcases import TestcaseLine

__all__ = ["fewest", "one_by_one"]

Item = TypeVar("Item")


def fewest(items: Sequence[Item], holds: Callable[[Sequence[Item]], bool]) -> list[Item]:
    """As few of `items` as `holds` is true of, where it is true of all: none of them can go alone.

    >>> fewest("abcdefgh", lambda some: "b" in some and "g" in some)
    ['b', 'g']
    """
    if not items or holds([]):
        return []
    case = TestcaseLine()
    case.parts = [b"%d\n" % at for at in range(len(items))]
    case.reducible = [True] * len(items)
    reduction = cast(ReductionIterator, Minimize().reduce(case))
    for attempt in reduction:
        reduction.feedback(holds([items[int(part)] for part in attempt.parts]))
    return [items[int(part)] for part in reduction.testcase.parts]


def one_by_one(text: str, holds: Callable[[str], bool], version: Callable[[str, int], str | None]) -> str:
    """`text` with one change after the other that `holds` is true of, as long as there are any that were not refused.

    `version` gives the text with the change of a number, counted from 0 anew in each text; None behind the last one.

    >>> one_by_one("abca", lambda text: "b" in text, lambda text, at: text[:at] + text[at + 1 :] if at < len(text) else None)
    'b'
    """
    refused = 0
    while (other := version(text, refused)) is not None:
        if holds(other):
            text = other
        else:
            refused += 1
    return text
