"""The question `check`: which diagnostics of a tree are new, in which cells.

A run goes in steps: resolve the subject, provide the environments, build base and head in every cell, compare, merge.
The work of all cells is one pool over the cores; a cell whose environment or build fails harms no other.
"""

from __future__ import annotations

import math
import posixpath
import re
import time
from collections.abc import Sequence
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from docs_matrix import process
from docs_matrix.baselines import baseline_file
from docs_matrix.baselines.accepted import compare_with_accepted
from docs_matrix.baselines.anchors import Anchors
from docs_matrix.builds import host_tools, recipes
from docs_matrix.builds.order import Order, Scope
from docs_matrix.builds.runner import Made
from docs_matrix.check import revision_records
from docs_matrix.check.confirm import Confirmed, confirm, trying_apart
from docs_matrix.check.subject import Subject
from docs_matrix.check.texts import TreeSources, text_of
from docs_matrix.check.workbench import Bench, Provided
from docs_matrix.comparison.judge import compare
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import CellResult, CellStatus, Judged, Run, Verdict
from docs_matrix.diagnostics.flaky import Comparison, Observed, compare_observed, observe
from docs_matrix.diagnostics.merge_cells import merge
from docs_matrix.diagnostics.protocols import NoChanges
from docs_matrix.errors import HarnessError, MissingInterpreterError

__all__ = ["Progress", "anchors_of", "check", "comparison_of", "exit_status", "heads", "observed", "was_read"]

SLOW = 10.0
"""Seconds of a build from which on it is said what it took last time."""


class Progress(Protocol):
    """Who is told how the cells of a run get on; called from several threads."""

    def update(self, cell: str, text: str) -> None:
        """`cell` has come to `text`."""
        ...

    def done(self, cell: str, text: str) -> None:
        """`cell` has ended with `text`."""
        ...


@dataclass(frozen=True)
class _Task:
    """What is under way for a cell."""

    cell: Cell
    provided: Future[Provided]
    base: Future[Made] | None
    head: Future[Made]


def check(
    subject: Subject,
    cells: Sequence[Cell],
    bench: Bench,
    *,
    jobs: int,
    progress: Progress,
    repeat: int = 1,
    afresh: bool = False,
) -> Run:
    """Build `subject` in `cells`, at most `jobs` builds at a time, and judge what they say.

    Each build is observed `repeat` times at least: what equal builds do not all say is flaky. `afresh` has no build start
    from another's warm state.
    """
    comparison = comparison_of(subject, bench)
    accepted = baseline_file.read(subject.baseline) if subject.baseline else baseline_file.Baseline()
    anchors = anchors_of(subject, bench)
    host_tools.require_tools(subject.recipe)
    with process.workers(jobs) as pool:
        provided = [pool.submit(_provide, cell, subject, bench, progress) for cell in cells]
        tasks = _start(cells, provided, subject, bench, pool, progress, repeat, afresh=afresh)
        judged = [_judge(task, subject, comparison, accepted, anchors) for task in tasks]
        confirmed = [
            pool.submit(_confirm, result, task, subject, comparison, bench, progress)
            for task, result in zip(tasks, judged, strict=True)
        ]
        results = tuple(future.result() for future in confirmed)
    return assemble(subject, results, bench)


def assemble(subject: Subject, results: Sequence[CellResult], bench: Bench) -> Run:
    """The run that `results` make: their findings merged, with the sources that these name."""
    findings = merge(results)
    named = {finding.path for finding in findings if finding.path and finding.verdict is not Verdict.FIXED}
    sources = {path: text for path in sorted(named) if (text := _source(subject, path, bench)) is not None}
    return Run(
        tree=subject.name,
        identity=subject.head.identity,
        base=subject.against,
        base_identity=subject.base.identity if subject.base else None,
        cells=tuple(results),
        findings=findings,
        patches=subject.patches,
        docs=subject.read.words,
        notes=subject.notes,
        sources=sources,
        tested=subject.tested,
    )


def exit_status(run: Run, *, named: Sequence[str], ci: bool, ratchet: bool = False) -> int:
    """What `check` ends with: 3 where a cell could not be built, else 1 where something is new, else 0.

    A skipped cell counts as one that could not be built where no cell was built, where the user named it, or in CI. With
    `ratchet`, 1 also where an accepted diagnostic is fixed: the baseline has to shrink with it.
    """
    skipped = [cell.name for cell in run.cells if cell.status == "skipped"]
    if any(cell.status in ("failed", "timeout") for cell in run.cells):
        return 3
    if skipped and (ci or len(skipped) == len(run.cells) or set(skipped) & set(named)):
        return 3
    return 1 if run.count(Verdict.NEW) or (ratchet and run.count(Verdict.FIXED)) else 0


def _provide(cell: Cell, subject: Subject, bench: Bench, progress: Progress) -> Provided:
    progress.update(cell.name, "environment")
    return bench.provide(cell, subject.requirements)


def _start(
    cells: Sequence[Cell],
    provided: Sequence[Future[Provided]],
    subject: Subject,
    bench: Bench,
    pool: ThreadPoolExecutor,
    progress: Progress,
    repeat: int,
    *,
    afresh: bool = False,
) -> list[_Task]:
    """Queue the builds behind all environments, and the heads behind all bases: what waits for another never blocks it.

    What took longest last time comes first; what never was built comes before all that was.
    """

    apart = trying_apart(subject.read)

    def build(cell: Cell, ready: Future[Provided], base: Future[Made] | None = None) -> Made:
        environment = ready.result().environment
        if base is None and subject.base is not None:
            reading = subject.reading or apart[0]
            order = Order(environment, subject.base, subject.recipe, subject.read.base, reading, keep=True)
        else:
            if base is not None and subject.read.head is None:
                progress.update(cell.name, "waiting for its base")
                futures.wait([base])
            start = None if afresh else subject.base
            reading = subject.reading or apart[1]
            order = Order(environment, subject.head, subject.recipe, subject.read.head, reading, base=start)
        last = bench.runner.expected(order.tree.lineage, cell.name, order.recipe, order.scope)
        took = f", {last.seconds:.0f} s last time" if last and last.seconds >= SLOW else ""
        progress.update(cell.name, f"{'head' if order.tree is subject.head else 'base'}{took}")
        made = bench.runner.build(order, times=repeat)
        revision_records.remember(made, order, cell.name, subject, bench.store)
        return made

    def seconds(pair: tuple[Cell, Future[Provided]]) -> float:
        scope: Scope = "whole" if subject.read.head is None else "some"
        last = bench.runner.expected(subject.head.lineage, pair[0].name, subject.recipe, scope)
        return last.seconds if last else math.inf

    pairs = sorted(zip(cells, provided, strict=True), key=seconds, reverse=True)
    bases = [pool.submit(build, *pair) if subject.base else None for pair in pairs]
    heads = [pool.submit(build, *pair, base) for pair, base in zip(pairs, bases, strict=True)]
    tasks = {pair[0].name: _Task(*pair, base, head) for pair, base, head in zip(pairs, bases, heads, strict=True)}
    return [tasks[cell.name] for cell in cells]


def _judge(
    task: _Task,
    subject: Subject,
    comparison: Comparison,
    accepted: baseline_file.Baseline,
    anchors: Anchors,
) -> CellResult:
    """Wait for a cell's builds and compare them; whatever goes wrong is this cell's status."""
    cell = task.cell
    result = CellResult(cell.name, cell.python, cell.docutils, cell.sphinx, "ok")
    started = time.monotonic()
    try:
        provided = task.provided.result()
        base = task.base.result() if task.base else None
        head = task.head.result()
    except MissingInterpreterError as error:
        result = replace(result, status="skipped", reason=str(error))
    except HarnessError as error:
        result = replace(result, status="failed", reason=str(error))
    else:
        result = _compared(result, base, head, subject, comparison, accepted, anchors)
        cold = (f"the head was built from nothing: {head.build.cold}",) if head.build.cold else ()
        result = replace(result, notices=(*provided.notices, *cold), lock=provided.environment.lock.digest)
    return replace(result, seconds=result.seconds or time.monotonic() - started)


def _confirm(
    result: CellResult, task: _Task, subject: Subject, comparison: Comparison, bench: Bench, progress: Progress
) -> CellResult:
    """`result` with what is new or fixed confirmed by reading apart, where it may depend on what was read before."""
    if result.status == "ok":
        progress.update(task.cell.name, "confirming")
        try:
            found = confirm(
                result.judged,
                task.base.result() if task.base else None,
                task.head.result(),
                subject=subject,
                environment=task.provided.result().environment,
                comparison=comparison,
                bench=bench,
            )
        except HarnessError as error:
            found = Confirmed(result.judged, notice=f"what is new or fixed could not be read apart: {error}")
        now = [build for made in found.made for build in made.now]
        result = replace(
            result,
            judged=found.judged,
            notices=(*result.notices, found.notice) if found.notice else result.notices,
            seconds=result.seconds + sum(build.seconds for build in now),
            cpu_seconds=result.cpu_seconds + sum(build.cpu_seconds for build in now),
            built=result.built + len(now),
        )
    progress.done(task.cell.name, _in_words(result))
    return result


def _compared(
    result: CellResult,
    base: Made | None,
    head: Made,
    subject: Subject,
    comparison: Comparison,
    accepted: baseline_file.Baseline,
    anchors: Anchors,
) -> CellResult:
    made = [build for build in (base, head) if build]
    status, reason = _worst(base, head)
    judged: tuple[Judged, ...] = ()
    if status == "ok":
        said = observed(head)
        if base:
            judged = compare_observed(observed(base), said, comparison)
        else:
            judged = compare_with_accepted(accepted.accepted(result.name), said, anchors, str(subject.baseline or ""))
            judged = tuple(
                item
                for item in judged
                if item.verdict is not Verdict.FIXED or was_read(item.diagnostic.path, head, subject)
            )
    return replace(
        result,
        python=head.build.python or result.python,
        docutils=head.build.docutils or result.docutils,
        sphinx=head.build.sphinx or result.sphinx,
        status=status,
        reason=reason,
        judged=judged,
        read=len(head.build.read if head.build.resumed is None else head.build.resumed),
        documents=head.build.documents,
        unclassified=head.build.unclassified,
        seconds=sum(now.seconds for build in made for now in build.now),
        cpu_seconds=sum(now.cpu_seconds for build in made for now in build.now),
        built=sum(len(build.now) for build in made),
        log="".join(f"# {name}\n{build.log}\n" for name, build in (("base", base), ("head", head)) if build),
    )


def comparison_of(subject: Subject, bench: Bench) -> Comparison:
    """How the head's diagnostics are judged by those of the base: through the change between the two, and their texts."""
    if subject.base is None:
        return partial(compare, changes=NoChanges())
    sources = TreeSources(bench.trees, subject.base, subject.head)
    changes = bench.trees.changes(subject.base, subject.head)
    return partial(compare, changes=changes, sources=sources, closed=subject.read.closed)


def observed(made: Made) -> Observed:
    """What the equal builds of `made` said: what is steady in them, and what is flaky."""

    def same(before: Sequence[Diagnostic], now: Sequence[Diagnostic]) -> tuple[Judged, ...]:
        return compare(before, now, NoChanges())

    return observe([build.diagnostics for build in made.observations], same)


def anchors_of(subject: Subject, bench: Bench) -> Anchors:
    """The anchors of the head's sources."""
    return Anchors(lambda path: _source(subject, path, bench))


def was_read(path: str | None, head: Made, subject: Subject) -> bool:
    """Whether the head's build could have said an accepted message at `path`: one of an unread document is absent, not
    fixed."""
    if subject.read.head is None:
        return True
    read = {recipes.in_tree(subject.recipe, name) for name in head.build.read}
    return path is not None and posixpath.splitext(path)[0] in read


_LACKING = re.compile(r"ModuleNotFoundError|PackageNotFoundError|Could not import extension|No module named")
"""How Python and Sphinx say that a package is not installed; a tree without a configuration names none."""


def _worst(base: Made | None, head: Made) -> tuple[CellStatus, str | None]:
    for name, made in (("head", head), ("base", base)):
        if made and made.build.status != "ok":
            advice = "name what it needs by --requirement: " if _LACKING.search(made.build.reason or "") else ""
            return made.build.status, f"the {name}'s build: {advice}{made.build.reason}"
    return "ok", None


def _in_words(result: CellResult) -> str:
    if result.status != "ok":
        return f"{result.status}: {result.reason}"
    counts = [f"{count} {verdict}" for verdict in Verdict if (count := result.count(verdict))]
    return ", ".join(counts) or "no diagnostics"


def _source(subject: Subject, path: str, bench: Bench) -> str | None:
    return text_of(bench.trees, subject.head, path)


def heads(
    subject: Subject, cells: Sequence[Cell], bench: Bench, *, jobs: int, progress: Progress, repeat: int = 1
) -> dict[str, Made | HarnessError]:
    """The head's build in each of `cells`, by name, observed `repeat` times; or why it could not take place."""
    host_tools.require_tools(subject.recipe)
    made: dict[str, Made | HarnessError] = {}
    with process.workers(jobs) as pool:
        provided = [pool.submit(_provide, cell, subject, bench, progress) for cell in cells]
        tasks = _start(cells, provided, subject, bench, pool, progress, repeat)
        for task in tasks:
            try:
                made[task.cell.name] = task.head.result()
            except HarnessError as error:
                made[task.cell.name] = error
    return made
