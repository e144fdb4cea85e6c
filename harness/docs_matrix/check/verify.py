"""`check --verify`: the proof that nothing is lost by a shortcut of ours.

Every version is built again plainly (`docs_matrix.builds.order.Order.plain`): all of its documents, from nothing. What each
cell says then is compared with what it was judged by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.read_set import ReadSet
from docs_matrix.comparison.judge import compare
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import CellResult, Judged, Run, Verdict
from docs_matrix.diagnostics.protocols import NoChanges

__all__ = ["differences", "disagreements", "verify"]

WHOLE = ReadSet(None, None, "all documents")


def verify(run: Run, runner: CellRunner, cells: Sequence[Cell]) -> tuple[str, ...]:
    """Return where `run`, the runner's answer, is not what plain builds of all documents say; a line each."""
    subject = runner.subject
    exact = replace(runner, subject=replace(subject, read=WHOLE), repeat=1, plain=True).results(cells)
    restricted = subject.read.head is not None
    told = {cell.name: cell for cell in run.cells}
    return tuple(f"{cell.name}: {line}" for cell in exact for line in disagreements(told[cell.name], cell, restricted))


def disagreements(told: CellResult, exact: CellResult, restricted: bool) -> tuple[str, ...]:
    """Where the two answers of a cell differ; what a `restricted` read set left open, or did not read, is no answer."""
    if told.status != exact.status:
        return (f"is {told.status}, and {exact.status} when all documents are read",)
    lines: list[str] = []
    verdicts = [verdict for verdict in Verdict if not (restricted and verdict in (Verdict.KNOWN, Verdict.UNJUDGED))]
    left_open = [item.diagnostic for item in told.judged if item.verdict is Verdict.UNJUDGED]
    for verdict in verdicts:
        before, after = ([item.diagnostic for item in cell.judged if item.verdict is verdict] for cell in (told, exact))
        for item in differences(before, after):
            if item.verdict is Verdict.FIXED:
                lines.append(f"{verdict}, but not when all is built from nothing: {item.diagnostic}")
            elif not (restricted and _among(item.diagnostic, left_open)):
                lines.append(f"{verdict} only when all is built from nothing: {item.diagnostic}")
    return tuple(lines)


def differences(before: Sequence[Diagnostic], after: Sequence[Diagnostic]) -> tuple[Judged, ...]:
    """What two builds of the same tree do not both say: `new` is in `after` alone, `fixed` in `before` alone.

    The two ends of a duplicate are one; whether a message is left open by a read set is nothing that was said.
    """
    one, other = ([replace(diagnostic, unjudged=False) for diagnostic in side] for side in (before, after))
    return tuple(item for item in compare(one, other, NoChanges()) if not _same(item))


def _same(item: Judged) -> bool:
    """Whether both builds say it, in the same place; of a duplicate, at either end."""
    return item.verdict is Verdict.KNOWN and (
        item.how == "duplicate" or (item.base is not None and item.base.line == item.diagnostic.line)
    )


def _among(diagnostic: Diagnostic, others: Sequence[Diagnostic]) -> bool:
    return any(
        (one.path, one.line, one.message) == (diagnostic.path, diagnostic.line, diagnostic.message) for one in others
    )
