"""A package's own backend, called hook by hook in the environment of its build requirements."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docs_matrix import nofollow
from docs_matrix.builds import git_answers, recipes
from docs_matrix.builds.packages import call_backend
from docs_matrix.builds.packages.package_source import PackageSource
from docs_matrix.builds.reach import reach
from docs_matrix.builds.scratch_folder import script, variables
from docs_matrix.confinement.confinement import Confinement
from docs_matrix.errors import InputError
from docs_matrix.toolchains.environments import Environment
from docs_matrix.trees import Workspace

__all__ = ["Backend", "HookAnswer", "call_hook"]

LARGEST = 1 << 30
"""The most bytes of a wheel."""
ANSWER_LIMIT = 256 << 20
"""The most bytes of a hook's answer, with the names of the files that it opened."""
_VERSION_CONTROL = {"git", "hg"}
"""Programs that read only committed files of the tree."""

_WHEELS = "wheels"


@dataclass(frozen=True)
class Backend:
    """The backend of the package `source` in its `environment`; a hook may take `time_limit` seconds, and is confined."""

    source: PackageSource
    environment: Environment
    time_limit: float
    confinement: Confinement


@dataclass(frozen=True)
class HookAnswer:
    """The answer of a hook: its `value`, and the files of the tree that it `opened`.

    `exists`: the backend has this hook. `opened_is_known`: the interpreter reports which files are opened.
    `reads_are_known`: in addition, the hook started no program except git or hg, so all files that it read are known.
    """

    value: Any
    opened: tuple[str, ...]
    exists: bool
    opened_is_known: bool
    reads_are_known: bool

    def wheel(self, workspace: Workspace) -> bytes:
        """Return the wheel that the hook made; raises `InputError` if there is none."""
        try:
            with nofollow.folder(_WHEELS, dir_fd=workspace.scratch_fd) as folder:
                return nofollow.read(str(self.value), LARGEST, dir_fd=folder)
        except OSError as error:
            raise InputError(f"its build backend made no wheel: {error.strerror or error}") from error


def call_hook(backend: Backend, hook: str, workspace: Workspace) -> HookAnswer:
    """Call `hook` for the tree in `workspace` and return its answer; raises `InputError` with the last printed line if it fails."""
    source, scratch = backend.source, workspace.scratch
    for name in ("home", "tmp", "bin", _WHEELS, "metadata"):
        with nofollow.made_folder(name, dir_fd=workspace.scratch_fd):
            pass  # the hook before this one may have put a link there
    output = {"build_wheel": _WHEELS, "prepare_metadata_for_build_wheel": "metadata"}.get(hook)
    job = {
        "hook": hook,
        "backend": source.backend,
        "path": [str(workspace.root / place) for place in source.path],
        "root": str(workspace.root),
        "output": str(scratch / output) if output else None,
        "answer": str(scratch / f"{hook}.json"),
    }
    nofollow.write("job.json", json.dumps(job).encode("ascii"), dir_fd=workspace.scratch_fd)
    git = git_answers.recorder(workspace, backend.environment.python)
    if git:
        nofollow.write("bin/git", script(git[1]), dir_fd=workspace.scratch_fd, mode=0o755)
    where = recipes.BuildFolders(workspace.root, scratch, scratch / "bin" / "sphinx-build", workspace.top)
    given = {
        **variables(backend.environment, where),
        "PYTHONDONTWRITEBYTECODE": "1",  # else a later hook opens bytecode, and its source is not noted
        "SOURCE_DATE_EPOCH": "315532800",  # the first day that a zip file can name
    }
    finished = backend.confinement.run(
        [backend.environment.python, call_backend.__file__, scratch / "job.json"],
        reach(backend.environment, workspace.top, workspace.scratch, read=workspace.objects),
        timeout=backend.time_limit,
        cwd=workspace.root / source.folder,
        env=given,
    )
    if finished.timed_out:
        raise InputError(f"its build backend did not finish within {backend.time_limit:.0f} s")
    if finished.returncode:
        raise InputError(_last_words(finished.error_text or finished.text, workspace.root))
    if finished.stopped:
        raise InputError(f"its backend was ended: {finished.stopped}")
    answer = _answer(workspace, f"{hook}.json")
    if git and (any(path.startswith(".git/") for path in answer.opened) or not answer.opened_is_known):
        git_answers.note_more(workspace.scratch_fd)  # it may have read git's files directly
    return answer


def _answer(workspace: Workspace, name: str) -> HookAnswer:
    try:
        told = json.loads(nofollow.read(name, ANSWER_LIMIT, dir_fd=workspace.scratch_fd))
        value, opened, started = told["value"], told["opened"], set(told["started"])
        known = opened is not None
        return HookAnswer(
            value, tuple(opened or ()), bool(told["exists"]), known, known and started <= _VERSION_CONTROL
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"its build backend gave no answer: {error}") from error


def _last_words(text: str, root: Path) -> str:
    """Return the line of the output `text` that names the error: the last one that is not indented."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    said = next((line for line in reversed(lines) if not line[0].isspace()), "it printed nothing")
    return said.replace(f"{root}/", "")[:400]
