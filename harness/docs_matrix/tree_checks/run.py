"""Runs a tree check on one version of a tree, or takes its answer from the store.

The key of an answer is the content of the files that the check reads, so the check does not run again if only other files differ. A
check that could not run is a failure, and is tried again the next time.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path

from docs_matrix import files, json_values, process
from docs_matrix.builds import host_tools, scratch_folder
from docs_matrix.builds.build_store import BuildStore
from docs_matrix.builds.order import capture_version
from docs_matrix.builds.reach import reach
from docs_matrix.builds.result import Build, BuildStatus
from docs_matrix.config.tree_check import TreeCheck, matches
from docs_matrix.confinement.confinement import Confinement
from docs_matrix.errors import MachineError
from docs_matrix.toolchains.environments import Environment
from docs_matrix.tree_checks import output
from docs_matrix.tree_checks.holding import holding
from docs_matrix.trees import Tree, Trees, Workspace

__all__ = ["CheckRunner", "Checked"]

MOST_FILES = 1_000
"""The most files on one command line."""
TRACEBACK = re.compile(r"^Traceback \(most recent call last\):$", re.MULTILINE)


@dataclass(frozen=True)
class Checked:
    """The result of a check of one version: its answer, whether it ran now, and its output."""

    build: Build
    fresh: bool = False
    log: str = ""


@dataclass(frozen=True)
class CheckRunner:
    """Runs checks on versions of the `trees` in the `store`; safe to use from several threads and processes."""

    trees: Trees
    store: Path
    confinement: Confinement

    def run(self, check: TreeCheck, tree: Tree, named: tuple[str, ...], environment: Environment | None) -> Checked:
        """Return the result of `check` for `tree`; `named` are the files after its command, if it takes any.

        A check that takes files and gets none has no messages. Raises `MachineError` if the disk is full.
        """
        every = self.trees.paths(tree)
        candidates = sum(matches(path, check.files) for path in every)
        if check.files and not named:
            return Checked(_nothing(environment, candidates))
        wanted = {*named, *(path for path in every if matches(path, check.reads))}
        if check.holding:
            wanted |= holding(tree, check.holding, self.trees, self.store)
        some = self.trees.selected(tree, wanted.__contains__, check.name) if check.reads else tree
        read = named if check.files else tuple(sorted(wanted)) if check.reads else every
        key = _key(check, some, named, environment)
        kept = BuildStore(self.store)
        with kept.building(key):
            found = kept.observations(key)
            if found:
                return Checked(found[0], log=kept.log(key))
            build, log = self._made(check, some, named, environment)
            build = replace(build, read=read, documents=candidates if check.files else len(read))
            kept.put(key, build, log)
            return Checked(build, True, kept.log(key))

    def _made(
        self, check: TreeCheck, tree: Tree, named: tuple[str, ...], environment: Environment | None
    ) -> tuple[Build, bytes]:
        with self.trees.workspace(tree, git=check.git) as workspace:
            program = _program(check.command[0], workspace)
            given = scratch_folder.fill_for_check(workspace, environment)
            may = reach(environment, workspace.top, workspace.scratch, read=workspace.objects)
            built, log = _nothing(environment, 0), ""
            for some in _chunks(named):
                words = (*check.command, *some)
                try:
                    finished = self.confinement.run(
                        (program, *words[1:]), may, timeout=check.time_limit, cwd=workspace.root, env=given
                    )
                except MachineError as error:
                    return replace(built, status="failed", reason=str(error)), f"{log}{error}\n".encode(
                        "utf-8", "backslashreplace"
                    )
                text = finished.stdout.decode("utf-8", "backslashreplace")
                text += ("\n" if text and not text.endswith("\n") else "") + finished.error_text
                built = _with(built, check, finished, text, str(workspace.root), some)
                log += f"$ {shlex.join(words)}\n{text}"
                if built.status != "ok":
                    break
        return built, log.encode("utf-8", "backslashreplace")


def _program(word: str, workspace: Workspace) -> str:
    """Return the program of a command by its first `word`: a file of the tree gets its full path."""
    return str(workspace.root / word) if "/" in word and not word.startswith("/") else word


def _key(check: TreeCheck, tree: Tree, named: tuple[str, ...], environment: Environment | None) -> str:
    tools = check.tools or ((check.command[0],) if environment is None and "/" not in check.command[0] else ())
    content = {
        "check": json_values.plain(check),
        "tree": tree.identity,
        "files": sorted(named),
        "lock": environment.lock.digest if environment else None,
        "interpreter": environment.interpreter.version if environment else None,
        "tools": {tool: host_tools.tool_version(tool) for tool in tools},
        "capture": (capture_version(), Path(output.__file__).read_text("utf-8")),
    }
    return files.digest("check", json.dumps(content, sort_keys=True))


def _chunks(named: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the files after a command in parts that fit on one command line; at least one part."""
    return [named[at : at + MOST_FILES] for at in range(0, max(len(named), 1), MOST_FILES)]


def _with(
    before: Build, check: TreeCheck, finished: process.Finished, text: str, root: str, named: tuple[str, ...]
) -> Build:
    """Return the answer `before` with the messages in `text`, which the next command of the check printed."""
    diagnostics, others = output.messages(text, check, root, named)
    status, reason = _status(check, finished, text, bool(diagnostics))
    return replace(
        before,
        status=status,
        reason=reason,
        diagnostics=before.diagnostics + diagnostics,
        unclassified=before.unclassified + others,
        stderr_lines=before.stderr_lines + finished.stderr.count(b"\n"),
        seconds=before.seconds + finished.seconds,
        cpu_seconds=before.cpu_seconds + finished.cpu_seconds,
        peak_bytes=max(before.peak_bytes, finished.peak_bytes),
    )


def _status(check: TreeCheck, finished: process.Finished, text: str, said: bool) -> tuple[BuildStatus, str | None]:
    """Return how a check ended. It is `ok` only for one of its `statuses`, and one that is not 0 needs a message as well."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    last = lines[-1] if lines else "it printed nothing"
    broken = re.search(check.broken, text, re.MULTILINE) if check.broken else None
    if finished.timed_out:
        return "timeout", f"stopped at the time limit of {check.time_limit:.0f} s"
    if finished.returncode < 0:
        return "failed", f"ended by signal {-finished.returncode}"
    if broken:
        return "failed", broken[0].strip()
    if finished.returncode not in check.statuses or TRACEBACK.search(finished.error_text):
        return "failed", f"ended with status {finished.returncode}: {last}"
    if finished.returncode and not said:
        return "failed", f"ended with status {finished.returncode}, and no line has the form of a message: {last}"
    return "ok", None


def _nothing(environment: Environment | None, files_: int) -> Build:
    """Return the answer of a check that read none of its `files_` files."""
    python = environment.interpreter.version if environment else ""
    return Build(python, "", "", (), (), (), 0, (), files_, "ok", None, 0.0, 0.0, 0)
