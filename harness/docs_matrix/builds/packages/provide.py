"""The packages of one version of a tree for one interpreter: taken from the store, or else made by their own backends.

A package is made again if something changed on which its wheel depends: a file that is neither documentation nor
Python, the set of folders with Python files, a Python file that the backend read for the metadata (`__version__` in
`__init__.py`), git's answers to the backend, the lock of the build requirements, or the interpreter. An edit of any
other Python file makes no wheel. If it is not known which files the backend read, or if the wheel has a module under
another name, all Python files count.
"""

from __future__ import annotations

import json
import os
import posixpath
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from docs_matrix import files, json_values
from docs_matrix.builds import recipes
from docs_matrix.builds.git_answers import GitAnswers
from docs_matrix.builds.packages import call_backend, lay, package_source, wheel
from docs_matrix.builds.packages.backend import Backend, HookAnswer, call_hook
from docs_matrix.builds.packages.own_package import OwnPackage
from docs_matrix.builds.packages.package_source import PackageSource
from docs_matrix.builds.packages.wheel import Entries, Parts
from docs_matrix.config.matrix import Install, Recipe
from docs_matrix.confinement.confinement import Confinement
from docs_matrix.errors import HarnessError, InputError
from docs_matrix.store import room
from docs_matrix.toolchains import environments, locks
from docs_matrix.toolchains.environments import Environment
from docs_matrix.toolchains.interpreters import Interpreter
from docs_matrix.trees import Tree, Trees

__all__ = ["Factory"]


@dataclass(frozen=True)
class _Kept:
    """The description of a built package in the store: see `OwnPackage`.

    `read` are the files of the tree on which it depends in addition to its key, with the ids of their blobs; `modules` is the
    digest of all Python files if it depends on these, else empty.
    """

    name: str
    version: str
    requires: tuple[str, ...]
    python: str
    roots: tuple[str, ...]
    digest: str
    read: Mapping[str, str]
    modules: str


@dataclass(frozen=True)
class Factory:
    """Makes packages of trees.

    Build requirements are resolved as of `date`, and not as of the cell's date: the backends of a project of today did not exist
    when the toolchain of an old cell was new. If `date` is too old for them, they are resolved as of this month.
    """

    trees: Trees
    store: Path
    date: datetime
    offline: bool
    time_limit: float
    confinement: Confinement

    @property
    def _git(self) -> GitAnswers:
        """The questions of backends to git: with them, a new commit id alone is no reason to make a package again."""
        return GitAnswers(self.store, self.trees, self.confinement)

    def packages(
        self, tree: Tree, install: Install, recipe: Recipe, interpreter: Interpreter
    ) -> tuple[OwnPackage, ...]:
        """Return the packages of `tree` that `install` names, except for folders without a package in this version.

        Raises `InputError` with the way out if a package cannot be made, `MachineError` if the package index or the disk fails.
        """
        return tuple(
            package
            for named in install.folders
            if (package := self._package(tree, named, recipe, interpreter)) is not None
        )

    def _package(self, tree: Tree, named: str, recipe: Recipe, interpreter: Interpreter) -> OwnPackage | None:
        folder, _, rest = named.rstrip("]").partition("[")
        extras = tuple(canonicalize_name(extra) for extra in rest.split(",") if extra.strip())
        found = package_source.find(folder or ".", lambda path: self.trees.read(tree, path))
        if found is None:
            return None
        try:
            self._refuse_python(found.python, interpreter)
            backend, environment = self._backend(found, found.requires, interpreter)
            key = _key(found, self.trees.entries(tree), recipe, environment, git=tree.history is not None)
            if self.confinement.network:
                key = files.digest(key, "network")
            answered = self._git.key(key, tree)
            kept = self._found(answered, tree) or self._made(key, tree, found, backend, recipe, interpreter)
        except HarnessError as error:
            raise type(error)(
                f"the package {found.name or 'in ' + found.folder} of {tree.name} cannot be built on Python "
                f"{interpreter.version}: {error} (`install: release` in matrix.yaml installs it from the package index)"
            ) from error
        folder_of_it, said = kept
        return OwnPackage(
            name=said.name,
            version=said.version,
            requires=said.requires,
            python=said.python,
            roots=said.roots,
            digest=said.digest,
            archive=folder_of_it / "content.zip",
            extras=extras,
        )

    def _refuse_python(self, wanted: str, interpreter: Interpreter) -> None:
        with suppress(InvalidSpecifier):
            if not SpecifierSet(wanted).contains(interpreter.version, prereleases=True):
                raise InputError(f"it needs Python {wanted}")

    def _backend(
        self, found: PackageSource, requires: tuple[str, ...], interpreter: Interpreter
    ) -> tuple[Backend, Environment]:
        """Return the backend of a package in an environment that holds `requires`."""
        minor = ".".join(interpreter.version.split(".")[:2])
        pins = tuple(sorted({str(Requirement(text)) for text in requires}))
        addresses = [text for text in pins if Requirement(text).url]
        if addresses:
            raise InputError(f"it needs {addresses[0]} to be built, and an address cannot be locked")
        nowhere = self.store / "locks"  # no project commits the locks of its build requirements

        def locked(date: datetime) -> locks.Lock:
            tools = locks.Tools(minor, date, pins)
            return locks.provide(tools, (), committed=nowhere, store=self.store, offline=self.offline)

        try:
            try:
                lock = locked(self.date)
            except InputError:
                lock = locked(_this_month())  # the project is younger than all cells
        except HarnessError as error:
            reason = str(error).partition(" cannot be resolved: ")[2]
            raise type(error)(
                f"its build requirements cannot be resolved: {reason}" if reason else str(error)
            ) from error
        environment = environments.provide(lock, interpreter, store=self.store, offline=self.offline)
        return Backend(found, environment, self.time_limit, self.confinement), environment

    def _found(self, key: str, tree: Tree) -> tuple[Path, _Kept] | None:
        """Return the stored package with this `key` whose other dependencies are the same in `tree`; None if there is none."""
        entries = self.trees.entries(tree)
        modules = _modules(entries)
        for folder in _folders(self.store / "packages" / key):
            kept = json_values.read_or_none(folder / "package.json", _Kept)
            if kept is None or kept.modules not in ("", modules):
                continue
            if all(entries.get(path, ("", ""))[1] == blob for path, blob in kept.read.items()):
                with suppress(OSError):
                    os.utime(folder.parent)  # the least recently used go first when the store is full
                return folder, kept
        return None

    def _made(
        self, key: str, tree: Tree, found: PackageSource, backend: Backend, recipe: Recipe, interpreter: Interpreter
    ) -> tuple[Path, _Kept]:
        place = room(self.store, "packages")
        with files.locked(place / f"{key}.lock"):
            again = self._found(self._git.key(key, tree), tree)
            if again:
                return again
            with self.trees.workspace(tree) as workspace:
                asked = call_hook(backend, "get_requires_for_build_wheel", workspace)
                more = tuple(str(text) for text in asked.value) if isinstance(asked.value, list) else ()
                if more:
                    backend, _ = self._backend(found, (*found.requires, *more), interpreter)
                metadata = call_hook(backend, "prepare_metadata_for_build_wheel", workspace)
                built = call_hook(backend, "build_wheel", workspace)
                answered = self._git.note(key, tree, workspace.scratch_fd)
                parts = wheel.take_apart(built.wheel(workspace), found.folder, self.trees.entries(tree))
            kept = _described(parts, asked, metadata, self.trees.entries(tree))
            self._refuse_python(kept.python, interpreter)
            return _keep(place / answered, parts, kept), kept


def _this_month() -> datetime:
    """Return the first day of this month, so that a lock is made at most once a month."""
    return datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _key(found: PackageSource, entries: Entries, recipe: Recipe, environment: Environment, *, git: bool) -> str:
    """Return the digest of all that a wheel depends on, except for Python files that the backend reads and git's answers."""
    content = [f"{path}\0{mode} {blob}" for path, (mode, blob) in entries.items() if not _is_left_out(path, recipe)]
    folders = sorted({posixpath.dirname(path) for path in entries if path.endswith(".py")})
    return files.digest(
        json.dumps([found.folder, environment.lock.digest, environment.interpreter.version, folders, git]),
        Path(call_backend.__file__).read_bytes(),
        Path(wheel.__file__).read_bytes(),
        *sorted(content),
    )


def _is_left_out(path: str, recipe: Recipe) -> bool:
    """Return whether a file is Python or documentation; a setup.py is neither."""
    if path.endswith(".py"):
        return posixpath.basename(path) != "setup.py"
    if recipes.below(recipe, path) is None:
        return False
    return posixpath.normpath(recipe.source) != "." or path.endswith(recipes.SUFFIXES)


def _modules(entries: Entries) -> str:
    return files.digest(*(f"{path}\0{blob}" for path, (_, blob) in sorted(entries.items()) if path.endswith(".py")))


def _described(parts: Parts, asked: HookAnswer, metadata: HookAnswer, entries: Entries) -> _Kept:
    """Return the description of a package: the fields of its metadata, and the files on which it depends."""
    headers = parts.headers
    opened = {*asked.opened, *metadata.opened, *parts.changed}
    every = parts.moved or not (asked.reads_are_known and metadata.reads_are_known and metadata.exists)
    return _Kept(
        name=canonicalize_name(str(headers.get("Name", ""))),
        version=str(headers.get("Version", "")),
        requires=tuple(str(text) for text in headers.get_all("Requires-Dist", [])),
        python=str(headers.get("Requires-Python", "")),
        roots=parts.roots,
        digest=parts.digest,
        read={path: entries[path][1] for path in sorted(opened) if path in entries},
        modules=_modules(entries) if every else "",
    )


def _keep(place: Path, parts: Parts, kept: _Kept) -> Path:
    """Put a package into the store, completely or not at all: its description is written last."""
    folder = place / files.digest(json.dumps(sorted(kept.read.items())), kept.modules)[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as stream:
            pass
        lay.pack(Path(stream.name), parts.laid, parts.metadata)
        Path(stream.name).replace(folder / "content.zip")
    except OSError as error:
        raise files.cannot_write(folder, error) from error
    json_values.write(folder / "package.json", kept)
    return folder


def _folders(place: Path) -> Iterator[Path]:
    yield from sorted(path for path in place.glob("*") if path.is_dir())
