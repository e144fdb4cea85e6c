"""What a baseline accepts from now on, by what the builds of a tree said: all of it, only what is new beside it, or less."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from docs_matrix.baselines.accepted import pair
from docs_matrix.baselines.anchors import Anchors
from docs_matrix.baselines.baseline_file import Baseline, Entry
from docs_matrix.diagnostics import message_keys
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.flaky import Observed

__all__ = ["What", "accept"]

What = Literal["all", "new", "said"]
"""`all` that the builds said; what was accepted and, beside it, what is `new`; what was accepted and is still `said`."""


@dataclass(frozen=True)
class _Vote:
    """What one cell has for the baseline: an entry, and whether it was accepted before."""

    entry: Entry
    kept: bool


@dataclass
class _EntryVotes:
    """The votes for one entry, by cell, the newest cell's first."""

    votes: dict[str, _Vote] = field(default_factory=dict)


def accept(
    what: What,
    kept: Baseline,
    found: Mapping[str, Observed],
    cells: Sequence[str],
    anchors: Anchors,
    *,
    reason: str | None = None,
    was_read: Callable[[str | None], bool] = lambda path: True,
) -> Baseline:
    """Return the baseline that takes the place of `kept`.

    `found` is what the cells that were built whole said of one version of the tree, `anchors` are that version's. `cells`
    are all the cells of the tree, the oldest first: for those that `found` lacks, what `kept` accepts stays. What was
    accepted before keeps its reason; `reason` is that of what is new. `was_read` says of a path whether the builds read it:
    what is accepted of others stays, and what a restricted build leaves unjudged is not accepted.
    """
    renewed: dict[Entry, Entry] = {}
    votes: dict[str, list[_Vote]] = {}
    for cell in (name for name in cells if name in found):
        votes[cell] = _votes(what, kept.accepted(cell), found[cell], anchors, renewed, was_read)
    for cell in (name for name in cells if name not in found):
        votes[cell] = [_Vote(renewed.get(entry, entry), kept=True) for entry in kept.accepted(cell)]
    groups: list[_EntryVotes] = []
    for cell in reversed(cells):
        _join(groups, cell, votes[cell])
    return Baseline(tuple(_entry(group, cells, reason) for group in groups))


def _votes(
    what: What,
    kept: Sequence[Entry],
    found: Observed,
    anchors: Anchors,
    renewed: dict[Entry, Entry],
    was_read: Callable[[str | None], bool],
) -> list[_Vote]:
    """Return one cell's votes. Where all is written again, `renewed` takes what becomes of each kept entry."""
    come_and_go = {id(flaky.diagnostic) for flaky in found.flaky}
    paired = pair(kept, [*found.steady, *(flaky.diagnostic for flaky in found.flaky)], anchors)
    votes = []
    for item in paired.pairs:
        entry = item.entry
        if what == "all":
            flaky = entry.flaky or id(item.diagnostic) in come_and_go
            entry = replace(_fresh(item.diagnostic, anchors), flaky=flaky, reason=entry.reason)
            renewed.setdefault(item.entry, entry)
        votes.append(_Vote(entry, kept=True))
    if what != "said":
        fresh = ((_fresh(one, anchors), id(one) in come_and_go) for one in paired.new if not one.unjudged)
        votes += [_Vote(replace(entry, flaky=flaky), kept=False) for entry, flaky in fresh]
    for entry in paired.gone:
        if what == "new" or (what == "said" and entry.flaky) or not was_read(entry.path):
            votes.append(_Vote(entry, kept=True))
    return votes


def _fresh(diagnostic: Diagnostic, anchors: Anchors) -> Entry:
    anchor = anchors.of(diagnostic)
    return Entry(diagnostic.path, diagnostic.level, diagnostic.category, diagnostic.message, anchor=anchor)


def _join(groups: list[_EntryVotes], cell: str, votes: list[_Vote]) -> None:
    """Put each vote of a cell into the group of its entry, or into a new one; two votes of a cell are two entries.

    Cells report one mistake at either end of a block: such votes are for one entry, the newest cell's.
    """
    for same in (_exactly, _by_block):
        waiting: dict[Hashable, list[_EntryVotes]] = defaultdict(list)
        for group in groups:
            if cell not in group.votes:
                waiting[same(next(iter(group.votes.values())).entry)].append(group)
        left = []
        for vote in votes:
            fit = waiting[same(vote.entry)]
            if fit:
                fit.pop(0).votes[cell] = vote
            else:
                left.append(vote)
        votes = left
    groups += [_EntryVotes({cell: vote}) for vote in votes]


def _exactly(entry: Entry) -> Hashable:
    return (entry.path, message_keys.shared_key(entry.message), entry.anchor)


def _by_block(entry: Entry) -> Hashable:
    anchor = entry.anchor
    return (entry.path, message_keys.shared_key(entry.message), anchor and (anchor.section, anchor.block))


def _entry(group: _EntryVotes, cells: Sequence[str], reason: str | None) -> Entry:
    votes = list(group.votes.values())
    kept = [vote.entry for vote in votes if vote.kept]
    every = len(group.votes) == len(cells)
    return replace(
        votes[0].entry,
        cells=None if every else tuple(sorted(group.votes)),
        flaky=any(vote.entry.flaky for vote in votes),
        reason=next((entry.reason for entry in kept if entry.reason), None) if kept else reason,
    )
