"""Lists what is missing on this machine for the cells of a matrix, and the command that fixes it; nothing is changed here."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from docs_matrix.config.matrix import Cell, Matrix
from docs_matrix.confinement import confinement
from docs_matrix.errors import HarnessError, MachineError, MissingInterpreterError
from docs_matrix.store import refusal
from docs_matrix.toolchains import environments, interpreters, locks, uv
from docs_matrix.toolchains.interpreters import Interpreter
from docs_matrix.toolchains.locks import Lock

__all__ = ["CellState", "Lack", "examine", "state"]

ROOM = 2 << 30
"""The bytes that should be free for the store: eight environments of some 70 MB each, and the builds."""


@dataclass(frozen=True)
class Lack:
    """Something that is missing or broken: `what` in one line, and `remedy`, the command or the action that fixes it.

    `needed` is False if only some trees need it.
    """

    what: str
    remedy: str
    needed: bool = True


@dataclass(frozen=True)
class CellState:
    """The state of a cell with a requirement set on this machine.

    `interpreter` is None if it is missing; `notice` says so if another patch release is used in its place. `lock` is None if no
    lock fits. `environment` is the folder of the environment, None if it is not known because the lock or the interpreter is
    missing; `made` is true if the environment is complete. `lacks` is the list of missing things.
    """

    cell: Cell
    interpreter: Interpreter | None
    notice: str | None
    lock: Lock | None
    environment: Path | None
    made: bool
    lacks: tuple[Lack, ...]


def state(
    cell: Cell,
    requirements: Sequence[str],
    *,
    committed: Path,
    store: Path,
    among: tuple[Interpreter, ...] | None = None,
) -> CellState:
    """Return the state of `cell` with `requirements`; nothing is fetched, made or changed.

    `among` is the result of `interpreters.installed`, for callers that ask for many cells.
    """
    lacks = []
    interpreter: Interpreter | None = None
    notice = None
    try:
        interpreter, notice = interpreters.find(cell.python, offline=True, among=among)
    except MissingInterpreterError:
        lacks.append(Lack(f"cell {cell.name}: no Python {cell.python} here", interpreters.remedy(cell.python)))
    found = locks.look_up(cell, requirements, committed=committed, store=store)
    lock = found if isinstance(found, Lock) else None
    if isinstance(found, str):
        lacks.append(Lack(f"cell {cell.name}: {found}", f"docs-matrix lock {cell.name}"))
    folder = environments.locate(lock, interpreter, store) if lock and interpreter else None
    made = bool(lock and interpreter and environments.is_whole(lock, interpreter, store))
    return CellState(cell, interpreter, notice, lock, folder, made, tuple(lacks))


def examine(
    matrix: Matrix,
    requirements: Sequence[str] = (),
    *,
    committed: Path,
    store: Path,
    tools: Mapping[str, str],
    offline: bool = False,
) -> tuple[Lack, ...]:
    """Return what is missing on this machine to build every cell of `matrix` for a tree with `requirements`.

    Necessary things come first. `tools` are the programs that recipes use, each with the problem if it is missing. If an
    environment must still be made, the package index is asked as well, unless `offline`.
    """
    lacks = [*_programs(tools), *_confinement(), *_accelerators(), *_store(store)]
    try:
        among = interpreters.installed()
    except MachineError as error:
        return (Lack(str(error), "python3 -m pip install --force-reinstall uv"), *lacks)
    states = [state(cell, requirements, committed=committed, store=store, among=among) for cell in matrix.cells]
    for cell in states:
        lacks += cell.lacks
    if not offline and uv.program() and not all(cell.made for cell in states):
        lacks += _index()
    return tuple(sorted(lacks, key=lambda lack: not lack.needed))


PACKAGES = {"dot": "graphviz"}


def _programs(tools: Mapping[str, str]) -> Iterator[Lack]:
    for program, effect in {"git": "patches cannot be applied, and revisions cannot be read", **tools}.items():
        if shutil.which(program) is None:
            installing = _installing(PACKAGES.get(program, program))
            yield Lack(f"{program} is not on PATH: {effect}", installing, needed=program not in tools)


def _confinement() -> Iterator[Lack]:
    """Yield the layers by which builds cannot be confined here."""
    reasons = {layer: confinement.lacks(layer) for layer in confinement.LAYERS}
    ways = {"bubblewrap": _installing("bubblewrap"), "landlock": "use Linux 5.13 or later on x86_64 or aarch64"}
    left = "the other layer confines them" if None in reasons.values() else "they are not confined"
    for layer, reason in reasons.items():
        if reason:
            yield Lack(f"builds are not confined by {layer}: {reason}; {left}", ways[layer], needed=False)


def _accelerators() -> Iterator[Lack]:
    """Yield what a fallback replaces: another program does its work, slower."""
    if uv.program() is None:
        slow = "uv is not installed: venv and pip make the environments, slower; no lock can be resolved, no release looked up"
        yield Lack(slow, uv.INSTALLING, needed=False)
    if find_spec("isal") is None:
        slow = "isal is not installed: a tree is read for the first time at a quarter of the speed"
        yield Lack(slow, "python3 -m pip install isal", needed=False)


def _installing(package: str) -> str:
    for manager, words in (
        ("apt-get", "sudo apt-get install"),
        ("dnf", "sudo dnf install"),
        ("pacman", "sudo pacman -S"),
        ("zypper", "sudo zypper install"),
        ("apk", "sudo apk add"),
        ("brew", "brew install"),
    ):
        if shutil.which(manager):
            return f"{words} {package}"
    return f"install {package} with this system's packages"


def _store(store: Path) -> Iterator[Lack]:
    elsewhere = "set DOCS_MATRIX_STORE to a folder that can be written, on a disk with room"
    there = store
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        if reason := refusal(store):
            yield Lack(f"the store {store} {reason}", elsewhere)
            return
        with tempfile.TemporaryFile(dir=there):
            pass
        free = shutil.disk_usage(there).free
    except MachineError as error:
        yield Lack(f"the store {error}", elsewhere)
        return
    except OSError as error:
        yield Lack(f"the store {store} cannot be written: {error.strerror or error}", elsewhere)
        return
    if free < ROOM:
        yield Lack(
            f"the store {store} has {free >> 20} MiB left on its disk; at least {ROOM >> 20} MiB are recommended",
            elsewhere,
        )


def _index() -> Iterator[Lack]:
    try:
        lack = uv.index_lack()
    except HarnessError as error:
        lack = str(error)
    if lack:
        remedy = "connect to the network, or name a mirror in UV_DEFAULT_INDEX"
        yield Lack(f"environments are still to be made, and the package index does not answer: {lack}", remedy)
