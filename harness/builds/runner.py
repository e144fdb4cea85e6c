"""The runner: one environment builds one tree by its recipe, with the probe in place of sphinx-build.

`Runner.build` answers from the store where it can. A build runs in a private copy of the tree, with an allow-listed
environment, its own HOME and TMPDIR, and no credentials.
"""

from __future__ import annotations

import functools
import json
import os
import shlex
import shutil
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from harness import files, process, upkeep
from harness.builds import answers, capture, looks, opened, ordered, probe, quiet, recipes, states, symbols, walks, warm
from harness.builds.costs import Cost, Costs, Memory, guess
from harness.builds.result import Build, BuildStatus
from harness.builds.states import WarmState
from harness.builds.store import BuildStore
from harness.cells import environments
from harness.cells.environments import Environment
from harness.diagnostics import log
from harness.errors import MachineError
from harness.matrix import Recipe
from harness.trees import Tree, Trees, Workspace

__all__ = ["Made", "Order", "Reading", "Runner", "Scope", "variables"]

Scope = Literal["whole", "changed", "some"]
"""All documents; all, of which those that changed are read; or some."""

MOST_BEGINNINGS = 5
"""So often a build begins again with more documents; then it is made from nothing."""
SYSTEM_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
CAPTURE = (probe, ordered, opened, quiet, symbols, walks, looks, warm, answers, capture, log)
"""The modules that make diagnostics of what a build says: their text is a part of every build's key."""


@dataclass(frozen=True)
class Reading:
    """In which order documents are read, and in which processes; what it leaves open is as Sphinx and the recipe have it.

    `ordered`: in the order of the order's documents, files all. `readers` is the number of processes that read; `each` reads
    every document in a process of its own: what it says whatever was read before, but for what Sphinx's environment knows.
    `only` ends the build behind the reading. `trials` are sequences of files: each is read in a process of its own, for what
    its last document says then (`Build.trials`), before the build goes its way. `watched`: the build records what it opens
    (`Build.opened`).
    """

    ordered: bool = False
    readers: int | Literal["each"] | None = None
    trials: tuple[tuple[str, ...], ...] = ()
    only: bool = False
    watched: bool = False


@dataclass(frozen=True)
class Order:
    """What to build: `documents` are files and folders (with a slash behind) below the recipe's source; None for all.

    `reading` says how they are read, where that is asked for. A build of all documents leaves its warm state in the store
    where it is to `keep` it, and starts from that of `base`, another version of the tree, where there is one. `loud` has the
    builder render and write all that it does for readers.
    """

    environment: Environment
    tree: Tree
    recipe: Recipe
    documents: tuple[str, ...] | None = None
    reading: Reading | None = None
    keep: bool = False
    base: Tree | None = None
    loud: bool = False

    @property
    def scope(self) -> Scope:
        """How much is read: what builds are told apart by when it comes to what they take."""
        if self.documents is not None:
            return "some"
        return "whole" if self.base is None else "changed"


@dataclass(frozen=True)
class Made:
    """A build, its key, and what it printed.

    `again` are the other observations of the same key that the store has, `now` those builds that were made now: none
    where all came from the store. A repetition that did not end well is the `build`: its failure is the answer.
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
        """All that is known of this key."""
        return (self.build, *self.again)


class Runner:
    """Builds orders, or finds them built; safe to use from several threads and processes."""

    def __init__(self, trees: Trees, store: Path, *, time_limit: float) -> None:
        """`store` is the folder that everything is kept in, `time_limit` in seconds for each build."""
        self._trees = trees
        self._store = store
        self._builds = BuildStore(store)
        self._time_limit = time_limit
        self._costs = Costs(store)
        self._memory = Memory.of_the_machine()

    def expected(self, lineage: str, cell: str, recipe: Recipe, scope: Scope) -> Cost | None:
        """What the last build of this kind took; `scope` is as in `Order.scope`. None where it is the first."""
        return self._costs.last(lineage, cell, recipe, scope)

    def build(self, order: Order, *, times: int = 1) -> Made:
        """The build that `order` asks for, observed `times` at least.

        Raises `MachineError` where the build cannot take place (no make, a full disk); a build that fails is a `Build`
        with that status.
        """
        key = build_key(order)
        found = self._builds.observations(key)
        if len(found) >= times:
            return Made(found[0], key, (), self._builds.log(key), found[1:])
        reason = None
        if order.base is not None and _answers_for_all(order) and times == 1:
            resumed = self._resumed(order, key)
            if isinstance(resumed, Made):
                return resumed
            reason = resumed
        with self._builds.building(key):
            found = self._builds.observations(key)
            now: tuple[Build, ...] = ()
            for number in range(len(found) + 1, times + 1):
                build, text, _ = self._make(order, key)
                build = replace(build, cold=reason)
                self._builds.put(key, build, text, number=number)
                now += (build,)
                if build.status != "ok":
                    return Made(build, key, now, self._builds.log(key, number=number), (*found, *now[:-1]))
            found += now
        return Made(found[0], key, now, self._builds.log(key), found[1:])

    def _resumed(self, order: Order, whole: str) -> Made | str | None:
        """The build of `order` that starts from its base's; the reason, if one is to be told, where it cannot.

        It has a key of its own, which says what it started from; `whole` is that of the build from nothing.
        """
        base = build_key(replace(order, tree=order.base, base=None)) if order.base else ""
        key = files.digest(whole, base)
        found = self._builds.observations(key)
        if found:
            return Made(found[0], key, (), self._builds.log(key))
        state = states.find(self._store, base)
        before = self._builds.observations(base)
        if state is None or not before:
            return None
        with self._builds.building(key):
            found = self._builds.observations(key)
            if found:
                return Made(found[0], key, (), self._builds.log(key))
            again: tuple[str, ...] = ()
            for _ in range(MOST_BEGINNINGS):
                build, text, captured = self._make(order, key, state, again)
                if captured.cold:
                    return captured.cold
                if not captured.wider:
                    break
                again = captured.wider
            if build.status != "ok" or captured.wider:
                return build.reason or "the documents that matter do not come to an end"
            lost = _lost(before[0], build, captured.unheard)
            if lost:
                return f"nobody says again: {lost}"
            self._builds.put(key, build, text)
        return Made(build, key, (build,), self._builds.log(key))

    def _make(
        self, order: Order, key: str, state: WarmState | None = None, again: tuple[str, ...] = ()
    ) -> tuple[Build, bytes, capture.Capture]:
        """Build it now. What an extension breaks off behind the reading is built again, and written in full: it may have
        wanted a page, or an image, that nobody reads."""
        made = self._run(order, key, state, again)
        if made[2].unwritten and state is None:
            made = self._run(replace(order, loud=True), key, None, ())
        return made

    def _run(
        self, order: Order, key: str, state: WarmState | None, again: tuple[str, ...]
    ) -> tuple[Build, bytes, capture.Capture]:
        kind = recipes.KINDS[order.recipe.kind]
        slot = state.slot if state else ""
        with self._memory.held(self._expected_bytes(order)), self._trees.workspace(order.tree, slot) as workspace:
            rooms = _furnish(order, workspace, self._store, state, again)
            command = kind.command(order.recipe, rooms)
            stdout, stderr = workspace.scratch / "stdout", workspace.scratch / "stderr"
            try:
                finished = process.run(
                    command.words,
                    timeout=self._time_limit,
                    cwd=command.cwd,
                    env={**variables(order.environment, rooms), **command.variables},
                    stdout_to=stdout,
                    stderr_to=stderr,
                )
            except OSError as error:
                raise files.cannot_write(workspace.scratch, error) from error
            captured = capture.read(workspace.scratch / "records.jsonl", stderr, root=workspace.root)
            build = _result(captured, finished, self._time_limit, order)
            environment = order.environment
            if not environments.is_whole(environment.lock, environment.interpreter, self._store):
                build = replace(build, status="failed", reason="the build changed its environment, which others share")
            elif build.status == "ok":
                slot = workspace.root.parent.name
                states.keep(self._store, key, workspace.scratch / "warm", workspace.scratch / "records.jsonl", slot)
                self._costs.note(order.tree.lineage, environment.lock.cell, order.recipe, order.scope, build)
            text = b"$ %s\n%s%s" % (
                shlex.join(command.words).encode("utf-8", "replace"),
                stdout.read_bytes(),
                stderr.read_bytes(),
            )
            return build, text, captured

    def _expected_bytes(self, order: Order) -> int:
        """The memory that a build may need: as much as the last of its kind, or by the number of its documents."""
        last = self._costs.last(order.tree.lineage, order.environment.lock.cell, order.recipe, order.scope)
        if last is not None:
            return last.peak_bytes * order.recipe.jobs
        if order.documents is not None and not any(name.endswith("/") for name in order.documents):
            return guess(len(order.documents))
        names = recipes.documents(order.recipe, self._trees.paths(order.tree))
        return guess(sum(order.documents is None or name.startswith(order.documents) for name in names))


def _answers_for_all(order: Order) -> bool:
    """Whether all documents are read, as Sphinx would: a build that others may start from."""
    return order.documents is None and order.reading is None


def build_key(order: Order) -> str:
    """The digest of all that a build's diagnostics depend on; equal keys are the same build."""
    recipe = order.recipe
    content = {
        "lock": order.environment.lock.digest,
        "interpreter": order.environment.interpreter.version,
        "tree": order.tree.identity,
        "recipe": {**vars(recipe), "variables": dict(recipe.variables or {})},
        "documents": None if order.documents is None else sorted(order.documents),
        "tools": {tool: _tool_version(tool) for tool in recipes.KINDS[recipe.kind].tools},
        "capture": _capture_version(),
        **({"loud": True} if order.loud else {}),
    }
    if order.reading:
        content["reading"] = {**vars(order.reading), "documents": order.documents if order.reading.ordered else None}
    return files.digest(json.dumps(content, sort_keys=True))


@functools.cache
def _tool_version(tool: str) -> str | None:
    """What a program of the host says of its version; None where there is none."""
    path = shutil.which(tool, path=os.pathsep.join(_host_path()))
    if path is None:
        return None
    said = process.run([path, "-V" if tool == "dot" else "--version"], timeout=30)
    return (said.text + said.error_text).strip()


@functools.cache
def _capture_version() -> str:
    return files.digest(*(Path(module.__file__ or "").read_bytes() for module in CAPTURE))


def _host_path() -> tuple[str, ...]:
    """The folders of the host's programs: the system's, and where the user keeps make, perl and dot."""
    own = (shutil.which(tool) for tool in ("make", "perl", "dot"))
    return tuple(dict.fromkeys((*SYSTEM_PATH, *(str(Path(path).parent) for path in own if path))))


def _furnish(
    order: Order, workspace: Workspace, store: Path, state: WarmState | None, again: tuple[str, ...]
) -> recipes.Rooms:
    """Put into the scratch folder what the build needs: the probe's order, HOME and TMPDIR, and `sphinx-build`."""
    scratch = workspace.scratch
    watched = bool(order.reading and order.reading.watched)
    kept = str(upkeep.room(store, "answers")) if order.recipe.kind == "make" and not watched else None
    for name in ("home", "tmp", "bin"):
        (scratch / name).mkdir()
    config = {
        "records": str(scratch / "records.jsonl"),
        "root": str(workspace.root),
        "places": [
            (str(scratch / "home"), "<home>"),
            (str(scratch / "tmp"), "<tmp>"),
            (str(scratch / "output"), "<output>"),
            (str(scratch), "<scratch>"),
        ],
        "documents": None if order.documents is None else list(order.documents),
        "quiet": not order.loud,
        "keep": str(scratch / "warm") if order.keep and _answers_for_all(order) else None,
        "start": str(state.folder) if state else None,
        "again": list(again),
        "answers": kept,
        "order": vars(order.reading) if order.reading else None,
        "watch": watched,
    }
    files.write_json(scratch / "probe.json", config)
    python, python3 = order.environment.python, order.environment.bin / "python3"
    sphinx_build = scratch / "bin" / "sphinx-build"
    # The kernel has Python keep its bytecode in the output, which is empty: all of Sphinx would be compiled each time.
    _program(sphinx_build, _exec(python, "-X", "pycache_prefix", probe.__file__, scratch / "probe.json"))
    generators = [name for name in answers.GENERATORS if (workspace.root / name).exists()]
    if kept and generators:
        asked = "|".join(f"{name}|*/{name}" for name in generators)
        answer = _exec(python, "-I", "-S", answers.__file__, kept, python3)
        _program(scratch / "bin" / "python3", f'case "$1" in\n{asked}) {answer} ;;\nesac\n{_exec(python3)}')
    return recipes.Rooms(workspace.root, scratch, sphinx_build)


def _exec(*words: str | Path | None) -> str:
    """The line of a shell script that becomes `words` and all that the script was given."""
    return f'exec {shlex.join(str(word) for word in words)} "$@"'


def _program(path: Path, text: str) -> None:
    files.write_whole(path, f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def variables(environment: Environment, rooms: recipes.Rooms) -> Mapping[str, str]:
    """The whole environment of a build: the environment's `bin` first, no variable of the user's."""
    path = (str(rooms.sphinx_build.parent), str(environment.bin), *_host_path())
    return {
        "PATH": os.pathsep.join(path),
        "HOME": str(rooms.scratch / "home"),
        "TMPDIR": str(rooms.scratch / "tmp"),
        "LC_ALL": "C.UTF-8",  # Sphinx 8 and 9 crash at the start on a locale that the system lacks
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",  # or a child's lines come after those that it printed first
        "VIRTUAL_ENV": str(environment.folder),
        "GIT_CEILING_DIRECTORIES": str(rooms.root.parent),  # a repository around the store is not the tree's
    }


def _result(captured: capture.Capture, finished: process.Finished, limit: float, order: Order) -> Build:
    trials = order.reading.trials if order.reading else ()
    watched = bool(order.reading and order.reading.watched)
    status, reason = _status(captured, finished, limit)
    return Build(
        status=status,
        reason=reason,
        python=captured.python,
        docutils=captured.docutils,
        sphinx=captured.sphinx,
        diagnostics=captured.diagnostics,
        suppressed=captured.suppressed,
        unclassified=captured.unclassified,
        stderr_lines=captured.stderr_lines,
        read=captured.read,
        documents=captured.documents,
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
    """What `base` printed past Sphinx, `head` does not, and no document that `head` read again had printed."""
    before = Counter(diagnostic.printed for diagnostic in base.diagnostics if diagnostic.origin == "stderr")
    before -= Counter(diagnostic.printed for diagnostic in head.diagnostics if diagnostic.origin == "stderr")
    return next((text for text in before if text.splitlines()[0] not in unheard), None)


def _status(captured: capture.Capture, finished: process.Finished, limit: float) -> tuple[BuildStatus, str | None]:
    """A build is `ok` only where the recipe ended well and Sphinx came to its end: everything else is a failure."""
    if finished.timed_out:
        return "timeout", f"stopped at the time limit of {limit:.0f} s"
    if captured.crash:
        return "failed", captured.crash
    if finished.returncode < 0:
        return "failed", f"ended by signal {-finished.returncode}"
    if finished.returncode > 0:
        last = captured.unclassified[-1] if captured.unclassified else "it said nothing"
        return "failed", f"{Path(finished.command[0]).name} ended with status {finished.returncode}: {last}"
    if not captured.finished or not captured.documents:
        return "failed", "Sphinx did not come to its end" if captured.documents else "Sphinx looked at no documents"
    return "ok", None


def require_tools(recipe: Recipe) -> None:
    """Raise `MachineError` where the host lacks a program that `recipe` cannot do without."""
    if recipe.kind == "make" and shutil.which("make", path=os.pathsep.join(_host_path())) is None:
        raise MachineError("make is not installed; this tree is built by make: install GNU make (apt-get install make)")
