"""The verbs `baseline write` and `baseline prune`: make a baseline from the diagnostics of a tree's builds.

If the build of a cell did not finish, the accepted diagnostics of this cell stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from docs_matrix.baselines import update
from docs_matrix.baselines.baseline_file import Baseline, Entry
from docs_matrix.baselines.update import Acceptance
from docs_matrix.builds.runner import Made
from docs_matrix.check.cell_build import CellBuild
from docs_matrix.check.cell_judge import observed
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.lanes import Lanes, accepted_of
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.cell_age import age
from docs_matrix.diagnostics.findings import CellResult, is_lane
from docs_matrix.diagnostics.flaky import Observed
from docs_matrix.diagnostics.network import without_network

__all__ = ["Accepted", "accept"]


@dataclass(frozen=True)
class Accepted:
    """The new baseline `now`, which replaces the content of the file; `cells` and `lanes` say how each build and check ended."""

    now: Baseline
    cells: Mapping[str, CellBuild]
    lanes: tuple[CellResult, ...] = ()
    of_network: int = 0
    """The number of messages that are not accepted because an inventory of another project could not be fetched."""

    @property
    def built(self) -> tuple[str, ...]:
        """The names of the cells whose builds finished: `now` is made from them."""
        return tuple(name for name, one in self.cells.items() if one.status == "ok")

    @property
    def failures(self) -> dict[str, str]:
        """The reason for each other cell and lane that has no answer: a build that failed, a missing interpreter."""
        cells = {name: one.failure for name, one in self.cells.items() if one.status != "ok"}
        return cells | {lane.name: f"{lane.status}: {lane.reason}" for lane in self.lanes if lane.status != "ok"}


def accept(
    acceptance: Acceptance,
    kept: Baseline,
    runner: CellRunner,
    cells: Sequence[Cell],
    every: Sequence[Cell],
    *,
    reason: str | None = None,
) -> Accepted:
    """Build the runner's subject in `cells`, run its checks, and return the baseline that accepts their diagnostics.

    `acceptance` says whether they replace the entries of `kept`, are added to them, or only remove entries. `every` are the tree's
    cells. `cells` and `every` may be in any order. An entry has the form in which the newest release prints the diagnostic.
    """
    found = {}
    whole: list[Made] = []
    network: set[tuple[str | None, int | None, str]] = set()
    ended = {one.cell.name: one for one in runner.heads(cells)}
    for name, one in ended.items():
        if one.made and one.status == "ok":
            seen = observed(one.made)
            found[name] = without_network(seen)
            network |= {(each.path, each.line, each.message) for each in seen.steady if each.of_network}
            whole.append(one.made)
        runner.progress.done(name, one.failure or "built")
    of_lanes = frozenset(entry for entry in kept.entries if entry.cells and all(map(is_lane, entry.cells)))
    of_cells = Baseline(tuple(entry for entry in kept.entries if entry not in of_lanes))
    now = update.accept(
        acceptance,
        of_cells,
        found,
        [cell.name for cell in sorted(every, key=age)],
        runner.judge.anchors,
        reason=reason,
        was_read=lambda path: any(runner.judge.was_read(path, made) for made in whole),
    )
    lanes, entries = _accept_lanes(acceptance, kept, runner, reason)
    unknown = tuple(entry for entry in of_lanes if not {lane.name for lane in lanes}.intersection(entry.cells or ()))
    every_entry = (*(now if found else of_cells).entries, *entries, *unknown)
    return Accepted(Baseline(every_entry), ended, lanes, len(network))


def _accept_lanes(
    acceptance: Acceptance, kept: Baseline, runner: CellRunner, reason: str | None
) -> tuple[tuple[CellResult, ...], tuple[Entry, ...]]:
    """Return the lanes of the subject's checks, and the new entries of these lanes.

    If a check could not run, or read no file, its entries stay as they are.
    """
    lanes, entries = [], list[Entry]()
    for check in runner.subject.checks:
        lane, diagnostics = Lanes(runner).said(check)
        before = accepted_of(kept, lane.name)
        lanes.append(lane)
        if lane.status == "ok" and lane.read:
            seen = {lane.name: Observed(diagnostics)}
            now = update.accept(acceptance, Baseline(before), seen, [lane.name], runner.judge.anchors, reason=reason)
            before = tuple(replace(entry, cells=(lane.name,)) for entry in now.entries)
        entries += before
    return tuple(lanes), tuple(entries)
