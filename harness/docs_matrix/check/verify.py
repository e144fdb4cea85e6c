"""`check --verify`: the proof that our shortcuts lose no message.

Every version is built again without them (`docs_matrix.builds.order.Order.plain`): all documents, from nothing. Then the verdicts
of each cell are compared with those of the first answer. If the first answer read all documents, the two builds of a
version are compared as well: each line that they printed, and how they ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from docs_matrix.builds.result import Build
from docs_matrix.check.cell_build import CellBuild
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.read_set import ReadSet
from docs_matrix.comparison.judge import compare
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import CellResult, Judged, Run, Verdict
from docs_matrix.diagnostics.protocols import NoChanges

__all__ = ["differences", "disagreements", "print_differences", "verify"]

WHOLE = ReadSet(None, None, "all documents")


def verify(run: Run, runner: CellRunner, cells: Sequence[Cell]) -> tuple[str, ...]:
    """Return a line for each difference between `run`, the runner's answer, and the answer from plain builds."""
    subject = runner.subject
    plain = replace(runner, subject=replace(subject, read=WHOLE), repeat=1, plain=True)
    exact = plain.results(cells)
    restricted = subject.read.head is not None
    told = {cell.name: cell for cell in run.cells}
    lines = [f"{cell.name}: {line}" for cell in exact for line in disagreements(told[cell.name], cell, restricted)]
    if restricted or subject.reading:
        return tuple(lines)
    for cell in cells:
        for name, tree in (("base", subject.base), ("head", subject.head)):
            if tree is not None and told[cell.name].status == "ok":
                ours, theirs = runner.build(cell, tree, None, keep=True, warm=True), plain.build(cell, tree, None)
                lines += [f"{cell.name}: {name}: {line}" for line in _build_differences(ours, theirs)]
    return tuple(lines)


def _build_differences(ours: CellBuild, plain: CellBuild) -> tuple[str, ...]:
    if ours.made is None or plain.made is None or ours.status != plain.status:
        return (f"the build is {ours.status}, and {plain.status} when built plainly",)
    return print_differences(ours.made.build, plain.made.build)


def print_differences(ours: Build, plain: Build) -> tuple[str, ...]:
    """Return a line for each message that two builds of one version do not both print.

    A duplicate can be reported at either of its two places; both count as the same message.
    """
    mine, others = _without(ours.diagnostics, plain.diagnostics), _without(plain.diagnostics, ours.diagnostics)
    lines = list[str]()
    for item in compare(mine, others, NoChanges()):
        before, after = (item.base, item.diagnostic) if item.verdict is Verdict.KNOWN else (None, None)
        if item.verdict is Verdict.NEW:
            lines.append(f"printed only when built plainly: {_first(item.diagnostic.printed)}")
        elif item.verdict is Verdict.FIXED:
            lines.append(f"not printed when built plainly: {_first(item.diagnostic.printed)}")
        elif before and after and item.how != "duplicate":
            lines.append(f"printed as {_first(after.printed)} when built plainly, else as {_first(before.printed)}")
    here, there = Counter(ours.unclassified), Counter(plain.unclassified)
    lines += [f"not printed when built plainly: {_first(text)}" for text in (here - there).elements()]
    lines += [f"printed only when built plainly: {_first(text)}" for text in (there - here).elements()]
    return tuple(lines)


def _without(some: Iterable[Diagnostic], others: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return those of `some` whose printed text `others` do not have, or have fewer times."""
    have = Counter(diagnostic.printed for diagnostic in others)
    left = []
    for diagnostic in some:
        have[diagnostic.printed] -= 1
        if have[diagnostic.printed] < 0:
            left.append(diagnostic)
    return left


def _first(text: str) -> str:
    return text.strip().partition("\n")[0]


def disagreements(told: CellResult, exact: CellResult, restricted: bool) -> tuple[str, ...]:
    """Return a line for each difference between two answers of a cell.

    If the read set of the first was `restricted`, messages that it left unjudged or could not have are no difference.
    """
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
    """Return the messages that two builds of the same tree do not both have: `new` is only in `after`, `fixed` only in `before`.

    The two places of a duplicate count as the same message. The flag `unjudged` is ignored.
    """
    one, other = ([replace(diagnostic, unjudged=False) for diagnostic in side] for side in (before, after))
    return tuple(item for item in compare(one, other, NoChanges()) if not _same(item))


def _same(item: Judged) -> bool:
    """Return whether both builds have the message in the same place; for a duplicate, at either of its places."""
    return item.verdict is Verdict.KNOWN and (
        item.how == "duplicate" or (item.base is not None and item.base.line == item.diagnostic.line)
    )


def _among(diagnostic: Diagnostic, others: Sequence[Diagnostic]) -> bool:
    return any(
        (one.path, one.line, one.message) == (diagnostic.path, diagnostic.line, diagnostic.message) for one in others
    )
