"""The search for what must be read before: pure, over a function that tries sequences of documents.

It rests on the shortest beginning of a sequence of documents behind which the message appears: its last document is one
that matters. With that one held at the end, the shortest beginning of what came before it gives the next, and so on, until
those that matter are all that is read. A question tries as many sequences as it likes at once, and counts once: what the
sequences have in common is read in common.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Ask", "OutOfQuestionsError", "Sought", "Triggers", "search"]

Names = tuple[str, ...]
Ask = Callable[[Sequence[Names]], Sequence[bool]]
"""Tells of each sequence of documents whether the message appears where they are read first, in this order."""

MARKS = 16
"""So many beginnings are tried in one question."""
PARTS = 64
"""Of at most so many documents each one alone is tried as well."""


class OutOfQuestionsError(Exception):
    """Raised by a function that answers no more questions."""


@dataclass(frozen=True)
class Triggers:
    """What must be read before, in this order; `smallest`: without any of them the message does not appear."""

    before: Names
    smallest: bool


@dataclass(frozen=True)
class Sought:
    """How a search ended.

    `alone` says that the message appears where nothing is read before; `found` is None where no sequence shows it.
    """

    alone: bool
    found: Triggers | None


def search(candidates: Sequence[Names], ask: Ask) -> Sought:
    """Look in each of `candidates`, sequences of documents, until one shows the message, for the fewest that show it.

    >>> search([("a", "b"), ("a", "b", "c", "d")], lambda tried: ["b" in names and "d" in names for names in tried])
    Sought(alone=False, found=Triggers(before=('b', 'd'), smallest=True))
    """
    for number, names in enumerate(candidates):
        tried = _beginnings(names, MARKS)
        shown = ask([(), *tried]) if number == 0 else (False, *ask(tried))
        if shown[0]:
            return Sought(True, None)
        if True in shown:
            at = shown.index(True) - 1
            done = len(tried[at - 1]) if at else 0
            try:
                return Sought(False, _smallest(tried[at], done, ask))
            except OutOfQuestionsError:
                return Sought(False, Triggers(tried[at], False))
    return Sought(False, None)


def _smallest(names: Names, done: int, ask: Ask) -> Triggers:
    """Return the fewest of `names` that show the message, where the first `done` of them do not."""
    held: Names = ()
    try:
        while True:
            names = _shortest(names, done, held, ask)
            held = (names[-1], *held)
            names = names[:-1]
            tried = _beginnings(names, MARKS)
            shown = ask([(*beginning, *held) for beginning in ((), *tried)])
            if shown[0]:
                break
            at = shown.index(True) - 1 if True in shown else len(tried) - 1
            names, done = tried[at], len(tried[at - 1]) if at else 0
    except OutOfQuestionsError:
        return Triggers((*names, *held), False)
    return _without_any(held, ask)


def _shortest(names: Names, done: int, held: Names, ask: Ask) -> Names:
    """Return the shortest beginning of `names` that, with `held` behind it, shows the message: it is longer than `done`.

    What lies behind `done` is tried without what lies before, too, and there each document by itself: one alone is usual.
    """
    while len(names) - done > 1:
        part = names[done:]
        tried = _beginnings(part, MARKS)
        apart = [(name,) for name in part] if len(part) <= PARTS else []
        shown = ask([(*beginning, *held) for beginning in (*apart, *tried)])
        if True in shown[: len(apart)]:
            return apart[shown.index(True)]
        if True in shown:
            at = shown.index(True, len(apart)) - len(apart)
            names, done = tried[at], len(tried[at - 1]) if at else 0
            continue
        tried = [(*names[:done], *beginning) for beginning in tried]
        shown = ask([(*beginning, *held) for beginning in tried])
        at = shown.index(True) if True in shown else len(tried) - 1
        names, done = tried[at], len(tried[at - 1]) if at else done
    return names


def _without_any(names: Names, ask: Ask) -> Triggers:
    """Leave out of `names` whatever the message does not need, one by one, until nothing is left that can go."""
    while len(names) > 1:
        fewer = [(*names[:at], *names[at + 1 :]) for at in range(len(names))]
        try:
            shown = ask(fewer)
        except OutOfQuestionsError:
            return Triggers(names, False)
        if True not in shown:
            break
        names = fewer[shown.index(True)]
    return Triggers(names, True)


def _beginnings(names: Names, most: int) -> list[Names]:
    """At most `most` beginnings of `names`, the shortest first, the last of them all of it; none of it empty."""
    count = min(len(names), most)
    return [names[: (at * len(names) + count - 1) // count] for at in range(1, count + 1)]
