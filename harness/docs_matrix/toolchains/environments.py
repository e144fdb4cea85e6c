"""Environments: virtual environments that are made from locks, and shared by all builds.

The name of an environment's folder is made from its content (the lock's content, the interpreter's file and version), so each is
made once. A file lock keeps other processes away while it is made or repaired. It is complete only if it has its mark, which is
written last and has the digest of its content. Packages are copied, not linked, from uv's cache, so that a build which writes into
its environment cannot change another one. Bytecode is made with the environment, because a confined build cannot write into it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from dataclasses import dataclass
from pathlib import Path

from docs_matrix import files, nofollow, process
from docs_matrix.errors import MachineError
from docs_matrix.store import room
from docs_matrix.toolchains import uv, without_uv
from docs_matrix.toolchains.interpreters import Interpreter
from docs_matrix.toolchains.locks import Lock

__all__ = ["Environment", "is_whole", "locate", "provide"]

MARK = "docs-matrix.json"

MAKING = 600.0
"""The seconds that an installation may take; it takes one to three, and more if packages must be fetched first."""

_NOT_THERE = "the environment of the cell is not in the store"


@dataclass(frozen=True)
class Environment:
    """A complete virtual environment: its folder, its interpreter, and the lock from which it was made."""

    folder: Path
    interpreter: Interpreter
    lock: Lock

    @property
    def bin(self) -> Path:
        """The folder of its programs, which comes first on PATH."""
        return self.folder / "bin"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.bin / "python"


def locate(lock: Lock, interpreter: Interpreter, store: Path) -> Path:
    """Return the folder of the environment of `lock` on `interpreter`; it need not exist."""
    name = files.digest(lock.digest, interpreter.version, str(interpreter.path))
    return store / "environments" / name[:24]  # short: the first line of a script has a limit


def is_whole(lock: Lock, interpreter: Interpreter, store: Path) -> bool:
    """Return whether the environment is complete: its files have the same names and sizes as when it was made.

    This takes some 20 ms.
    """
    folder = locate(lock, interpreter, store)
    try:
        mark = json.loads((folder / MARK).read_text(encoding="utf-8"))
        return (
            mark == _mark(folder, lock, interpreter)
            and os.access(folder / "bin" / "python", os.X_OK)
            and (folder / "bin" / "python").resolve() == interpreter.path
        )
    except (OSError, ValueError, RuntimeError):
        return False


def provide(lock: Lock, interpreter: Interpreter, *, store: Path, offline: bool = False) -> Environment:
    """Return the environment of `lock` on `interpreter`: the one in the store if it is complete, else a new one.

    Raises `MachineError` with the reason of uv, or of pip, if it cannot be made.
    """
    folder = locate(lock, interpreter, store)
    environment = Environment(folder, interpreter, lock)
    if is_whole(lock, interpreter, store):
        os.utime(folder / MARK)  # the least recently used go first when the store is full
        return environment
    with files.locked(room(store, "environments") / f"{folder.name}.lock"):
        if not is_whole(lock, interpreter, store):
            _make(environment, offline=offline)
    return environment


def _make(environment: Environment, *, offline: bool) -> None:
    folder, interpreter = environment.folder, environment.interpreter
    try:
        nofollow.remove(folder)
    except OSError as error:
        raise files.cannot_write(folder, error) from error
    # The mark is written last, so that an environment whose making was interrupted is never used.
    try:
        if uv.program():
            _install_by_uv(environment, offline=offline)
        else:
            _install_by_pip(environment, offline=offline)
        files.write_json(folder / MARK, _mark(folder, environment.lock, interpreter))
    except BaseException:
        with contextlib.suppress(OSError):
            nofollow.remove(folder)
        raise


def _install_by_uv(environment: Environment, *, offline: bool) -> None:
    network = ("--offline",) if offline else ()
    finished = uv.run(
        "venv", "--no-project", "--no-python-downloads", "--quiet", *network,
        "--python", str(environment.interpreter.path), "--prompt", environment.lock.cell, str(environment.folder),
        timeout=MAKING,
    )  # fmt: skip
    if finished.returncode == 0:
        finished = uv.run(
            "pip", "sync", "--require-hashes", "--only-binary", ":all:", "--quiet", "--compile-bytecode", *network,
            "--link-mode", "copy", "--no-sources", "--no-python-downloads", "--python", str(environment.python), "-",
            timeout=MAKING,
            stdin=environment.lock.text.encode(),
        )  # fmt: skip
    if finished.returncode and uv.no_network(finished):
        raise uv.unreachable(finished, _NOT_THERE, offline=offline)
    _see_success(environment, finished, uv.reason(finished))


def _install_by_pip(environment: Environment, *, offline: bool) -> None:
    if offline:
        raise MachineError(f"call again without --offline: {_NOT_THERE}")
    finished = without_uv.install(
        environment.folder,
        environment.interpreter.path,
        environment.lock.text,
        name=environment.lock.cell,
        timeout=MAKING,
    )
    if finished.returncode and (cause := without_uv.no_network(finished)):
        raise MachineError(f"the package index cannot be reached ({cause}): {_NOT_THERE}")
    _see_success(environment, finished, without_uv.reason(finished))


def _see_success(environment: Environment, finished: process.Finished, reason: str) -> None:
    """Raise `MachineError` with the `reason` if the command that `finished` failed."""
    if finished.returncode == 0:
        return
    if "No space left" in finished.error_text:
        raise files.cannot_write(environment.folder, OSError(errno.ENOSPC, "No space left"))
    says = f"the environment of {environment.lock.path} cannot be made on Python {environment.interpreter.version}"
    raise MachineError(f"{says} in {environment.folder}: {reason}")


def _mark(folder: Path, lock: Lock, interpreter: Interpreter) -> dict[str, str]:
    return {
        "lock": lock.digest,
        "python": interpreter.version,
        "interpreter": str(interpreter.path),
        "bytecode": "made with it",
        "content": files.digest(*_content(folder)),
    }


def _content(folder: Path) -> list[str]:
    """Return the names and sizes of all files of an environment."""
    found = []
    pending = [str(folder / "bin"), str(folder / "lib")]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                else:
                    found.append(f"{entry.path}\0{entry.stat(follow_symlinks=False).st_size}")
    return sorted(found)
