"""Search for the documents that must be read before: without builds, with a function that tries sequences of documents.

The search looks for the shortest beginning of a sequence of documents after which the message appears: the last document of
that beginning is one of the causes. With that one held at the end, the shortest beginning of the documents before it gives the
next cause, and so on, until only causes are read. One question tries any number of sequences at once, and counts once: the
sequences share the reading of their common beginnings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Ask", "OutOfQuestionsError", "Sought", "Triggers", "search"]

Names = tuple[str, ...]
Ask = Callable[[Sequence[Names]], Sequence[bool]]
"""Returns, for each sequence of documents, whether the message appears if they are read first, in this order."""

MARKS = 16
"""How many beginnings are tried in one question."""
PARTS = 64
"""If there are at most this many documents, each of them is tried alone too."""


class OutOfQuestionsError(Exception):
    """Raised by a function that answers no more questions."""


@dataclass(frozen=True)
class Triggers:
    """The documents that must be read before, in this order; `smallest`: without any of them the message does not appear."""

    before: Names
    smallest: bool


@dataclass(frozen=True)
class Sought:
    """How a search ended.

    `alone` says that the message appears if nothing is read before; `found` is None if no sequence shows it.
    """

    alone: bool
    found: Triggers | None


def search(candidates: Sequence[Names], ask: Ask) -> Sought:
    """Try each of `candidates`, sequences of documents, until one shows the message, and return the fewest of them that show it.

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
    """Return the fewest of `names` that show the message; the first `done` of them do not."""
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
    """Return the shortest beginning of `names` that shows the message if `held` follows it. It is longer than `done`.

    The documents after `done` are also tried without those before, and each of them alone, because one alone is usual.
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
    """Remove from `names` each document that the message does not need, one by one, until all are needed."""
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
    """Return at most `most` beginnings of `names`, the shortest first; the last one is all of `names`, none is empty."""
    count = min(len(names), most)
    return [names[: (at * len(names) + count - 1) // count] for at in range(1, count + 1)]
