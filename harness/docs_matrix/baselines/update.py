"""Makes a new baseline from the builds of a tree and the old baseline."""

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

__all__ = ["Acceptance", "accept"]

Acceptance = Literal["all", "new", "said"]
"""What the new baseline accepts.

- `all`: all diagnostics of the builds
- `new`: all old entries and the new diagnostics
- `said`: only the old entries whose diagnostic still appears
"""


@dataclass(frozen=True)
class _Vote:
    """The vote of one cell: an entry, and whether it was accepted before."""

    entry: Entry
    kept: bool


@dataclass
class _EntryVotes:
    """The votes for one entry, by cell, the newest cell first."""

    votes: dict[str, _Vote] = field(default_factory=dict)


def accept(
    acceptance: Acceptance,
    kept: Baseline,
    found: Mapping[str, Observed],
    cells: Sequence[str],
    anchors: Anchors,
    *,
    reason: str | None = None,
    was_read: Callable[[str | None], bool] = lambda path: True,
) -> Baseline:
    """Return the baseline that replaces `kept`.

    - `found` has the diagnostics of each cell whose build was complete, all for one version of the tree. `anchors` are those of
      this version.
    - `cells` are all cells of the tree, the oldest first. For cells that are not in `found`, the old entries stay.
    - An entry that was accepted before keeps its reason. `reason` is the reason for new entries.
    - `was_read` says whether the builds read a path. Entries of other paths stay, and a diagnostic that is unjudged because
      documents were not read is not accepted.
    """
    renewed: dict[Entry, Entry] = {}
    votes: dict[str, list[_Vote]] = {}
    for cell in (name for name in cells if name in found):
        votes[cell] = _votes(acceptance, kept.accepted(cell), found[cell], anchors, renewed, was_read)
    for cell in (name for name in cells if name not in found):
        votes[cell] = [_Vote(renewed.get(entry, entry), kept=True) for entry in kept.accepted(cell)]
    groups: list[_EntryVotes] = []
    for cell in reversed(cells):
        _join(groups, cell, votes[cell])
    return Baseline(tuple(_entry(group, cells, reason) for group in groups))


def _votes(
    acceptance: Acceptance,
    kept: Sequence[Entry],
    found: Observed,
    anchors: Anchors,
    renewed: dict[Entry, Entry],
    was_read: Callable[[str | None], bool],
) -> list[_Vote]:
    """Return the votes of one cell. If all is accepted again, `renewed` gets the new entry for each old one."""
    come_and_go = {id(flaky.diagnostic) for flaky in found.flaky}
    paired = pair(kept, [*found.steady, *(flaky.diagnostic for flaky in found.flaky)], anchors)
    votes = []
    for item in paired.pairs:
        entry = item.entry
        if acceptance == "all":
            flaky = entry.flaky or id(item.diagnostic) in come_and_go
            entry = replace(_fresh(item.diagnostic, anchors), flaky=flaky, reason=entry.reason)
            renewed.setdefault(item.entry, entry)
        votes.append(_Vote(entry, kept=True))
    if acceptance != "said":
        fresh = ((_fresh(one, anchors), id(one) in come_and_go) for one in paired.new if not one.unjudged)
        votes += [_Vote(replace(entry, flaky=flaky), kept=False) for entry, flaky in fresh]
    for entry in paired.gone:
        if acceptance == "new" or (acceptance == "said" and entry.flaky) or not was_read(entry.path):
            votes.append(_Vote(entry, kept=True))
    return votes


def _fresh(diagnostic: Diagnostic, anchors: Anchors) -> Entry:
    anchor = anchors.of(diagnostic)
    return Entry(diagnostic.path, diagnostic.level, diagnostic.category, diagnostic.message, anchor=anchor)


def _join(groups: list[_EntryVotes], cell: str, votes: list[_Vote]) -> None:
    """Put each vote of a cell into the group of its entry, or into a new group. Two votes of one cell are always two entries.

    Cells can report one mistake at the first or the last line of a block. Such votes are for one entry, in the form of the
    newest cell.
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
