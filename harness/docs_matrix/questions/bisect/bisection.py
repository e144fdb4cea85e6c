"""The answer to "which release made the change", as values: what changed, what was tried, and the cause.

Its JSON form has the main change's `first`, `last_without`, `date`, `before` and `after` on top, and all of `changes` below.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from docs_matrix.diagnostics import message_keys
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.notes import Note
from docs_matrix.json_values import plain
from docs_matrix.reports.note_words import words

__all__ = [
    "BeforeAfter",
    "Bisection",
    "Cause",
    "Culprit",
    "FoundChange",
    "QuotedHistory",
    "Skipped",
    "TriedCandidate",
    "differences",
    "document",
    "main_change",
    "of_change",
    "pairs",
]

Cause = Literal["axis", "company", "together", "unknown"]
"""The cause of a change: the axis; what had to change with it; only both together; or unknown."""


@dataclass(frozen=True)
class BeforeAfter:
    """One diagnostic before and after a change; None where there is none."""

    before: Diagnostic | None
    after: Diagnostic | None


@dataclass(frozen=True)
class TriedCandidate:
    """A candidate that was built.

    It has its name, its day, the packages that changed with it (`company`), the round, and the diagnostics in question.
    """

    release: str
    date: str | None
    python: str
    docutils: str
    sphinx: str
    company: str
    round: int
    fresh: bool
    said: tuple[Diagnostic, ...]


@dataclass(frozen=True)
class Skipped:
    """A candidate that could not be built, and why."""

    release: str
    reason: str


@dataclass(frozen=True)
class Culprit:
    """The package (or `python`) that made a change, if that was not the axis and it was found."""

    axis: str
    first: str
    last_without: str
    date: str | None


@dataclass(frozen=True)
class QuotedHistory:
    """Entries of a release's own history file, quoted: the file's name and the paragraphs."""

    file: str
    entries: tuple[str, ...]


@dataclass(frozen=True)
class FoundChange:
    """A change.

    It has the first candidate with the change, its day, and the last candidate without it. `gap` are those between that could
    not be tested; if there are any, the answer is one of them. It also has the differences and the cause, in a word and in a
    sentence.
    """

    first: str
    last_without: str
    date: str | None
    gap: tuple[Skipped, ...]
    pairs: tuple[BeforeAfter, ...]
    cause: Cause
    explanation: str
    culprit: Culprit | None = None
    history: QuotedHistory | None = None


@dataclass(frozen=True)
class Bisection:
    """The whole answer.

    `changes` are in the order of the candidates. `returns` says that a change went back and forth. `rounds` counts the rounds
    of the search. `command` shows the main change again.
    """

    axis: str
    tree: str
    identity: str
    documents: str
    find: str | None
    path: str | None
    cell: str
    candidates: tuple[str, ...]
    changes: tuple[FoundChange, ...]
    returns: bool
    tried: tuple[TriedCandidate, ...]
    skipped: tuple[Skipped, ...]
    rounds: int
    notes: tuple[Note, ...]
    seconds: float
    command: str

    @property
    def main(self) -> FoundChange:
        """The change that the question is about: the first one that the axis made, else the first one."""
        return main_change(self.changes)


def document(answer: Bisection) -> dict[str, Any]:
    """Return `answer` as `docs-matrix bisect --json` prints it: the main change on top, and all of `changes`."""
    main = answer.main
    first = main.pairs[0] if main.pairs else BeforeAfter(None, None)
    return {
        "schema": 1,
        "axis": answer.axis,
        **_picked(main, "first", "last_without", "date"),
        **plain(first),
        **_picked(main, "cause", "culprit", "explanation", "gap", "history"),
        "changes": [of_change(change) for change in answer.changes],
        **_picked(answer, "returns", "tried", "skipped", "rounds", "candidates", "tree", "identity", "documents"),
        **_picked(answer, "find", "path", "cell"),
        "notes": [words(note) for note in answer.notes],
        "command": answer.command,
        "seconds": round(answer.seconds, 1),
    }


def of_change(change: FoundChange) -> dict[str, Any]:
    """Return `change` as a JSON object; each pair names its differences."""
    return {**plain(change), "pairs": [{"what": differences(pair), **plain(pair)} for pair in change.pairs]}


def _picked(value: object, *names: str) -> dict[str, Any]:
    return {name: plain(getattr(value, name)) for name in names}


def main_change(changes: Sequence[FoundChange]) -> FoundChange:
    """Return the one of `changes` that the question is about: the first one that the axis made, else the first one."""
    return next((found for found in changes if found.cause == "axis"), changes[0])


def pairs(
    before: Sequence[Diagnostic], after: Sequence[Diagnostic], alike: Callable[[Diagnostic], Hashable]
) -> tuple[BeforeAfter, ...]:
    """Return the changes from `before` to `after`, one pair for each diagnostic.

    Those with the same `alike` on both sides are left out. The nearest make a pair: the same headline first, then the same line
    (or the next one).
    """
    gone, come = _without(before, after, alike), _without(after, before, alike)
    found = []
    for same in (_same_headline, _same_place):
        for old in list(gone):
            new = min((item for item in come if same(old, item)), key=lambda item: _apart(old, item), default=None)
            if new is not None:
                found.append(BeforeAfter(old, new))
                gone.remove(old)
                come.remove(new)
    found += [BeforeAfter(old, None) for old in gone] + [BeforeAfter(None, new) for new in come]
    return tuple(sorted(found, key=_position))


def differences(pair: BeforeAfter) -> str:
    """In words what changed in a pair.

    >>> old, new = (Diagnostic("a.rst", line, "ERROR", None, "Malformed table.", "") for line in (391, 392))
    >>> differences(BeforeAfter(old, new))
    'line 391 -> 392'
    """
    old, new = pair.before, pair.after
    if old is None or new is None:
        return "appeared" if old is None else "is gone"
    told = []
    if old.path != new.path:
        told.append(f"path {old.path} -> {new.path}")
    if old.line != new.line:
        told.append(f"line {_or_none(old.line)} -> {_or_none(new.line)}")
    if old.level != new.level:
        told.append(f"level {old.level} -> {new.level}")
    if message_keys.key(old.message) != message_keys.key(new.message):
        told.append("another wording")
    if old.category != new.category:
        told.append(f"category {_or_none(old.category)} -> {_or_none(new.category)}")
    return ", ".join(told) or "printed in another way"


def _or_none(value: object) -> str:
    return "none" if value is None else str(value)


def _without(
    some: Sequence[Diagnostic], others: Sequence[Diagnostic], alike: Callable[[Diagnostic], Hashable]
) -> list[Diagnostic]:
    """Return the diagnostics of `some` that have no equal `alike` in `others`; each counts once."""
    have = Counter(map(alike, others))
    left = []
    for diagnostic in some:
        if have[alike(diagnostic)]:
            have[alike(diagnostic)] -= 1
        else:
            left.append(diagnostic)
    return left


def _same_headline(old: Diagnostic, new: Diagnostic) -> bool:
    return old.path == new.path and message_keys.gist(old.message) == message_keys.gist(new.message)


def _same_place(old: Diagnostic, new: Diagnostic) -> bool:
    return old.path == new.path and (old.line == new.line or _apart(old, new) <= 1)


def _apart(old: Diagnostic, new: Diagnostic) -> int:
    return abs((old.line or 0) - (new.line or 0))


def _position(pair: BeforeAfter) -> tuple[bool, str, int]:
    """Return the sort key that puts pairs with both sides first."""
    diagnostic = pair.after or pair.before
    both = pair.before is not None and pair.after is not None
    return (not both, (diagnostic and diagnostic.path) or "", (diagnostic and diagnostic.line) or 0)
