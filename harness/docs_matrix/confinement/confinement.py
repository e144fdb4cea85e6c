"""The only place that runs code of a tree: builds, backends, questions to git, setup commands and tree checks.

There are two layers. `landlock` needs no root privileges: a launcher sets Landlock for files, a filter of system calls, and limits
of resources before the command starts. `bubblewrap` also puts the command into its own namespaces: processes, network, mounts. A
trial shows which layers work on this machine; it is made once in a run.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import docs_matrix
from docs_matrix import process
from docs_matrix.confinement import kernel_calls, landlock, launcher, system_files
from docs_matrix.confinement.launch_order import LaunchOrder
from docs_matrix.errors import InputError, MachineError

__all__ = ["LAYERS", "Choice", "Confinement", "Layer", "Reach", "choose", "lacks"]

Layer = Literal["bubblewrap", "landlock", "none"]
LAYERS: tuple[Layer, ...] = ("bubblewrap", "landlock")
"""The layers, the strongest first."""
Choice = Literal["auto", "bubblewrap", "landlock", "none"]

MEMORY = 4 << 30
"""The bytes of memory that all processes of a build may take together, unless more is expected."""
PROCESSES = 200
"""The most processes of a build."""
DISK = 16 << 30
"""The most bytes that a build may write to the disk."""
LARGEST = 4 << 30
"""The most bytes of one file."""

TRIAL = 20.0
"""The seconds that a trial may take."""


@dataclass(frozen=True)
class Reach:
    """The rights of a command: the paths that it may `write`, and may `read` in addition to the files of the system and of Python.

    `memory` is the memory that it may take, in bytes.
    """

    write: tuple[Path, ...]
    read: tuple[Path, ...] = ()
    memory: int = MEMORY

    @property
    def folder(self) -> Path:
        """The first folder that may be written. The disk that has it is watched."""
        return self.write[0]


@dataclass(frozen=True)
class Confinement:
    """How commands are confined: the `layer`, and whether they have the `network`."""

    layer: Layer = "none"
    network: bool = False

    def __str__(self) -> str:
        """Return what confines commands here, for reports."""
        network = f"network {'on' if self.network else 'off'}"
        if self.layer == "none":
            return "not confined"
        parts = ["bubblewrap"] if self.layer == "bubblewrap" else []
        parts += [f"Landlock {landlock.version()}"] if landlock.version() else []
        parts += ["system call filter"] if kernel_calls.architecture() else []
        return ", ".join((*parts, network))

    def run(
        self,
        command: Sequence[str | Path],
        reach: Reach,
        *,
        timeout: float,
        cwd: Path,
        env: Mapping[str, str],
        stdin: bytes = b"",
        most: int | None = None,
        hear: Callable[[bytes], None] | None = None,
    ) -> process.Finished:
        """Run `command` as `docs_matrix.process.run` does, but only with the rights `reach`.

        Raises `MachineError`, and does not start it, if it cannot be confined.
        """
        words = tuple(os.fspath(word) for word in command)
        how: dict[str, Any] = {
            "timeout": timeout,
            "env": env,
            "stdin": stdin,
            "most": most,
            "hear": hear,
        }
        if self.layer == "none":
            return process.run(words, cwd=cwd, **how)
        with tempfile.TemporaryFile() as report:
            around = self._around(report.fileno(), reach, cwd)
            ended = process.run((*around, *words), cwd=cwd, pass_fds=(report.fileno(),), **how)
            report.seek(0)
            said = report.read().decode()
        if said.startswith("fault ") or (not said and not ended.timed_out and ended.returncode >= 0):
            reason = said.removeprefix("fault ") or ended.error_text.strip().rpartition("\n")[2] or "it ended at once"
            raise MachineError(f"{Path(words[0]).name} cannot be started by {self}: {reason}")
        if not said:
            return replace(ended, command=words)
        status, cpu, peak, stopped = said.split(" ", 3)
        return replace(
            ended,
            command=words,
            returncode=int(status),
            cpu_seconds=float(cpu),
            peak_bytes=int(peak),
            stopped=stopped,
        )

    def _around(self, report: int, reach: Reach, cwd: Path) -> tuple[str, ...]:
        """Return the words to put before a command, so that it runs confined."""
        apart = self.layer == "bubblewrap"
        read = self._readable(reach)
        write = tuple(str(path) for path in reach.write)
        shown = ("/dev/shm", "/tmp", "/var/tmp") if apart else ()  # noqa: S108 (its own)
        order = LaunchOrder(
            report=report,
            read=(*read, *(("/proc",) if apart else system_files.PROCESSES)),
            write=(*write, *shown),
            landlock=landlock.version() > 0,
            filtered=kernel_calls.architecture() is not None,
            apart=apart,
            network=self.network,
            memory=reach.memory,
            processes=PROCESSES,
            disk=DISK,
            largest=LARGEST,
            folder=str(reach.folder),
        )
        python = os.path.realpath(sys.executable)
        package = str(Path(docs_matrix.__file__).resolve().parents[1])
        start = (python, "-I", "-S", "-c", launcher.START, package, order.text())
        return (*_bubblewrap(read, write, cwd, network=self.network), *start) if apart else start

    def _readable(self, reach: Reach) -> tuple[str, ...]:
        own = (
            *system_files.of_prefix(Path(os.path.realpath(sys.executable))),
            str(Path(docs_matrix.__file__).resolve().parent),
        )
        named = (path for path in reach.read for path in (path, path.resolve()))
        network = system_files.NETWORK if self.network else ()
        return tuple(dict.fromkeys((*_system(), *network, *own, *map(str, named))))


@functools.cache
def _system() -> tuple[str, ...]:
    return tuple(path for path in system_files.SYSTEM if os.path.lexists(path))


def _bubblewrap(read: Iterable[str], write: Iterable[str], cwd: Path, *, network: bool) -> tuple[str, ...]:
    """Return the command of bubblewrap: an empty root folder, in which only the allowed paths are mounted."""
    program = shutil.which("bwrap")
    if program is None:
        raise MachineError("bubblewrap is not installed: install bubblewrap, or choose another --confine")
    words = [program, "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    words += ["--unshare-user-try", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    words += [] if network else ["--unshare-net"]
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/var/tmp"]  # noqa: S108 (its own)
    mounts = dict.fromkeys(read, "--ro-bind") | {str(Path(path).resolve()): "--bind" for path in write}
    for path in sorted(mounts):
        place = Path(path)
        if place.is_symlink() and place.parent == Path("/"):
            words += ["--symlink", str(place.readlink()), path]
        elif place.exists():
            words += [mounts[path], os.path.realpath(path), path]
    return (*words, "--remount-ro", "/", "--chdir", str(cwd), "--")


# ---- what this machine has


@functools.cache
def lacks(layer: Layer) -> str | None:
    """Return the reason why `layer` cannot be used on this machine; None if it can. A trial is made once in a run."""
    if layer == "none":
        return None
    if sys.platform != "linux":
        return f"{layer} needs Linux"
    if layer == "bubblewrap" and shutil.which("bwrap") is None:
        return "bubblewrap is not installed"
    if layer == "landlock":
        if not kernel_calls.architecture():
            return f"the system calls of {os.uname().machine} are not known here"
        if not landlock.version():
            return "the kernel has no Landlock, or does not use it (Linux 5.13 and later)"
    with tempfile.TemporaryDirectory(prefix="docs-matrix-") as folder:
        place = Path(os.path.realpath(folder))
        try:
            ended = Confinement(layer).run(
                ["/bin/sh", "-c", "exit 7"], Reach((place,)), timeout=TRIAL, cwd=place, env={"PATH": "/usr/bin:/bin"}
            )
        except MachineError as error:
            return str(error)
    return None if ended.returncode == 7 else f"a trial of {layer} ended with {ended.returncode}"


def choose(wanted: Choice = "auto", *, network: bool = False) -> Confinement:
    """Return the confinement `wanted`; for `auto` it is the strongest one that works here.

    Raises `InputError` if a named one does not work here.
    """
    layers = LAYERS if wanted == "auto" else (wanted,)
    for layer in layers:
        reason = lacks(layer)
        if reason is None:
            return Confinement(layer, network)
        if wanted != "auto":
            raise InputError(f"--confine {wanted}: {reason}")
    return Confinement("none", network)
