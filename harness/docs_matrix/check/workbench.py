"""The workbench: the matrix, the trees, the environments of the cells, and the runner of builds. Every question needs them.

In one run, the environment for a cell with given requirements is made only once, whatever the number of questions.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from docs_matrix.builds.packages import own_package, package_source
from docs_matrix.builds.packages.own_package import OwnPackage
from docs_matrix.builds.packages.provide import Factory
from docs_matrix.builds.runner import Runner
from docs_matrix.builds.setup.setup_steps import SetupSteps
from docs_matrix.config.matrix import PINNED, Cell, Install, Matrix, Recipe, normalised
from docs_matrix.confinement.confinement import Confinement, choose
from docs_matrix.errors import InputError
from docs_matrix.toolchains import environments, interpreters, locks, uv, without_uv
from docs_matrix.toolchains.environments import Environment
from docs_matrix.toolchains.locks import Lock
from docs_matrix.trees import Tree, Trees

__all__ = ["Prepared", "Provided", "Workbench"]


@dataclass(frozen=True)
class Provided:
    """An environment for a cell, and notices that its results must have (such as another patch release of Python)."""

    environment: Environment
    notices: tuple[str, ...]


@dataclass(frozen=True)
class Prepared(Provided):
    """An environment for a version of a tree, and what was made from that version before its build.

    `packages` are the tree's own packages; they lie outside of the environment, because other trees share it. `tree` is the
    version with the files that the commands of `setup:` wrote.
    """

    tree: Tree
    packages: tuple[OwnPackage, ...] = ()


class Workbench:
    """The matrix and the store, ready for questions. It is safe to use from several threads."""

    def __init__(
        self, matrix: Matrix, store: Path, *, offline: bool = False, confinement: Confinement | None = None
    ) -> None:
        """`store` is the user's store folder; `offline` forbids to ask the package index for anything.

        Code of a tree runs in `confinement`, by default the strongest that this machine has.
        """
        self.confinement = confinement or choose()
        self.matrix = matrix
        self.store = store
        self.trees = Trees(store)
        self.runner = Runner(
            self.trees, store, time_limit=matrix.time_limit, confinement=self.confinement, offline=offline
        )
        self.offline = offline
        self.interpreters = interpreters.installed()
        newest = max((cell.date for cell in matrix.cells), default=datetime.now(UTC))
        self._packages = Factory(self.trees, store, newest, offline, matrix.time_limit, self.confinement)
        self._setup = SetupSteps(self.trees, store, matrix.time_limit, self.confinement)
        self._lock = threading.Lock()
        self._provided: dict[tuple[Cell, tuple[str, ...]], Future[Provided]] = {}

    def provide(self, cell: Cell, requirements: tuple[str, ...]) -> Provided:
        """Return the environment of `cell` with a tree's `requirements`. It is made now if it does not exist.

        Raises `MissingInterpreterError`, `MachineError` (the package index cannot be reached) or `InputError` (the cell
        cannot be resolved).
        """
        with self._lock:
            future = self._provided.get((cell, requirements))
            mine = future is None
            if future is None:
                future = self._provided[cell, requirements] = Future()
        if mine:
            try:
                future.set_result(self._make(cell, requirements))
            except BaseException as error:
                future.set_exception(error)
        return future.result()

    def equip(
        self, cell: Cell, tree: Tree, install: Install, recipe: Recipe, requirements: tuple[str, ...]
    ) -> Prepared:
        """Return the environment of `cell` for `tree`, with the packages of the tree itself that `install` names.

        It holds `requirements`, and what these packages require in this version of the tree. The commands of `recipe.setup` have
        run in it. Raises as `provide` does, and `InputError` if a package cannot be made or a command fails.
        """
        packages: tuple[OwnPackage, ...] = ()
        if install.folders:
            interpreter, _ = interpreters.find(cell.python, offline=self.offline, among=self.interpreters)
            packages = self._packages.packages(tree, install, recipe, interpreter)
            requirements = own_package.requirements(requirements, packages, interpreter.version)
        own = package_source.find(".", partial(self.trees.read, tree))
        if install.release:
            if own is None or not own.name:
                raise InputError(
                    f"{tree.name}: install: release: no file in the top folder has the name of the package"
                )
            requirements = normalised((*requirements, own.name))
        provided = self.provide(cell, requirements)
        named = {canonicalize_name(Requirement(text).name) for text in requirements} - set(PINNED)
        version = provided.environment.lock.packages.get(own.name) if own and own.name in named else None
        notices = provided.notices
        if own and version:
            notices += (
                f"{own.name} {version} of the package index stands in for the tree's own package: no change of its code is seen",
            )
        environment = provided.environment
        return Prepared(environment, notices, self._setup.prepared(tree, recipe, environment, packages), packages)

    def lock(self, cell: Cell, requirements: tuple[str, ...]) -> Lock:
        """Return the lock of `cell` with a tree's `requirements`. It is resolved now if there is none; nothing is installed.

        Raises `MachineError` (the package index cannot be reached) or `InputError` (the cell cannot be resolved).
        """
        committed = self.matrix.folder / "locks"
        return locks.provide(cell, requirements, committed=committed, store=self.store, offline=self.offline)

    def _make(self, cell: Cell, requirements: tuple[str, ...]) -> Provided:
        interpreter, notice = interpreters.find(cell.python, offline=self.offline, among=self.interpreters)
        lock = self.lock(cell, requirements)
        notices = [notice] if notice else []
        if uv.program() is None and not environments.is_whole(lock, interpreter, self.store):
            notices.append(without_uv.SLOWER)
        environment = environments.provide(lock, interpreter, store=self.store, offline=self.offline)
        return Provided(environment, tuple(notices))
