"""What a baseline accepts of what a build says: entries and diagnostics paired one to one, by anchors, without lines.

The passes go from strict to loose. Two equal messages in a file are kept apart by where they stand: where one is repaired
and another made elsewhere in the file, the first is fixed and the second new. An edited line with the same mistake is known
as long as nothing else in the file is more like it.
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
"""How like its old self an edited line has to be; see `likeness`. Lines of other content come to 0.1 or 0.2."""
REPAIRED = 0.9
"""How like its old self, by its words, another line has to be to be the repaired one."""


@dataclass(frozen=True)
class Pair:
    """An accepted diagnostic and the one of a build that it is; `how` names the pass."""

    entry: Entry
    diagnostic: Diagnostic
    verdict: Verdict
    how: str


@dataclass(frozen=True)
class PairedEntries:
    """Entries and diagnostics, each exactly once: in a pair, `new` (not accepted), or `gone` (accepted, not said)."""

    pairs: tuple[Pair, ...]
    new: tuple[Diagnostic, ...]
    gone: tuple[Entry, ...]


@dataclass(frozen=True)
class _Pass:
    """One way to be the same: an entry and a diagnostic are a pair where they share a key.

    `entry` and `diagnostic` give the keys. Where `unique`, a key that two of one side have pairs none.
    """

    how: str
    verdict: Verdict
    entry: Callable[[Entry], Hashable | None]
    diagnostic: Callable[[Diagnostic], Iterable[Hashable]]
    unique: bool = False


def compare_with_accepted(
    entries: Sequence[Entry], head: Observed, anchors: Anchors, since: str = ""
) -> tuple[Judged, ...]:
    """Judge what a build said by the accepted `entries`; `anchors` are the head's, `since` says where they are listed.

    What comes and goes, in the head's observations or by its entry, is flaky: it fails nothing, takes no entry from what
    always comes, and is not fixed when it does not come.
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
    """Pair `entries` with what a build `said`; the order of neither matters, but among equals."""
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
    """Return the passes among anchored ones of one file, the strictest first; `key` says what of a message has to agree."""

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
    """Return the passes for what has no anchor on one side, and for files that were renamed."""

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
    """Take the pairs of `step` out of both lists."""
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
    """Take out of both lists the pairs of an edited line, the likest first.

    Where another line of the section is more like the old one, that one was repaired, and the mistake made elsewhere.
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
