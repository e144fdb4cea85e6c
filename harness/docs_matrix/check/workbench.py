"""The workbench: what every question needs at hand. The matrix, the trees, the environments of its cells, and the runner.

Environments are provided once a run for each cell and set of requirements, however many questions want them.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from docs_matrix.builds.runner import Runner
from docs_matrix.config.matrix import Cell, Matrix
from docs_matrix.toolchains import environments, interpreters, locks
from docs_matrix.toolchains.environments import Environment
from docs_matrix.toolchains.locks import Lock
from docs_matrix.trees import Trees

__all__ = ["Provided", "Workbench"]


@dataclass(frozen=True)
class Provided:
    """An environment for a cell, with the notices that its results must carry (another patch release of Python)."""

    environment: Environment
    notices: tuple[str, ...]


class Workbench:
    """The matrix and the store, made ready for questions; safe to use from several threads."""

    def __init__(self, matrix: Matrix, store: Path, *, offline: bool = False) -> None:
        """`store` is the user's store folder; `offline` forbids to ask the package index for anything."""
        self.matrix = matrix
        self.store = store
        self.trees = Trees(store)
        self.runner = Runner(self.trees, store, time_limit=matrix.time_limit)
        self.offline = offline
        self.interpreters = interpreters.installed()
        self._lock = threading.Lock()
        self._provided: dict[tuple[str, tuple[str, ...]], Future[Provided]] = {}

    def provide(self, cell: Cell, requirements: tuple[str, ...]) -> Provided:
        """The environment of `cell` with a tree's `requirements`, made now if need be.

        Raises `MissingInterpreterError`, `MachineError` (the package index cannot be reached) or `InputError` (the cell
        cannot be resolved).
        """
        with self._lock:
            future = self._provided.get((cell.name, requirements))
            mine = future is None
            if future is None:
                future = self._provided[cell.name, requirements] = Future()
        if mine:
            try:
                future.set_result(self._make(cell, requirements))
            except BaseException as error:
                future.set_exception(error)
        return future.result()

    def lock(self, cell: Cell, requirements: tuple[str, ...]) -> Lock:
        """Return the lock of `cell` with a tree's `requirements`, resolved now if need be; nothing is installed.

        Raises `MachineError` (the package index cannot be reached) or `InputError` (the cell cannot be resolved).
        """
        committed = self.matrix.folder / "locks"
        return locks.provide(cell, requirements, committed=committed, store=self.store, offline=self.offline)

    def _make(self, cell: Cell, requirements: tuple[str, ...]) -> Provided:
        interpreter, notice = interpreters.find(cell.python, offline=self.offline, among=self.interpreters)
        lock = self.lock(cell, requirements)
        environment = environments.provide(lock, interpreter, store=self.store, offline=self.offline)
        return Provided(environment, (notice,) if notice else ())
