"""The pipeline of one cell: provide its environment, build, map every failure to a status, judge, confirm.

All questions that build go through `CellRunner`, so that a failure, a notice and a message that depends on the reading order
mean the same in each of them.
"""

from __future__ import annotations

import math
import posixpath
import re
import time
from collections.abc import Mapping, Sequence
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, partial

from docs_matrix import process
from docs_matrix.baselines import baseline_file
from docs_matrix.baselines.accepted import compare_with_accepted
from docs_matrix.baselines.anchors import Anchors
from docs_matrix.builds import host_tools, recipes
from docs_matrix.builds.order import Order, Reading, Scope
from docs_matrix.builds.result import Build
from docs_matrix.builds.runner import Made
from docs_matrix.check import revision_records
from docs_matrix.check.confirm import confirm, trials_alone
from docs_matrix.check.progress import Progress
from docs_matrix.check.subject import Subject
from docs_matrix.check.texts import TreeSources, text_of
from docs_matrix.check.unread import Unread
from docs_matrix.check.workbench import Prepared, Workbench
from docs_matrix.comparison.judge import compare
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import REQUIREMENTS, CellResult, CellStatus, Judged, Verdict
from docs_matrix.diagnostics.flaky import Comparison, Observed, compare_observed, observe
from docs_matrix.diagnostics.merge_documents import merge_documents
from docs_matrix.diagnostics.network import set_apart
from docs_matrix.diagnostics.protocols import NoChanges
from docs_matrix.errors import HarnessError, MachineError, MissingInterpreterError, unexpected
from docs_matrix.trees import Tree

__all__ = ["CellBuild", "CellRunner", "observed"]

SLOW = 10.0
"""Seconds; the progress of a build that took longer last time says how long."""

LACKING = re.compile(r"ModuleNotFoundError|PackageNotFoundError|Could not import extension|No module named")
"""How Python and Sphinx say that a package is not installed; a tree without a configuration names none."""


@dataclass(frozen=True)
class CellBuild:
    """One build in one cell, however it ended.

    `provided` is None if there is no environment, `made` is None if no build took place; then `error` says why.
    """

    cell: Cell
    provided: Prepared | None = None
    made: Made | None = None
    error: HarnessError | None = None
    seconds: float = 0.0
    """The wall time of all of this."""

    @property
    def now(self) -> tuple[Build, ...]:
        """The builds that were made now."""
        return self.made.now if self.made else ()

    @property
    def status(self) -> CellStatus:
        """How it ended."""
        if self.made is None:
            return "skipped" if isinstance(self.error, MissingInterpreterError) else "failed"
        return self.made.build.status

    @property
    def reason(self) -> str | None:
        """Why `status` is not `ok`; None if it is."""
        if self.made is None:
            return str(self.error)
        reason = self.made.build.reason
        return f"name what it needs by --requirement: {reason}" if reason and LACKING.search(reason) else reason

    @property
    def failure(self) -> str:
        """Why there is no answer, in one line with the status of a build that took place; empty if there is one."""
        if self.status == "ok":
            return ""
        return str(self.error) if self.made is None else f"{self.status}: {self.reason}"

    def answer(self) -> Made:
        """Return the build; raises the error that stopped it, or `MachineError` if it did not end well."""
        if self.error:
            raise self.error
        if self.made is None or self.status != "ok":
            raise MachineError(f"{self.cell.name}: {self.reason}")
        return self.made


@dataclass(frozen=True)
class CellRunner:
    """Runs the cells of a matrix on one subject, at most `jobs` builds at a time.

    Each build is observed `repeat` times at least: what equal builds do not all say is flaky. With `plain` a build of all
    documents has no shortcut of ours, as `Order.plain` says. What goes wrong in a cell is the status of that cell and harms
    no other.
    """

    subject: Subject
    bench: Workbench
    jobs: int
    progress: Progress
    repeat: int = 1
    plain: bool = False

    def on(self, subject: Subject) -> CellRunner:
        """Return a runner that does the same with another subject."""
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
        remember: bool = False,
    ) -> CellBuild:
        """Build `documents` of `tree` in `cell`, observed `times`; what is raised becomes the `error`.

        `reading`, `keep` and `warm` are as in `Order`. `base` is the version whose requirements are compared with the tree's.
        `doing` is what the progress says. `remember` leaves a record of the build for the question `history`.
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
            if remember:
                revision_records.remember(made, order, cell.name, self.subject, self.bench.store)
        except HarnessError as error:
            made, stopped = None, error
        except Exception as error:
            made, stopped = None, unexpected(error)
        return CellBuild(cell, provided, made, stopped, time.monotonic() - started)

    def _equipped(self, cell: Cell, tree: Tree, base: Tree | None) -> Prepared:
        """Return what `tree` is built with, and a notice if the requirements of `base` are others."""

        def of(version: Tree) -> Prepared:
            subject = self.subject
            return self.bench.equip(cell, version, subject.install, subject.recipe, subject.requirements)

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
        """Build the subject's versions in each of `cells`, judge what the head says, and confirm it."""
        host_tools.require_tools(self.subject.recipe)
        with process.workers(self.jobs) as pool:
            ended = []
            for base, head in self._versions(cells, pool):
                ended.append(pool.submit(self._end, base.result() if base else None, head.result()))
            return tuple(future.result() for future in ended)

    def _versions(
        self, cells: Sequence[Cell], pool: ThreadPoolExecutor
    ) -> list[tuple[Future[CellBuild] | None, Future[CellBuild]]]:
        """Queue all bases, then all heads: what waits for another build never blocks it.

        What took longest last time comes first; what was never built comes before that.
        """
        subject = self.subject
        alone = trials_alone((subject.read.base, subject.read.head), subject.read.apart)
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
                remember=True,
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
                remember=True,
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
    def comparison(self) -> Comparison:
        """What judges the head's diagnostics by the base's: through the change between the two, and their texts."""
        base, head, trees = self.subject.base, self.subject.head, self.bench.trees
        if base is None:
            return partial(compare, changes=NoChanges())
        sources = TreeSources(trees, base, head)
        return partial(compare, changes=trees.changes(base, head), sources=sources, closed=self.subject.read.closed)

    @cached_property
    def anchors(self) -> Anchors:
        """The anchors of the head's sources."""
        return Anchors(lambda path: text_of(self.bench.trees, self.subject.head, path))

    @cached_property
    def accepted(self) -> baseline_file.Baseline:
        """The accepted diagnostics; raises `InputError` if their file cannot be read."""
        return baseline_file.read(self.subject.baseline) if self.subject.baseline else baseline_file.Baseline()

    @cached_property
    def unread(self) -> Unread:
        """What answers for the documents that restricted builds do not read."""
        return Unread(self.bench.trees, self.subject.recipe)

    def judged(self, base: CellBuild | None, head: CellBuild) -> CellResult:
        """Return what a cell says of the head, by its base or by what is accepted; a build that failed is its status."""
        cell, built = head.cell, [one for one in (base, head) if one]
        status, reason = _ended(base, head)
        result = CellResult(
            cell.name,
            cell.python,
            cell.docutils,
            cell.sphinx,
            status,
            reason,
            seconds=sum(build.seconds for one in built for build in one.now) or sum(one.seconds for one in built),
        )
        if head.made is None or head.provided is None or (base and base.made is None):
            return result
        build = head.made.build
        cold = (f"the head was built from nothing: {build.cold}",) if build.cold else ()
        return replace(
            result,
            python=build.python or result.python,
            docutils=build.docutils or result.docutils,
            sphinx=build.sphinx or result.sphinx,
            judged=self._judge(base.made if base else None, head.made, cell.name) if status == "ok" else (),
            notices=(*head.provided.notices, *cold),
            lock=head.provided.environment.lock.digest,
            read=len(build.read if build.resumed is None else build.resumed),
            documents=build.documents,
            confined=build.confined,
            silenced=tuple(text for text in build.hidden if base and base.made and text not in base.made.build.hidden),
            unclassified=build.unclassified,
            cpu_seconds=sum(now.cpu_seconds for one in built for now in one.now),
            built=sum(len(one.now) for one in built),
            log="".join(
                f"# {name}\n{one.made.log}\n" for name, one in (("base", base), ("head", head)) if one and one.made
            ),
        )

    def _judge(self, base: Made | None, head: Made, cell: str) -> tuple[Judged, ...]:
        subject = self.subject
        if subject.read.head is not None:
            head = self.unread.settled(head, subject.head)
        if base and subject.base and subject.read.base is not None:
            base = self.unread.settled(base, subject.base)
        if base:
            return set_apart(compare_observed(observed(base), observed(head), self.comparison))
        accepted = self.accepted.accepted(cell)
        judged = set_apart(
            compare_with_accepted(accepted, observed(head), self.anchors, str(self.subject.baseline or ""))
        )
        return tuple(
            item for item in judged if item.verdict is not Verdict.FIXED or self.was_read(item.diagnostic.path, head)
        )

    def was_read(self, path: str | None, head: Made) -> bool:
        """Return whether the head's build could have said an accepted message at `path`; what was not read is not fixed."""
        if self.subject.read.head is None:
            return True
        read = {recipes.in_tree(self.subject.recipe, name) for name in head.build.read}
        return path is not None and posixpath.splitext(path)[0] in read

    def confirmed(self, result: CellResult, base: CellBuild | None, head: CellBuild) -> CellResult:
        """Return `result` with what is new or fixed confirmed by reading its documents separately.

        What this does not show again depends on what was read before: it is flaky.
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
            comparison=self.comparison,
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

    def told_apart(self, result: CellResult, base: CellBuild | None, head: CellBuild) -> CellResult:
        """Return `result` with what is new because the head requires other packages than the base: `reason` says so.

        The base is built once more, in the head's environment. What it says there as well does not come from the text.
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
        judged = self._judge(both, head.made, result.name)
        of_text = {item.diagnostic for item in judged if item.verdict is Verdict.NEW}
        shares = tuple(
            replace(item, reason=REQUIREMENTS) if item.diagnostic in new - of_text else item for item in result.judged
        )
        return replace(result, judged=shares)

    def _end(self, base: CellBuild | None, head: CellBuild) -> CellResult:
        try:
            result = self.confirmed(self.judged(base, head), base, head)
            result = self.told_apart(result, base, head)
            result = replace(result, judged=merge_documents(result.judged))
        except HarnessError:
            raise
        except Exception as error:
            cell = head.cell
            reason = str(unexpected(error))
            result = CellResult(cell.name, cell.python, cell.docutils, cell.sphinx, "failed", reason)
        self.progress.done(result.name, result.in_words)
        return result


def observed(made: Made) -> Observed:
    """Return what the equal builds of `made` said: what is steady in them, and what is flaky."""

    def same(before: Sequence[Diagnostic], now: Sequence[Diagnostic]) -> tuple[Judged, ...]:
        return compare(before, now, NoChanges())

    return observe([build.diagnostics for build in made.observations], same)


def _ended(base: CellBuild | None, head: CellBuild) -> tuple[CellStatus, str | None]:
    """Return how a cell's builds ended together; a build that could not take place is worse than one that failed."""
    for one in (base, head):
        if one and one.error:
            return one.status, one.reason
    for name, one in (("head", head), ("base", base)):
        if one and one.status != "ok":
            return one.status, f"the {name}'s build: {one.reason}"
    return "ok", None


def _difference(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Return which packages two environments do not share, in words; empty if they share all."""
    names = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    return ", ".join(f"{name} {before.get(name, 'none')} → {now.get(name, 'none')}" for name in names)
