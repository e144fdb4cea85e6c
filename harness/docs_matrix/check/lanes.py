"""The lanes of a run: the results of the tree checks for base and head, with verdicts like those of the cells.

A tree check runs once for each version of the tree, whatever the number of cells. Its lane stands among the results of the cells.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from docs_matrix.baselines.accepted import compare_with_accepted
from docs_matrix.baselines.baseline_file import Baseline, Entry
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.config.matrix import Matrix
from docs_matrix.config.tree_check import TreeCheck, matches
from docs_matrix.diagnostics.cell_age import age
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import LANE, CellResult, CellStatus, Judged, Verdict
from docs_matrix.diagnostics.flaky import Observed
from docs_matrix.errors import HarnessError, MissingInterpreterError
from docs_matrix.toolchains import environments, interpreters, locks
from docs_matrix.toolchains.environments import Environment
from docs_matrix.toolchains.locks import Tools
from docs_matrix.tree_checks.run import Checked, CheckRunner
from docs_matrix.trees import Tree

__all__ = ["Lanes", "accepted_of", "lane_name", "tools_of"]


@dataclass(frozen=True)
class Lanes:
    """Runs the tree checks of the runner's subject. `files` are more files for the checks that read only changed files."""

    runner: CellRunner
    files: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the lanes."""
        return tuple(lane_name(check) for check in self.runner.subject.checks)

    def queue(self, pool: ThreadPoolExecutor) -> list[Future[CellResult]]:
        """Start the checks in `pool`, and return the future result of each; it never raises a `HarnessError`."""
        return [pool.submit(self.result, check) for check in self.runner.subject.checks]

    def result(self, check: TreeCheck) -> CellResult:
        """Return the lane of `check`: its status, and the verdicts. An error becomes the status, and stops no other check."""
        return self._ended(check, judge=True)[0]

    def said(self, check: TreeCheck) -> tuple[CellResult, tuple[Diagnostic, ...]]:
        """Return the lane of `check` without verdicts, and the diagnostics of the head."""
        return self._ended(check, judge=False)

    def _ended(self, check: TreeCheck, *, judge: bool) -> tuple[CellResult, tuple[Diagnostic, ...]]:
        name, started = lane_name(check), time.monotonic()
        diagnostics: tuple[Diagnostic, ...] = ()
        try:
            self.runner.progress.update(name, "running")
            lane, base, head = self._ran(check)
            diagnostics = head.build.diagnostics
            if judge and lane.status == "ok":
                lane = replace(lane, judged=self._judge(check, base, head))
        except HarnessError as error:
            status: CellStatus = "skipped" if isinstance(error, MissingInterpreterError) else "failed"
            lane = CellResult(name, check.python or "", "", "", status, str(error))
        lane = replace(lane, seconds=time.monotonic() - started)
        self.runner.progress.done(
            name, lane.in_words if judge or lane.status != "ok" else f"messages: {len(diagnostics)}"
        )
        return lane, diagnostics

    def _ran(self, check: TreeCheck) -> tuple[CellResult, Checked | None, Checked]:
        """Return the lane of `check` without verdicts, and the results of the check for the base and for the head."""
        subject = self.runner.subject
        before, now = (self._named(check, base=base) for base in (True, False))
        environment = self._environment(check) if before or now or not check.files else None
        head = self._checked(check, subject.head, now, environment)
        base = self._checked(check, subject.base, before, environment) if subject.base else None
        lane = CellResult(
            lane_name(check),
            head.build.python,
            "",
            "",
            "ok",
            lock=environment.lock.digest if environment else "",
            read=len(head.build.read),
            documents=head.build.documents,
            unclassified=head.build.unclassified,
            cpu_seconds=sum(one.build.cpu_seconds for one in (base, head) if one and one.fresh),
            built=sum(one.fresh for one in (base, head) if one),
            log="".join(f"# {name}\n{one.log}\n" for name, one in (("base", base), ("head", head)) if one),
        )
        for name, one in (("base", base), ("head", head)):
            if one and one.build.status != "ok":
                lane = replace(lane, status=one.build.status, reason=f"the {name}'s check: {one.build.reason}")
        return lane, base, head

    def _checked(
        self, check: TreeCheck, tree: Tree, named: tuple[str, ...], environment: Environment | None
    ) -> Checked:
        bench = self.runner.bench
        return CheckRunner(bench.trees, bench.store, bench.confinement).run(check, tree, named, environment)

    def _judge(self, check: TreeCheck, base: Checked | None, head: Checked) -> tuple[Judged, ...]:
        if base:
            judged = self._compared(base.build.diagnostics, head.build.diagnostics)
        else:
            compared = compare_with_accepted(
                accepted_of(self.runner.judge.accepted, lane_name(check)),
                Observed(head.build.diagnostics),
                self.runner.judge.anchors,
                str(self.runner.subject.baseline or ""),
            )
            judged = tuple(
                item for item in compared if item.verdict is not Verdict.FIXED or _was_read(item, check, head)
            )
        if not check.note:
            return judged
        return tuple(replace(item, verdict=Verdict.NOTE) if item.verdict is Verdict.NEW else item for item in judged)

    def _compared(self, base: Sequence[Diagnostic], head: Sequence[Diagnostic]) -> tuple[Judged, ...]:
        """Return the verdicts of the head's diagnostics, compared with the base's.

        Equal diagnostics are paired first, if their file is unchanged or they have no line.
        """
        subject = self.runner.subject
        changed = (
            {
                path
                for change in self.runner.bench.trees.changed_paths(subject.base, subject.head)
                for path in change[1:3]
            }
            if subject.base
            else set()
        )
        equal = Counter(one for one in base if one.line is None or one.path not in changed) & Counter(head)
        waiting = equal.copy()
        known, new = [], []
        for one in head:
            if waiting[one]:
                waiting[one] -= 1
                known.append(Judged(Verdict.KNOWN, one, one, "place"))
            else:
                new.append(one)
        gone = []
        for one in base:
            if equal[one]:
                equal[one] -= 1
            else:
                gone.append(one)
        return (*known, *self.runner.judge.comparison(gone, new))

    def _named(self, check: TreeCheck, *, base: bool) -> tuple[str, ...]:
        """Return the files to append to the command of `check`: the changed files, or all files if there is no change."""
        if not check.files:
            return ()
        subject, trees = self.runner.subject, self.runner.bench.trees
        entries = trees.entries(subject.base if base and subject.base else subject.head)
        whole = check.name in subject.checked_whole or (subject.base is None and not check.changed)
        paths: Iterable[str | None] = entries if whole else self.files.intersection(entries)
        if subject.base and not whole:
            changes = [change for change in trees.changed_paths(subject.base, subject.head) if not change.is_link]
            paths = [*paths, *(change.base_path if base else change.head_path for change in changes)]
        return tuple(sorted({path for path in paths if path and matches(path, check.files)}))

    def _environment(self, check: TreeCheck) -> Environment | None:
        bench = self.runner.bench
        tools = tools_of(check, bench.matrix)
        if tools is None:
            return None
        interpreter, _ = interpreters.find(tools.python, offline=bench.offline, among=bench.interpreters)
        committed = bench.matrix.folder / "locks"
        lock = locks.provide(tools, (), committed=committed, store=bench.store, offline=bench.offline)
        return environments.provide(lock, interpreter, store=bench.store, offline=bench.offline)


def accepted_of(baseline: Baseline, lane: str) -> tuple[Entry, ...]:
    """Return the entries of `baseline` for `lane`. An entry without cells is for builds only, and is left out."""
    return tuple(entry for entry in baseline.entries if entry.cells and lane in entry.cells)


def _was_read(item: Judged, check: TreeCheck, head: Checked) -> bool:
    """Return whether the check read the file of an accepted message. A message in an unread file is not fixed."""
    return not check.files or item.diagnostic.path in head.build.read


def lane_name(check: TreeCheck) -> str:
    """Return the name of the lane of `check`."""
    return f"{LANE}{check.name}"


def tools_of(check: TreeCheck, matrix: Matrix) -> Tools | None:
    """Return the requirements of the environment of `check`; None if the check runs with the programs of the machine.

    The packages are resolved as of the newest date of the cells.
    """
    if not check.requirements and check.python is None:
        return None
    newest = max(matrix.cells, key=age)
    date = max(cell.date for cell in matrix.cells)
    return Tools(check.python or newest.python, date, check.requirements, f"check-{check.name}")
