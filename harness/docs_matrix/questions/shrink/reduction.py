"""How things get smaller: the fewest of some items with which a test still holds, by lithium."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from lithium.strategies import Minimize, ReductionIterator
from lithium.testcases import TestcaseLine

__all__ = ["fewest"]

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
