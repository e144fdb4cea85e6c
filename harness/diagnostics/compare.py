"""The comparison: which diagnostics of a head are new against those of a base, and which are gone.

Diagnostics are paired one to one, in passes, the strictest first. Each pass is a small function that says whether one
diagnostic of the base and one of the head are the same mistake; what no pass pairs is new or fixed. Both sides come
from the same cell, so that level and category are comparable. Two equal messages are two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence

from harness.diagnostics import messages
from harness.diagnostics.changes import Changes
from harness.diagnostics.findings import Judged, Verdict
from harness.diagnostics.record import Diagnostic

__all__ = ["compare", "compare_with_accepted"]

_Keys = tuple[Callable[[Diagnostic], Hashable | None], Callable[[Diagnostic], Hashable | None]]


def compare(base: Sequence[Diagnostic], head: Sequence[Diagnostic], changes: Changes) -> tuple[Judged, ...]:
    """Judge every diagnostic of both sides exactly once; `changes` leads from the base's tree to the head's.

    The head's come first, then those of the base that are fixed, both by place: the order in which documents were read
    changes nothing.
    """
    open_base = dict(enumerate(sorted(base, key=_position)))
    open_head = dict(enumerate(sorted(head, key=_position)))
    judged: dict[int, Judged] = {}
    for how, verdict, (base_key, head_key) in _passes(changes):
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for index, diagnostic in open_base.items():
            place = base_key(diagnostic)
            if place is not None:
                waiting[place].append(index)
        for index, diagnostic in list(open_head.items()):
            place = head_key(diagnostic)
            if place is not None and waiting[place]:
                known = open_base.pop(waiting[place].pop(0))
                del open_head[index]
                judged[index] = Judged(Verdict.UNJUDGED if diagnostic.unjudged else verdict, diagnostic, known, how)
    for index, diagnostic in open_head.items():
        judged[index] = (
            Judged(Verdict.UNJUDGED, diagnostic)
            if diagnostic.unjudged
            else Judged(Verdict.NEW, diagnostic, reason=_reason(diagnostic, changes))
        )
    gone = (
        Judged(Verdict.UNJUDGED if diagnostic.unjudged else Verdict.FIXED, diagnostic)
        for diagnostic in open_base.values()
    )
    return (*(judged[index] for index in sorted(judged)), *gone)


def compare_with_accepted(accepted: Sequence[Diagnostic], head: Sequence[Diagnostic], since: str) -> tuple[Judged, ...]:
    """Judge the head's diagnostics by a list of accepted ones that have no lines; `since` says where the list is from.

    They are paired as a multiset by path and message.
    """
    waiting: dict[Hashable, list[Diagnostic]] = defaultdict(list)
    for entry in accepted:
        waiting[entry.path, messages.key(entry.message)].append(entry)
    judged = []
    for diagnostic in sorted(head, key=_position):
        same = waiting[diagnostic.path, messages.key(diagnostic.message)]
        verdict = Verdict.UNJUDGED if diagnostic.unjudged else Verdict.KNOWN if same else Verdict.NEW
        if same:
            judged.append(Judged(verdict, diagnostic, same.pop(0), "baseline", since))
        else:
            judged.append(Judged(verdict, diagnostic))
    gone = [Judged(Verdict.FIXED, entry) for entries in waiting.values() for entry in entries]
    return (*judged, *gone)


def _position(diagnostic: Diagnostic) -> tuple[str, int, str, str]:
    return (diagnostic.path or "", diagnostic.line or 0, diagnostic.message, diagnostic.level)


def _has_place(diagnostic: Diagnostic) -> bool:
    return diagnostic.path is not None and diagnostic.line is not None


def _meaning(diagnostic: Diagnostic) -> Hashable:
    return (diagnostic.path, diagnostic.level, diagnostic.category, messages.key(diagnostic.message))


def _passes(changes: Changes) -> Iterable[tuple[str, Verdict, _Keys]]:
    """The passes, the strictest first: how each is called, the verdict of its pairs, and the two sides' keys."""
    for offset in (0, 1, -1):  # docutils reports a paragraph's first or last line
        how = "place" if offset == 0 else "place, one line off"
        yield how, Verdict.KNOWN, _at_place(changes, _meaning, offset)
    yield "edited line", Verdict.KNOWN, _in_hunk(changes, _meaning)
    yield "place, other level or quoted source", Verdict.CHANGED, _at_place(changes, _stated, 0)
    yield "edited line, other quoted source", Verdict.CHANGED, _in_hunk(changes, _stated)
    yield "no place", Verdict.KNOWN, _without_line(changes, _meaning)


def _stated(diagnostic: Diagnostic) -> Hashable:
    return messages.statement(diagnostic.message)


def _at_place(changes: Changes, meaning: Callable[[Diagnostic], Hashable], offset: int) -> _Keys:
    """Base lines mapped through the change equal head lines that the change did not add."""

    def base_key(diagnostic: Diagnostic) -> Hashable | None:
        if diagnostic.path is None or diagnostic.line is None:
            return None
        path = changes.head_path(diagnostic.path)
        line = changes.head_line(diagnostic.path, diagnostic.line)
        return None if path is None or line is None else (path, line + offset, _without_path(meaning(diagnostic)))

    def head_key(diagnostic: Diagnostic) -> Hashable | None:
        if diagnostic.path is None or diagnostic.line is None:
            return None
        if changes.head_hunk(diagnostic.path, diagnostic.line) is not None:
            return None
        return (diagnostic.path, diagnostic.line, _without_path(meaning(diagnostic)))

    return base_key, head_key


def _in_hunk(changes: Changes, meaning: Callable[[Diagnostic], Hashable]) -> _Keys:
    """Both sides lie inside one replaced hunk: the line was edited, the mistake is the same."""

    def base_key(diagnostic: Diagnostic) -> Hashable | None:
        if diagnostic.path is None or diagnostic.line is None:
            return None
        path = changes.head_path(diagnostic.path)
        hunk = changes.base_hunk(diagnostic.path, diagnostic.line)
        return None if path is None or hunk is None else (path, hunk, _without_path(meaning(diagnostic)))

    def head_key(diagnostic: Diagnostic) -> Hashable | None:
        if diagnostic.path is None or diagnostic.line is None:
            return None
        hunk = changes.head_hunk(diagnostic.path, diagnostic.line)
        return None if hunk is None else (diagnostic.path, hunk, _without_path(meaning(diagnostic)))

    return base_key, head_key


def _without_line(changes: Changes, meaning: Callable[[Diagnostic], Hashable]) -> _Keys:
    """What has no line is counted by path, level, category and message."""

    def base_key(diagnostic: Diagnostic) -> Hashable | None:
        if _has_place(diagnostic):
            return None
        path = changes.head_path(diagnostic.path) if diagnostic.path else None
        return (path, _without_path(meaning(diagnostic)))

    def head_key(diagnostic: Diagnostic) -> Hashable | None:
        return None if _has_place(diagnostic) else (diagnostic.path, _without_path(meaning(diagnostic)))

    return base_key, head_key


def _without_path(meaning: Hashable) -> Hashable:
    """A meaning's parts but the path, which the passes map by themselves."""
    return meaning[1:] if isinstance(meaning, tuple) else meaning


def _reason(diagnostic: Diagnostic, changes: Changes) -> str:
    """Why a diagnostic is new: the change touched its line, its file, or something elsewhere."""
    if diagnostic.path is None or not changes.touched(diagnostic.path):
        return "elsewhere"
    if diagnostic.line is not None and changes.head_hunk(diagnostic.path, diagnostic.line) is not None:
        return "line"
    return "file"
