"""The runner: one environment builds one tree by its recipe, with the probe in place of sphinx-build.

`Runner.build` takes a build from the store if there is one. Otherwise it runs one, in a private copy of the tree, with allow-listed
variables, its own HOME and TMPDIR, and no credentials. The steps, from the outside to the inside:

build       begins again while the build names inventories that it was not given
_built      takes the build from the store, starts from a kept base (`_resumed`), or builds from nothing
_resumed    starts from a kept base, and begins again with more documents if necessary
_make       builds, and builds again with all pages if an extension needs them
_run        runs the command once
"""

from __future__ import annotations

import errno
import re
import secrets
import shlex
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal, NamedTuple

from docs_matrix import files, process
from docs_matrix.builds import recipes, unused_files, warm_store
from docs_matrix.builds.build_output import PRINTED_LIMIT, BuildOutput, collect
from docs_matrix.builds.build_store import BuildStore
from docs_matrix.builds.costs import Cost, Costs, Memory, guess
from docs_matrix.builds.generator_outputs import GeneratorOutputs
from docs_matrix.builds.git_answers import GitAnswers
from docs_matrix.builds.inventories import Inventories
from docs_matrix.builds.kept_bases import KeptBase, KeptBases, KeptState
from docs_matrix.builds.live_output import Hear, Stages
from docs_matrix.builds.order import Order, Scope, build_key
from docs_matrix.builds.packages import lay
from docs_matrix.builds.reach import reach
from docs_matrix.builds.result import Build, BuildStatus
from docs_matrix.builds.scratch_folder import fill, variables
from docs_matrix.builds.warm_store import WarmState
from docs_matrix.capture import records
from docs_matrix.capture.said import Said
from docs_matrix.config.matrix import Recipe
from docs_matrix.confinement.confinement import Confinement, Reach
from docs_matrix.errors import MachineError
from docs_matrix.toolchains import environments
from docs_matrix.trees import Tree, Trees, Workspace
from docs_matrix.trees.tree import identity_of

__all__ = ["Made", "Runner"]

MOST_ATTEMPTS = 5
"""The most times that a build begins, with more inventories or with more documents to read again."""


FULL = re.compile(rf"\b(?:OSError\(|Errno )(?:{errno.EFBIG}|{errno.ENOSPC}|{errno.EDQUOT})\b")
"""A message of Sphinx or Python that a file could not be written: this is not a fault of the tree."""


@dataclass(frozen=True)
class Made:
    """A build, its key, and its log.

    `again` are the other observations of the same key in the store. `now` are the builds that were made now; it is empty if all
    came from the store. If a repetition failed, it is the `build`: its failure is the answer.
    """

    build: Build
    key: str
    now: tuple[Build, ...]
    log: str
    again: tuple[Build, ...] = ()

    @property
    def fresh(self) -> bool:
        """Whether something was built now."""
        return bool(self.now)

    @property
    def observations(self) -> tuple[Build, ...]:
        """All observations of this key."""
        return (self.build, *self.again)


class _Ran(NamedTuple):
    """A build that was made now: its result, its output, its records, and its final key."""

    build: Build
    log: bytes
    captured: records.Capture
    key: str


class Runner:
    """Builds orders, or finds them built; safe to use from several threads and processes."""

    def __init__(
        self, trees: Trees, store: Path, *, time_limit: float, confinement: Confinement, offline: bool = False
    ) -> None:
        """`store` is the folder of the store; `time_limit` is in seconds, for each build.

        `confinement` is how builds are confined. `offline` forbids fetching inventories.
        """
        self._trees = trees
        self._store = store
        self._builds = BuildStore(store)
        self._git = GitAnswers(store, trees, confinement)
        self._confinement = confinement
        self._inventories = Inventories(store, offline=offline)
        self._time_limit = time_limit
        self._costs = Costs(store)
        self._bases = KeptBases(trees, store)
        self._memory = Memory.of_the_machine()

    def expected(self, lineage: str, cell: str, recipe: Recipe, scope: Scope) -> Cost | None:
        """Return the cost of the last build of this kind; None if there was none."""
        return self._costs.last(lineage, cell, recipe, scope)

    def expected_of(self, order: Order) -> Cost | None:
        """Return the cost of the last build of the same kind as `order`; None if there was none."""
        scope = _scope(order, warm=self.start(order) is not None)
        return self.expected(order.tree.lineage, order.environment.lock.cell, order.recipe, scope)

    def has(self, order: Order) -> bool:
        """Return whether the store has the build that `order` asks for."""
        order = self._supplied(order)
        start, whole = self._start(order), build_key(order)
        return (start is not None and self._is_answer(start, order, whole)) or bool(
            self._builds.observations(self._key(order))
        )

    def start(self, order: Order) -> KeptBase | None:
        """Return the kept build from which `order` would start; None if it would start from nothing."""
        return self._start(self._supplied(order))

    def _start(self, order: Order) -> KeptBase | None:
        return self._bases.nearest(order) if order.warm and order.answers_for_all else None

    def nearest(self, tree: Tree, cells: Sequence[str], recipe: Recipe) -> KeptState | None:
        """Return the kept build of the nearest version of `tree`, made by `recipe` in any of `cells`; None if there is none."""
        return self._bases.nearest_in(tree, cells, recipe)

    def _is_answer(self, start: KeptBase, order: Order, whole: str) -> bool:
        """Return whether the kept build `start` is a build of exactly the tree of `order`.

        `whole` is the key of `order` built from nothing, without git's answers.
        """
        return start.whole == whole and self._git.key(start.asked, order.tree) == start.key

    def _key(self, order: Order) -> str:
        return self._git.key(build_key(order), order.tree)

    def _supplied(self, order: Order) -> Order:
        """Return `order` with the inventories that its build wants, as far as they are known, and the network if builds have it."""
        order = replace(order, network=self._confinement.network)
        if order.inventories:
            return order
        urls = self._inventories.wanted(build_key(order))
        if urls is None and not self._builds.observations(self._key(order)):
            start = self._bases.nearest(order, supplied=False) if order.warm and order.answers_for_all else None
            urls = start.urls if start else self._inventories.wanted(_kind(order))
        return replace(order, inventories=self._inventories.given(urls)) if urls else order

    def build(self, order: Order, *, times: int = 1) -> Made:
        """Return the build that `order` asks for, observed at least `times` times.

        A build that fails is a `Build` with that status. Raises `MachineError` if the build cannot take place: a program is
        missing, a disk is full, or it names other inventories each time.
        """
        order = replace(order, network=self._confinement.network)
        for _ in range(MOST_ATTEMPTS):
            supplied = self._supplied(order)
            try:
                made = self._built(supplied, times)
            except _WantedError as more:
                urls = {*more.urls, *(given.url for given in supplied.inventories)}
            else:
                if made.fresh and supplied.inventories:
                    self._inventories.note(build_key(order), (given.url for given in supplied.inventories))
                return made
            self._inventories.note(build_key(order), urls)
            self._inventories.note(_kind(order), urls)
        raise MachineError(f"{order.tree.name}: after {MOST_ATTEMPTS} builds, it still asks for other inventories")

    def _built(self, order: Order, times: int) -> Made:
        asking = build_key(order)
        key = self._git.key(asking, order.tree)
        found = self._builds.observations(key)
        if len(found) >= times:
            if order.keep:
                self._bases.note(order, key, asking, None)  # the kept build may be noted for another lineage only
            return Made(found[0], key, (), self._builds.log(key), found[1:])
        reason = None
        if times == 1 and (start := self._start(order)):
            resumed = self._resumed(order, asking, start)
            if isinstance(resumed, Made):
                return resumed
            reason = resumed
        with self._builds.building(asking):
            key = self._git.key(asking, order.tree)
            found = self._builds.observations(key)
            now: tuple[Build, ...] = ()
            for number in range(len(found) + 1, times + 1):
                ran = self._make(order, asking)
                build, key = replace(ran.build, cold=reason), ran.key
                self._builds.put(key, build, ran.log, number=number)
                self._bases.note(order, key, asking, None)
                now += (build,)
                if build.status != "ok":
                    return Made(build, key, now, self._builds.log(key, number=number), (*found, *now[:-1]))
            found += now
        return Made(found[0], key, now, self._builds.log(key), found[1:])

    def _resumed(self, order: Order, whole: str, start: KeptBase) -> Made | str | None:
        """Return the build of `order` that starts from `start`.

        If it cannot start from there, return the reason, or None if there is no reason to report. The build has a key of its own,
        which is made of `whole` (the key of `order` built from nothing) and the key of `start`.
        """
        asking = start.asked if self._is_answer(start, order, whole) else files.digest(whole, start.key)
        self._bases.used(order, start)
        key = self._git.key(asking, order.tree)
        found = self._builds.observations(key)
        if found:
            return Made(found[0], key, (), self._builds.log(key))
        try:
            state = warm_store.find(self._store, start.key)
        except warm_store.DamagedStateError:
            self._builds.forget(start.key)
            return "the kept base is damaged; the next run builds it again"
        before = self._builds.observations(start.key)
        if state is None or not before:
            return None
        alone = self._differs_in_alone(order, start, state)
        if alone == "own files":
            self._bases.answers_too(order, start)
            return Made(before[0], start.key, (), self._builds.log(start.key))
        if alone == "code":
            return Made(replace(before[0], resumed=()), start.key, (), self._builds.log(start.key))
        with self._builds.building(asking):
            key = self._git.key(asking, order.tree)
            found = self._builds.observations(key)
            if found:
                return Made(found[0], key, (), self._builds.log(key))
            again: tuple[str, ...] = ()
            for _ in range(MOST_ATTEMPTS):
                build, text, captured, key = self._make(order, asking, state, again)
                if captured.cold:
                    return captured.cold
                if not captured.wider:
                    break
                again = captured.wider
            if build.status != "ok" or captured.wider:
                return build.reason or "the set of documents to read again kept growing"
            lost = _lost(before[0], build, captured.unheard)
            if lost:
                warm_store.remove(self._store, key)
                return f"the base printed this, and it cannot be assigned to a document: {lost}"
            self._builds.put(key, build, text)
            self._bases.note(order, key, asking, start)
        return Made(build, key, (build,), self._builds.log(key))

    def _differs_in_alone(self, order: Order, start: KeptBase, state: WarmState) -> Literal["own files", "code"] | None:
        """Return the kind of the files in which the trees of `order` and `start` differ, if the build of `start` read none of them.

        The kinds are files of ours, and C code of a kernel. None if other files differ, or if the build read one.
        """
        tree = order.tree
        changes = self._trees.differing(start.object_id, tree)
        if not changes or identity_of(start.object_id, tree.empty_folders) != start.identity:
            return None
        kind: Literal["own files", "code"] | None = "own files" if unused_files.are_own(changes, order.recipe) else None
        kind = "code" if unused_files.are_code(changes, order.recipe) else kind
        as_before = build_key(replace(order, tree=replace(tree, identity=start.identity))) == start.whole
        unseen = kind and as_before and not unused_files.looked_at(state, changes)
        return kind if unseen and self._git.key(start.asked, tree) == start.key else None

    def _make(self, order: Order, key: str, state: WarmState | None = None, again: tuple[str, ...] = ()) -> _Ran:
        """Build it now.

        If an extension fails after the reading, the tree is built again with all pages: the extension may have needed a page or an
        image that is not written otherwise.
        """
        made = self._run(order, key, state, again)
        if made.captured.unwritten and state is None:
            made = self._run(replace(order, all_pages=True), key, None, ())
        return made

    def _run(self, order: Order, key: str, state: WarmState | None, again: tuple[str, ...]) -> _Ran:
        kind = recipes.KINDS[order.recipe.kind]
        slot = state.slot if state else ""
        expected = self._expected_bytes(order)
        with self._memory.held(expected), self._trees.workspace(order.tree, slot) as workspace:
            outputs = self._generator_outputs(order, workspace)
            where = fill(order, workspace, self._store, state, again, outputs)
            folders = lay.lay(order.packages, workspace, order.environment.python)
            command = kind.command(order.recipe, where)
            own = variables(order.environment, where, folders)
            given = {**own, **(order.recipe.environment or {}), **command.variables}
            kept = (state.folder,) if state else ()
            read = (*kept, *workspace.objects, *([outputs.known] if outputs else []))
            may = reach(order.environment, workspace.top, workspace.scratch, read=read, expected=expected)
            seal = secrets.token_bytes(32) if kind.seals else b""
            finished, output = self._observed(command, workspace, given, may, order.hear, seal)
            captured = records.read(output.records, output.stderr, root=workspace.root, key=seal or None)
            if captured.wanted:
                raise _WantedError(captured.wanted)
            build = _result(captured, finished, output.fault, self._time_limit, order, str(self._confinement))
            key = self._git.note(key, order.tree, workspace.scratch_fd)
            environment = order.environment
            if self._confinement.layer == "none" and not environments.is_whole(
                environment.lock, environment.interpreter, self._store
            ):
                build = replace(build, status="failed", reason="the build changed its environment, which others share")
            elif build.status == "ok":
                slot = workspace.top.parent.name
                warm_store.keep(self._store, key, workspace.scratch_fd, output.records, slot, state)
                if outputs:
                    outputs.take(workspace.scratch_fd)
                if not order.plain:
                    self._costs.note(
                        order.tree.lineage,
                        environment.lock.cell,
                        order.recipe,
                        _scope(order, warm=state is not None),
                        build,
                    )
            words = shlex.join(command.words).encode("utf-8", "replace")
            return _Ran(build, b"$ %s\n%s%s" % (words, output.stdout, output.stderr), captured, key)

    def _generator_outputs(self, order: Order, workspace: Workspace) -> GeneratorOutputs | None:
        """Return the outputs of a tree's generators; None for a build that runs no generator, or takes no shortcut."""
        watched = bool(order.reading and order.reading.watched)
        if watched or order.plain or not recipes.KINDS[order.recipe.kind].keeps_outputs:
            return None
        return GeneratorOutputs.of(self._store, workspace.scratch, self._trees.entries(order.tree))

    def _observed(
        self,
        command: recipes.Command,
        workspace: Workspace,
        given: Mapping[str, str],
        may: Reach,
        hear: Hear | None,
        seal: bytes,
    ) -> tuple[process.Finished, BuildOutput]:
        """Run `command` in `workspace` with the variables `given`, confined to the rights `may`.

        Its output is read while it runs, up to a limit. Raises `MachineError` if the disk is full.
        """
        try:
            finished = self._confinement.run(
                command.words,
                may,
                timeout=self._time_limit,
                cwd=command.cwd,
                env=given,
                stdin=seal,
                most=PRINTED_LIMIT,
                hear=Stages(hear) if hear else None,
            )
            return finished, collect(workspace.scratch_fd, finished)
        except OSError as error:
            raise files.cannot_write(workspace.scratch, error) from error

    def _expected_bytes(self, order: Order) -> int:
        """Return the expected memory of a build: that of the last one of its kind, or a guess by the number of its documents."""
        last = self.expected_of(order)
        if last is not None:
            return last.peak_bytes * order.recipe.jobs
        if order.documents is not None and not any(name.endswith("/") for name in order.documents):
            return guess(len(order.documents))
        names = recipes.documents(order.recipe, self._trees.paths(order.tree))
        return guess(sum(order.documents is None or name.startswith(order.documents) for name in names))


class _WantedError(Exception):
    """The build wants inventories that it was not given."""

    def __init__(self, urls: tuple[str, ...]) -> None:
        super().__init__(*urls)
        self.urls = urls


def _kind(order: Order) -> str:
    """Return an id for builds that probably want the same inventories."""
    return files.digest(order.tree.lineage, order.recipe.source)


def _scope(order: Order, *, warm: bool) -> Scope:
    if order.documents is not None:
        return "some"
    return "changed" if warm else "whole"


def _result(
    captured: records.Capture, finished: process.Finished, fault: str | None, limit: float, order: Order, confined: str
) -> Build:
    trials = order.reading.trials if order.reading else ()
    watched = bool(order.reading and order.reading.watched)
    status, reason = _status(captured, finished, fault, limit)
    return Build(
        status=status,
        reason=reason,
        confined=confined,
        hidden=captured.hidden,
        **{part.name: getattr(captured, part.name) for part in fields(Said)},
        seconds=finished.seconds,
        cpu_seconds=finished.cpu_seconds,
        peak_bytes=finished.peak_bytes,
        resumed=captured.resumed,
        opened=captured.opened,
        variables=captured.variables,
        arguments=captured.arguments if watched else (),
        trials=tuple(tuple(said for said, numbers in captured.said if at in numbers) for at in range(len(trials))),
    )


def _lost(base: Build, head: Build, unheard: Collection[str]) -> str | None:
    """Return the first text that `base` printed outside of Sphinx's logging and that is lost in `head`; None if there is none.

    It is lost if `head` did not print it, and no document that `head` read again is known to print it (`unheard`).
    """
    before = Counter(diagnostic.printed for diagnostic in base.diagnostics if diagnostic.origin == "stderr")
    before -= Counter(diagnostic.printed for diagnostic in head.diagnostics if diagnostic.origin == "stderr")
    return next((text for text in before if text.splitlines()[0] not in unheard), None)


def _status(
    captured: records.Capture, finished: process.Finished, fault: str | None, limit: float
) -> tuple[BuildStatus, str | None]:
    """Return how a build ended: `ok` only if the recipe ended well and Sphinx finished."""
    if finished.timed_out:
        return "timeout", f"stopped at the time limit of {limit:.0f} s"
    if finished.stopped:
        return "failed", f"it was ended: {finished.stopped}"
    if fault or captured.crash:
        return "failed", fault or captured.crash
    if finished.returncode < 0:
        return "failed", f"ended by signal {-finished.returncode}"
    if finished.returncode > 0:
        if captured.traceback:
            return "failed", captured.traceback
        last = captured.unclassified[-1] if captured.unclassified else "it printed nothing"
        return "failed", f"{Path(finished.command[0]).name} ended with status {finished.returncode}: {last}"
    full = next(
        (said.message for said in captured.diagnostics if said.path is None and FULL.search(said.message)), None
    )
    if full:
        return "failed", f"a disk is full, or a file larger than allowed: {full.splitlines()[0]}"
    if not captured.finished or not captured.documents:
        return "failed", "Sphinx did not finish" if captured.documents else "Sphinx looked at no documents"
    return "ok", None
