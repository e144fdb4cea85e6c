"""How things get smaller: the fewest of some items with which a test still holds, by lithium."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from lithium.strategies import Minimize, ReductionIterator
from lithium.testcases import TestcaseLine

__all__ = ["LARGEST", "fewest"]

Item = TypeVar("Item")
LARGEST = 1 << 30


def fewest(
    items: Sequence[Item], holds: Callable[[Sequence[Item]], bool], largest: int = LARGEST, smallest: int = 1
) -> list[Item]:
    """Return few of `items` of which `holds` is true, if it is true of all.

    First all of them are left out, then chunks of `largest` and ever fewer items down to `smallest` (powers of two), each once.

    >>> fewest("abcdefgh", lambda some: "b" in some and "g" in some)
    ['b', 'g']
    >>> fewest("abcdefgh", lambda some: "b" in some and "g" in some, 2, 2)
    ['a', 'b', 'g', 'h']
    """
    if not items or holds([]):
        return []
    case = TestcaseLine()
    case.parts = [b"%d\n" % at for at in range(len(items))]
    case.reducible = [True] * len(items)
    strategy = Minimize()
    strategy.minimize_min, strategy.minimize_max = smallest, largest
    strategy.minimize_repeat = "never"
    reduction = cast(ReductionIterator, strategy.reduce(case))
    for attempt in reduction:
        reduction.feedback(holds([items[int(part)] for part in attempt.parts]))
    return [items[int(part)] for part in reduction.testcase.parts]
