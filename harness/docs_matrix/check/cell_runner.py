"""The pipeline of one cell: make its environment, build, turn every failure into a status, judge, confirm.

All questions build through `CellRunner`. So failures, notices, and messages that depend on the order of reading mean the same in
each question.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

from docs_matrix import process
from docs_matrix.builds import host_tools
from docs_matrix.builds.order import Order, Reading, Scope
from docs_matrix.builds.runner import Made
from docs_matrix.check import revision_records
from docs_matrix.check.cell_build import CellBuild
from docs_matrix.check.cell_judge import CellJudge
from docs_matrix.check.confirm import confirm, read_alone_first
from docs_matrix.check.progress import Progress
from docs_matrix.check.subject import Subject, equip
from docs_matrix.check.workbench import Prepared, Workbench
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.findings import REQUIREMENTS, CellResult, Verdict
from docs_matrix.diagnostics.merge_documents import merge_documents
from docs_matrix.errors import HarnessError, unexpected
from docs_matrix.trees import Tree

__all__ = ["CellRunner"]

SLOW = 10.0
"""Seconds. If a build took longer than this last time, the progress shows how long it took."""


@dataclass(frozen=True)
class CellRunner:
    """Runs the cells of a matrix on one subject, at most `jobs` builds at a time.

    Each build runs at least `repeat` times: a message that is not in all of these runs is flaky. With `plain`, a build of all
    documents uses no shortcut of ours (`Order.plain`). An error in a cell becomes the status of that cell, and stops no other.
    """

    subject: Subject
    bench: Workbench
    jobs: int
    progress: Progress
    repeat: int = 1
    plain: bool = False

    def on(self, subject: Subject) -> CellRunner:
        """Return a runner with the same settings for another subject."""
        return replace(self, subject=subject)

    # ---- provide and build -------------------------------------------------------------------------------------------

    def build(
        self,
        cell: Cell,
        tree: Tree,
        documents: tuple[str, ...] | None,
        reading: Reading | None = None,
        *,
        keep: bool = False,
        warm: bool = False,
        base: Tree | None = None,
        doing: str = "building",
        times: int = 1,
        record: bool = False,
    ) -> CellBuild:
        """Build `documents` of `tree` in `cell`. The build runs `times` times.

        An exception is not raised: it becomes the `error` of the result. `reading`, `keep` and `warm` are as in `Order`. `base` is
        the version whose requirements are compared with the tree's. `doing` is the text for the progress. `record` writes a
        record of the build for the question `history`.
        """
        started = time.monotonic()
        provided: Prepared | None = None
        made: Made | None = None
        stopped: HarnessError | None = None
        try:
            self.progress.update(cell.name, "environment")
            provided = self._equipped(cell, tree, base)
            order = Order(
                provided.environment,
                provided.tree,
                self.subject.recipe,
                documents,
                reading,
                keep=keep,
                warm=warm,
                packages=provided.packages,
            )
            if self.plain and documents is None and reading is None:
                order = replace(order, keep=False, warm=False, plain=True)
            last = self.bench.runner.expected_of(order)
            took = f", {last.seconds:.0f} s last time" if last and last.seconds >= SLOW else ""
            doing = f"{doing}{took}"
            self.progress.update(cell.name, doing)
            order = replace(order, hear=lambda words: self.progress.detail(cell.name, f"{doing}: {words}"))
            made = self.bench.runner.build(order, times=times)
            if record:
                revision_records.write_record(made, order, cell.name, self.subject, self.bench.store)
        except HarnessError as error:
            made, stopped = None, error
        except Exception as error:
            made, stopped = None, unexpected(error)
        return CellBuild(cell, provided, made, stopped, time.monotonic() - started)

    def _equipped(self, cell: Cell, tree: Tree, base: Tree | None) -> Prepared:
        """Return the environment for `tree`, with a notice if `base` has other requirements."""

        def of(version: Tree) -> Prepared:
            return equip(self.subject, self.bench, cell, version)

        head = of(tree)
        differing = _difference(of(base).environment.lock.packages, head.environment.lock.packages) if base else ""
        if not differing:
            return head
        notice = f"base and head have different requirements, each has its environment: {differing}"
        return replace(head, notices=(*head.notices, notice))

    def heads(self, cells: Sequence[Cell]) -> tuple[CellBuild, ...]:
        """Build the subject's head in each of `cells`."""
        host_tools.require_tools(self.subject.recipe)
        with process.workers(self.jobs) as pool:
            return tuple(head.result() for _, head in self._versions(cells, pool))

    def results(self, cells: Sequence[Cell]) -> tuple[CellResult, ...]:
        """Build base and head in each of `cells`, judge the head's diagnostics, and confirm the verdicts."""
        host_tools.require_tools(self.subject.recipe)
        with process.workers(self.jobs) as pool:
            ended = []
            for base, head in self._versions(cells, pool):
                ended.append(pool.submit(self._end, base.result() if base else None, head.result()))
            return tuple(future.result() for future in ended)

    def _versions(
        self, cells: Sequence[Cell], pool: ThreadPoolExecutor
    ) -> list[tuple[Future[CellBuild] | None, Future[CellBuild]]]:
        """Queue all bases, then all heads. So a head that waits for its base never takes the place of the base.

        The cells whose builds took longest last time come first; before them, cells that were never built.
        """
        subject = self.subject
        alone = read_alone_first((subject.read.base, subject.read.head), subject.read.try_alone)
        readings = [subject.reading or one for one in alone]

        def base(cell: Cell, tree: Tree) -> CellBuild:
            times = self.repeat
            return self.build(
                cell,
                tree,
                subject.read.base,
                readings[0],
                keep=True,
                warm=True,
                doing="base",
                times=times,
                record=True,
            )

        def head(cell: Cell, before: Future[CellBuild] | None) -> CellBuild:
            if before is not None and subject.read.head is None:
                self.progress.update(cell.name, "waiting for its base")
                futures.wait([before])
            return self.build(
                cell,
                subject.head,
                subject.read.head,
                readings[1],
                keep=True,
                warm=True,
                base=subject.base,
                doing="head",
                times=self.repeat,
                record=True,
            )

        def seconds(cell: Cell) -> float:
            scope: Scope = "whole" if subject.read.head is None else "some"
            last = self.bench.runner.expected(subject.head.lineage, cell.name, subject.recipe, scope)
            return last.seconds if last else math.inf

        ordered = sorted(cells, key=seconds, reverse=True)
        bases = [pool.submit(base, cell, subject.base) if subject.base else None for cell in ordered]
        heads = [pool.submit(head, *pair) for pair in zip(ordered, bases, strict=True)]
        pairs = dict(zip((cell.name for cell in ordered), zip(bases, heads, strict=True), strict=True))
        return [pairs[cell.name] for cell in cells]

    # ---- judge and confirm -------------------------------------------------------------------------------------------

    @cached_property
    def judge(self) -> CellJudge:
        """The judge of each cell's builds."""
        return CellJudge(self.subject, self.bench.trees)

    def confirm(self, result: CellResult, base: CellBuild | None, head: CellBuild) -> CellResult:
        """Read the documents of new and fixed messages again, and return `result` with the confirmed verdicts.

        A message that does not show again depends on the order of reading: it becomes flaky.
        """
        if result.status != "ok" or head.made is None:
            return result
        self.progress.update(result.name, "confirming")
        cell = head.cell

        def read_apart(tree: Tree, documents: tuple[str, ...], reading: Reading) -> CellBuild:
            return self.build(cell, tree, documents, reading, doing="confirming")

        found = confirm(
            result.judged,
            base.made if base else None,
            head.made,
            subject=self.subject,
            comparison=self.judge.comparison,
            trees=self.bench.trees,
            read_apart=read_apart,
        )
        now = [build for one in found.built for build in one.now]
        return replace(
            result,
            judged=found.judged,
            notices=(*result.notices, found.notice) if found.notice else result.notices,
            seconds=result.seconds + sum(build.seconds for build in now),
            cpu_seconds=result.cpu_seconds + sum(build.cpu_seconds for build in now),
            built=result.built + len(now),
        )

    def mark_requirements(self, result: CellResult, base: CellBuild | None, head: CellBuild) -> CellResult:
        """Return `result` with a `reason` on each new diagnostic that is due to packages in which head and base differ.

        For this the base is built once more, in the head's environment. A new diagnostic that this build has too does not come from
        the text.
        """
        new = {item.diagnostic for item in result.judged if item.verdict is Verdict.NEW}
        before, after = base and base.provided, head.provided
        if not new or base is None or not before or not after or head.made is None:
            return result
        if before.environment.lock.digest == after.environment.lock.digest:
            return result
        self.progress.update(result.name, "base with the head's requirements")
        order = Order(
            after.environment, before.tree, self.subject.recipe, self.subject.read.base, packages=before.packages
        )
        try:
            both = self.bench.runner.build(order)
        except HarnessError as error:
            notice = f"the base cannot be built with the head's requirements: {error}"
            return replace(result, notices=(*result.notices, notice))
        result = replace(
            result,
            seconds=result.seconds + sum(build.seconds for build in both.now),
            built=result.built + len(both.now),
        )
        if both.build.status != "ok":
            notice = f"the base cannot be built with the head's requirements: {both.build.reason}"
            return replace(result, notices=(*result.notices, notice))
        judged = self.judge.verdicts(both, head.made, result.name)
        of_text = {item.diagnostic for item in judged if item.verdict is Verdict.NEW}
        shares = tuple(
            replace(item, reason=REQUIREMENTS) if item.diagnostic in new - of_text else item for item in result.judged
        )
        return replace(result, judged=shares)

    def _end(self, base: CellBuild | None, head: CellBuild) -> CellResult:
        try:
            result = self.confirm(self.judge.judged(base, head), base, head)
            result = self.mark_requirements(result, base, head)
            result = replace(result, judged=merge_documents(result.judged))
        except HarnessError:
            raise
        except Exception as error:
            cell = head.cell
            reason = str(unexpected(error))
            result = CellResult(cell.name, cell.python, cell.docutils, cell.sphinx, "failed", reason)
        self.progress.done(result.name, result.in_words)
        return result


def _difference(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Return, in words, the packages that differ between two environments; empty if there are none."""
    names = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    return ", ".join(f"{name} {before.get(name, 'none')} → {now.get(name, 'none')}" for name in names)
