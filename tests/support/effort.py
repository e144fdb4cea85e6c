"""What a function takes: how many calls, and whether it comes to an end."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["calls", "patience"]


def calls(function: Callable[[], object]) -> int:
    """How often a function is called, builtin ones too, while `function` runs: what it takes, on a busy machine as well."""
    count = 0

    def heard(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(heard)
    try:
        function()
    finally:
        sys.setprofile(before)
    return count


@contextmanager
def patience() -> Iterator[None]:
    """Fail where something does not come to an end in two minutes: what goes back over its input would take hours."""

    def give_up(*_: object) -> None:
        raise AssertionError("it does not come to an end")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(120)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
