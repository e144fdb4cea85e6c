"""Compare messages of a report that no cell has with the tree's own checks: `W=1` kernel-doc, missing files, the ABI, bindings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.lanes import Lanes
from docs_matrix.config.tree_check import matches
from docs_matrix.diagnostics.findings import LANE, CellResult
from docs_matrix.diagnostics.notes import Note
from docs_matrix.questions.reproduce import judging
from docs_matrix.questions.reproduce.reproduction import ToldMessage

__all__ = ["with_checks"]


def with_checks(
    told: Sequence[ToldMessage], runner: CellRunner, exact: Collection[str]
) -> tuple[tuple[ToldMessage, ...], tuple[Note, ...]]:
    """Return `told` with the results of checks for messages that no cell has, and a note for each check that could not run.

    `exact` are the paths of files that are byte for byte those of the report. Nothing runs if cells have all messages.
    """
    waiting = [at for at, one in enumerate(told) if not one.cells]
    if not waiting:
        return tuple(told), ()
    files = frozenset(told[at].message.path or "" for at in waiting)
    lanes = [Lanes(runner, files).result(check) for check in runner.subject.checks]
    ran = [lane for lane in lanes if lane.status == "ok"]
    wanted = [told[at].message for at in waiting]
    seen = {lane.name: judging.seen_in(wanted, lane.judged) for lane in ran}
    answer = list(told)
    for number, at in enumerate(waiting):
        here = {name: found for name, said in seen.items() if (found := said[number])}
        if here:
            standing = judging.standing(here, based=runner.subject.base is not None)
            answer[at] = ToldMessage(told[at].message, standing, here, judged=True)
        elif reader := _reader(told[at], runner, ran):
            reason = f"{reader} reads its file, and does not say it"
            answer[at] = replace(told[at], standing="absent", judged=told[at].message.path in exact, reason=reason)
    return tuple(answer), tuple(Note("not run", (lane.name, lane.reason or "")) for lane in lanes if lane not in ran)


def _reader(one: ToldMessage, runner: CellRunner, ran: Sequence[CellResult]) -> str | None:
    """Return the lane of the check that reads the file of a message, if there is one and the tree has the file."""
    names = [lane.name for lane in ran]
    path = one.message.path
    if path is None or path not in runner.bench.trees.entries(runner.subject.head):
        return None
    found = (check for check in runner.subject.checks if check.files and matches(path, check.files))
    return next((f"{LANE}{check.name}" for check in found if f"{LANE}{check.name}" in names), None)
