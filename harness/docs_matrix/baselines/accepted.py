"""Pairs the entries of a baseline with the diagnostics of a build, one to one, by anchors and not by lines.

The passes go from strict to loose. Two equal messages in a file are told apart by their anchors. If one is fixed and another
one is made in another place of the file, the first is `fixed` and the second is `new`. If a line was edited and has the same
mistake, it is `known`, except if another line in the file is more similar to the old one.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace

from docs_matrix.baselines.anchors import Anchors, likeness
from docs_matrix.baselines.baseline_file import Entry
from docs_matrix.diagnostics import message_keys
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import Judged, Verdict
from docs_matrix.diagnostics.flaky import Observed

__all__ = ["Pair", "PairedEntries", "compare_with_accepted", "pair"]

LIKE = 0.3
"""An edited line must be at least this similar to the old line; see `likeness`. Different lines have 0.1 or 0.2."""
REPAIRED = 0.9
"""If the words of another line are at least this similar to the old line, then that line is the old one, repaired."""


@dataclass(frozen=True)
class Pair:
    """An accepted diagnostic and the diagnostic of a build that it was paired with; `how` names the pass."""

    entry: Entry
    diagnostic: Diagnostic
    verdict: Verdict
    how: str


@dataclass(frozen=True)
class PairedEntries:
    """Entries and diagnostics, each exactly once: in a pair, `new` (not accepted), or `gone` (accepted, but not in the build)."""

    pairs: tuple[Pair, ...]
    new: tuple[Diagnostic, ...]
    gone: tuple[Entry, ...]


@dataclass(frozen=True)
class _Pass:
    """One rule for pairs: an entry and a diagnostic are a pair if they have a key in common.

    `entry` and `diagnostic` return the keys. If `unique`, a key that appears twice on one side makes no pair.
    """

    how: str
    verdict: Verdict
    entry: Callable[[Entry], Hashable | None]
    diagnostic: Callable[[Diagnostic], Iterable[Hashable]]
    unique: bool = False


def compare_with_accepted(
    entries: Sequence[Entry], head: Observed, anchors: Anchors, since: str = ""
) -> tuple[Judged, ...]:
    """Judge the diagnostics of a build by the accepted `entries`.

    `anchors` are those of the head's tree. `since` names the place where the entries are listed. A diagnostic is flaky if it
    appeared in only some builds of the head, or if its entry is marked as flaky. A flaky diagnostic fails nothing, is never
    paired with the entry of a steady diagnostic, and is not fixed if it does not appear.
    """
    steady = pair([entry for entry in entries if not entry.flaky], head.steady, anchors)
    by_entry = pair([entry for entry in entries if entry.flaky], steady.new, anchors)
    by_head = pair(steady.gone, [flaky.diagnostic for flaky in head.flaky], anchors)
    judged = [Judged(pair.verdict, pair.diagnostic, pair.entry.diagnostic(), pair.how, since) for pair in steady.pairs]
    judged += [Judged(Verdict.NEW, diagnostic) for diagnostic in by_entry.new]
    judged += [
        Judged(Verdict.FLAKY, pair.diagnostic, pair.entry.diagnostic(), pair.how, f"accepted as flaky in {since}")
        for pair in by_entry.pairs
    ]
    known = {id(pair.diagnostic): pair for pair in by_head.pairs}
    for flaky in head.flaky:
        paired = known.get(id(flaky.diagnostic))
        base, how = (paired.entry.diagnostic(), paired.how) if paired else (None, "")
        judged.append(Judged(Verdict.FLAKY, flaky.diagnostic, base, how, flaky.reason))
    judged = [
        replace(item, verdict=Verdict.UNJUDGED, reason="") if item.diagnostic.unjudged else item for item in judged
    ]
    gone = [Judged(Verdict.FIXED, entry.diagnostic()) for entry in by_head.gone]
    return (*sorted(judged, key=lambda item: _position(item.diagnostic)), *gone)


def pair(entries: Sequence[Entry], said: Sequence[Diagnostic], anchors: Anchors) -> PairedEntries:
    """Pair `entries` with the diagnostics `said` of a build. The order matters only among equal ones."""
    open_entries = list(entries)
    open_said = sorted(said, key=_position)
    pairs: list[Pair] = []
    whole, stated = functools.cache(message_keys.shared_key), functools.cache(message_keys.statement)
    for key, verdict in ((whole, Verdict.KNOWN), (stated, Verdict.CHANGED)):
        for step in _passes(key, verdict, anchors):
            pairs += _pair_by_key(step, open_entries, open_said)
        pairs += _pair_by_likeness(key, verdict, open_entries, open_said, anchors)
    for step in _loose_passes(whole, anchors):
        pairs += _pair_by_key(step, open_entries, open_said)
    return PairedEntries(tuple(pairs), tuple(open_said), tuple(open_entries))


def _passes(key: Callable[[str], str], verdict: Verdict, anchors: Anchors) -> Iterable[_Pass]:
    """Return the passes for diagnostics with an anchor, inside one file, the strictest first.

    `key` returns the part of a message that must be equal.
    """

    def entry_of(*names: str) -> Callable[[Entry], Hashable | None]:
        def of(entry: Entry) -> Hashable | None:
            if entry.anchor is None:
                return None
            return (entry.path, key(entry.message), *(getattr(entry.anchor, name) for name in names))

        return of

    def said_of(*names: str) -> Callable[[Diagnostic], Iterable[Hashable]]:
        def of(diagnostic: Diagnostic) -> Iterable[Hashable]:
            anchor = anchors.of(diagnostic)
            if anchor:
                yield (diagnostic.path, key(diagnostic.message), *(getattr(anchor, name) for name in names))

        return of

    def nearby(diagnostic: Diagnostic) -> Iterable[Hashable]:
        anchor = anchors.of(diagnostic)
        if anchor:
            for source in sorted(anchors.nearby(diagnostic)):
                yield (diagnostic.path, key(diagnostic.message), anchor.section, source)

    for names in (("section", "block", "source"), ("section", "block"), ("section", "source")):
        yield _Pass(" and ".join(names), verdict, entry_of(*names), said_of(*names))
    yield _Pass("section and a line nearby", verdict, entry_of("section", "source"), nearby)
    yield _Pass("block", verdict, entry_of("block"), said_of("block"), unique=True)


def _loose_passes(key: Callable[[str], str], anchors: Anchors) -> Iterable[_Pass]:
    """Return the passes for entries or diagnostics without an anchor, and for files that were renamed."""

    def text(entry: Entry) -> Hashable:
        return (entry.path, key(entry.message))

    def said(diagnostic: Diagnostic) -> Iterable[Hashable]:
        yield (diagnostic.path, key(diagnostic.message))

    def renamed(entry: Entry) -> Hashable | None:
        return (key(entry.message), entry.anchor) if entry.anchor and not anchors.has(entry.path) else None

    def anywhere(diagnostic: Diagnostic) -> Iterable[Hashable]:
        yield (key(diagnostic.message), anchors.of(diagnostic))

    yield _Pass("message", Verdict.KNOWN, lambda entry: None if entry.anchor else text(entry), said)
    yield _Pass("message", Verdict.KNOWN, text, lambda one: () if anchors.of(one) else said(one))
    yield _Pass("renamed file", Verdict.MOVED, renamed, anywhere, unique=True)


def _pair_by_key(step: _Pass, entries: list[Entry], said: list[Diagnostic]) -> list[Pair]:
    """Return the pairs of the pass `step`, and remove them from both lists."""
    if not entries or not said:
        return []
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for index, entry in enumerate(entries):
        place = step.entry(entry)
        if place is not None:
            waiting[place].append(index)
    wanted: dict[Hashable, int] = defaultdict(int)
    keys = [tuple(key for key in step.diagnostic(diagnostic) if key in waiting) for diagnostic in said]
    for key in (key for found in keys for key in found):
        wanted[key] += 1
    pairs = []
    taken: set[int] = set()
    left = []
    for diagnostic, found in zip(said, keys, strict=True):
        fit = (
            key for key in found if waiting[key] and not (step.unique and (len(waiting[key]) > 1 or wanted[key] > 1))
        )
        key = next(fit, None)
        if key is None:
            left.append(diagnostic)
        else:
            index = waiting[key].pop(0)
            taken.add(index)
            pairs.append(Pair(entries[index], diagnostic, step.verdict, step.how))
    entries[:] = [entry for index, entry in enumerate(entries) if index not in taken]
    said[:] = left
    return pairs


def _pair_by_likeness(
    key: Callable[[str], str], verdict: Verdict, entries: list[Entry], said: list[Diagnostic], anchors: Anchors
) -> list[Pair]:
    """Return the pairs of edited lines, the most similar first, and remove them from both lists.

    If another line of the section is more similar to the old one, that line was repaired. Then there is no pair, because the
    mistake was made in another place.
    """
    groups: dict[Hashable, list[Diagnostic]] = defaultdict(list)
    for diagnostic in said:
        groups[diagnostic.path, key(diagnostic.message)].append(diagnostic)
    scored: list[tuple[float, int, int, Entry, Diagnostic]] = []
    for number, entry in enumerate(entries):
        for diagnostic in groups[entry.path, key(entry.message)] if entry.anchor else ():
            anchor = anchors.of(diagnostic)
            score = likeness(entry.anchor.source, anchor.source) if entry.anchor and anchor else 0.0
            if score >= LIKE:
                scored.append((-score, number, len(scored), entry, diagnostic))
    pairs: list[Pair] = []
    taken: set[int] = set()
    for score, number, _, entry, diagnostic in sorted(scored, key=lambda item: item[:3]):
        anchor = anchors.of(diagnostic)
        if number in taken or id(diagnostic) in taken or not entry.anchor or not anchor or not entry.path:
            continue
        if anchors.likest(entry.path, entry.anchor, anchor.source) < max(-score, REPAIRED):
            taken |= {number, id(diagnostic)}
            pairs.append(Pair(entry, diagnostic, verdict, "edited line"))
    entries[:] = [entry for number, entry in enumerate(entries) if number not in taken]
    said[:] = [diagnostic for diagnostic in said if id(diagnostic) not in taken]
    return pairs


def _position(diagnostic: Diagnostic) -> tuple[str, int, str, str]:
    return (diagnostic.path or "", diagnostic.line or 0, diagnostic.message, diagnostic.level)
