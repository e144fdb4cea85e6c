"""How things get smaller: the fewest of some items with which a test still holds, by lithium."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from lithium.strategies import Minimize, ReductionIterator
from lithium.testcases import TestcaseLine

__all__ = ["fewest"]

Item = TypeVar("Item")


def fewest(items: Sequence[Item], holds: Callable[[Sequence[Item]], bool], size: int | None = None) -> list[Item]:
    """Return as few of `items` as `holds` is true of, if it is true of all: none of them can go alone.

    With `size` (a power of two) only chunks of so many items are tried, each once.

    >>> fewest("abcdefgh", lambda some: "b" in some and "g" in some)
    ['b', 'g']
    >>> fewest("abcdefgh", lambda some: "b" in some and "g" in some, 2)
    ['a', 'b', 'g', 'h']
    """
    if not items or holds([]):
        return []
    case = TestcaseLine()
    case.parts = [b"%d\n" % at for at in range(len(items))]
    case.reducible = [True] * len(items)
    strategy = Minimize()
    if size is not None:
        strategy.minimize_min = strategy.minimize_max = size
        strategy.minimize_repeat = "never"
    reduction = cast(ReductionIterator, strategy.reduce(case))
    for attempt in reduction:
        reduction.feedback(holds([items[int(part)] for part in attempt.parts]))
    return [items[int(part)] for part in reduction.testcase.parts]
