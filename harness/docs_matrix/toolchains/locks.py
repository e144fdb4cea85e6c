"""Locks: the complete pinned, hashed requirements of a cell together with a tree's own requirements.

A lock is a plain requirements file. Its header says for what it was resolved, so that `mismatch` can check offline whether it still
fits:

    # docs-matrix lock 1
    # cell: py3.13-docutils0.21.2-sphinx8.1.3
    # python: 3.13
    # date: 2025-08-09T00:00:00Z
    # pins: ["docutils==0.21.2", "sphinx==8.1.3"]
    # requirements: ["alabaster", "pyyaml"]
    alabaster==1.0.0 \\
        --hash=sha256:c00dca57…

Everything in it comes from wheels. It is resolved for Linux and for the first patch release of the Python, on any machine, so that
all machines write the same text. The hashes are those of all wheels of a release.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from docs_matrix import files
from docs_matrix.config.matrix import Cell, is_absent, normalised
from docs_matrix.errors import HarnessError, InputError
from docs_matrix.store import room
from docs_matrix.toolchains import uv

__all__ = [
    "Lock",
    "Outcome",
    "Pinned",
    "Tools",
    "check_all",
    "file_name",
    "look_up",
    "mismatch",
    "provide",
    "read",
    "requirement_sets",
    "resolve",
    "write_all",
]

FIRST_LINE = "# docs-matrix lock 1"

RESOLVING = 300.0
"""The seconds that one resolution may take; it takes about one."""

LARGEST = 4 << 20
"""The most bytes of a lock; usual ones have 30 KB."""


class Pinned(Protocol):
    """The owner of a lock: a cell, or the tools that build a package."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def python(self) -> str:
        """Its Python, a minor or a full release."""
        ...

    @property
    def date(self) -> datetime:
        """The time as of which it is resolved."""
        ...

    @property
    def pins(self) -> tuple[str, ...]:
        """Its own requirements."""
        ...


@dataclass(frozen=True)
class Tools:
    """The tools that build a package, or those of a tree check: the requirements `pins` on a `python` as of `date`."""

    python: str
    date: datetime
    pins: tuple[str, ...]
    purpose: str = "build"

    @property
    def name(self) -> str:
        """The name of its lock, by content."""
        return f"{self.purpose}-py{self.python}-{files.digest(_utc(self.date), *self.pins)[:12]}"


@dataclass(frozen=True)
class Lock:
    """A lock as read from `path`.

    `cell` is the cell's name, and `python` the minor release for which it was resolved. `date` is the UTC time as of which it was
    resolved. `pins` and `requirements` are the requirements of the cell and of the tree. `packages` are the locked versions by
    canonical name. `digest` is the digest of the packages and their hashes, so that equal locks with different names have one
    environment. `text` is the full text.
    """

    path: Path
    cell: str
    python: str
    date: str
    pins: tuple[str, ...]
    requirements: tuple[str, ...]
    packages: dict[str, str] = field(repr=False, hash=False)
    digest: str
    text: str = field(repr=False, compare=False)


@dataclass(frozen=True)
class Outcome:
    """The result of `write_all` or `check_all` for one lock.

    `state` is `ok` (unchanged), `written` (new content was written) or `bad` (`error` says why).
    """

    path: Path
    cell: str
    requirements: tuple[str, ...]
    state: str
    error: HarnessError | None = None


def file_name(cell: Pinned, requirements: Iterable[str]) -> str:
    """Return the name of the lock of `cell` and `requirements`: `py3.13-docutils0.21.2-sphinx8.1.3+alabaster+pyyaml.txt`.

    If the requirements do not fit into a short and plain file name, their digest takes their place.
    """
    behind = "".join(f"+{requirement}" for requirement in normalised(requirements))
    if len(behind) > 80 or not re.fullmatch(r"[a-z0-9.+=-]*", behind):
        behind = f"+{files.digest(behind)[:12]}"
    return f"{cell.name}{behind}.txt"


def read(path: Path) -> Lock:
    """Return the lock in the file `path`; raises `InputError` if it is not a lock."""
    try:
        text = files.read_regular(path, LARGEST).decode("utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not a lock: it is not UTF-8") from error
    return _lock(path, text)


def mismatch(lock: Lock, cell: Pinned, requirements: Iterable[str]) -> str | None:
    """Return the reason why `lock` is not the lock of `cell` and `requirements`; None if it is. The package index is not asked."""
    wanted = normalised(requirements)
    said = (
        ("python", lock.python, _minor(cell)),
        ("date", lock.date, _utc(cell.date)),
        ("pins", " ".join(lock.pins), " ".join(cell.pins)),
        ("requirements", " ".join(lock.requirements) or "none", " ".join(wanted) or "none"),
    )
    for what, has, needs in said:
        if has != needs:
            return f"it was resolved for {what} {has}, and {needs} is asked for"
    for text in (*cell.pins, *wanted):
        requirement = Requirement(text)
        version = lock.packages.get(canonicalize_name(requirement.name))
        if is_absent(requirement):
            if version is not None:
                return f"it holds {requirement.name}, which must not be installed"
        elif version is None:
            if requirement.marker is None:
                return f"it does not hold {requirement.name}"
        elif not requirement.specifier.contains(version, prereleases=True):
            return f"it holds {requirement.name} {version}, and {text} is asked for"
    return None


def look_up(cell: Pinned, requirements: Iterable[str], *, committed: Path, store: Path) -> Lock | str:
    """Return the committed lock, else the one in the store, that fits; else the reason why there is none."""
    reason = ""
    for folder in (committed, store / "locks"):
        path = folder / file_name(cell, requirements)
        try:
            lock = read(path)
        except InputError as error:
            reason = reason or (str(error) if path.exists() else "")
            continue
        refusal = mismatch(lock, cell, requirements)
        if refusal is None:
            return lock
        reason = reason or f"{path}: {refusal}"
    return reason or f"there is no lock {file_name(cell, requirements)}"


def provide(cell: Pinned, requirements: Iterable[str], *, committed: Path, store: Path, offline: bool = False) -> Lock:
    """Return the lock of `cell` and `requirements`: the committed one, else the one in the store, else a new one, which is stored.

    Raises `InputError` if the committed one is broken, or if they cannot be resolved, `MachineError` if the package index
    cannot be reached.
    """
    name = file_name(cell, requirements)
    found = look_up(cell, requirements, committed=committed, store=store)
    if isinstance(found, Lock):
        return found
    if os.path.lexists(committed / name):
        try:
            read(committed / name)
        except InputError as error:  # a broken committed lock is an error: no other one is used
            raise InputError(f"{error}; make it again: docs-matrix lock {cell.name}") from error
    kept = room(store, "locks")
    with files.locked(kept / f"{name}.lock"):
        found = look_up(cell, requirements, committed=committed, store=store)
        if isinstance(found, Lock):
            return found
        text = resolve(cell, requirements, offline=offline)
        files.write_whole(kept / name, text)
        return _lock(kept / name, text)


def resolve(cell: Pinned, requirements: Iterable[str], *, offline: bool = False) -> str:
    """Return the text of a new lock of `cell` and `requirements`, resolved by uv.

    Raises `InputError` with uv's reason if they cannot be resolved, `MachineError` if the package index cannot be reached (or, if
    `offline`, its answers are not in uv's cache).
    """
    wanted = normalised(requirements)
    named = f"cell {cell.name}" + (f" with {' '.join(wanted)}" if wanted else "")
    if cell.date > datetime.now(UTC):
        raise InputError(f"{named}: its date {_utc(cell.date)} is in the future, so its packages are not known yet")
    with tempfile.NamedTemporaryFile(prefix="docs-matrix-") as overrides:
        overrides.write("".join(f"{text}\n" for text in wanted if is_absent(Requirement(text))).encode())
        overrides.flush()
        finished = uv.run(
            "pip", "compile", "-", "--override", overrides.name,
            "--python", sys.executable, "--python-version", _minor(cell), "--python-platform", "linux",
            "--exclude-newer", _utc(cell.date), "--only-binary", ":all:", "--generate-hashes",
            "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--no-python-downloads",
            "--no-sources", "--quiet",
            *(("--offline",) if offline else ()),
            timeout=RESOLVING,
            stdin="\n".join((*cell.pins, *wanted, "")).encode(),
        )  # fmt: skip
    if finished.returncode:
        if uv.no_network(finished):
            raise uv.unreachable(finished, f"{named} cannot be resolved", offline=offline)
        raise InputError(f"{named} cannot be resolved: {uv.reason(finished)}")
    header = (
        FIRST_LINE,
        f"# cell: {cell.name}",
        f"# python: {_minor(cell)}",
        f"# date: {_utc(cell.date)}",
        f"# pins: {json.dumps(cell.pins)}",
        f"# requirements: {json.dumps(wanted)}",
    )
    text = "\n".join(header) + "\n" + finished.text
    _lock(Path(file_name(cell, wanted)), text)
    return text


def requirement_sets(cells: Sequence[Cell], folder: Path) -> tuple[tuple[str, ...], ...]:
    """Return the requirement sets of the locks of `cells` in `folder`, sorted; the empty set is always included."""
    names = {cell.name for cell in cells}
    found: set[tuple[str, ...]] = {()}
    for path in folder.glob("*.txt"):
        try:
            lock = read(path)
        except InputError:
            continue
        if lock.cell in names:
            found.add(lock.requirements)
    return tuple(sorted(found))


def write_all(
    cells: Sequence[Cell],
    sets: Iterable[tuple[str, ...]],
    folder: Path,
    *,
    tools: Iterable[Tools] = (),
    offline: bool = False,
) -> tuple[Outcome, ...]:
    """Resolve every cell with every requirement set, and `tools`, and write the locks into `folder`; return the outcomes.

    An unchanged lock is not written. If a resolution fails, its outcome is `bad`, and the old file stays.
    """
    wanted = _wanted(cells, sets, tools)
    with ThreadPoolExecutor(max_workers=4) as pool:
        return tuple(pool.map(partial(_write, folder=folder, offline=offline), wanted))


def check_all(
    cells: Sequence[Cell], sets: Iterable[tuple[str, ...]], folder: Path, *, tools: Iterable[Tools] = ()
) -> tuple[Outcome, ...]:
    """Check that `folder` has a fitting lock for every cell with every requirement set, and for `tools`; return the outcomes.

    The package index is not asked. A lock that belongs to none of these is `bad` as well: nothing checks it.
    """
    outcomes = []
    expected = set()
    for cell, requirements in _wanted(cells, sets, tools):
        path = folder / file_name(cell, requirements)
        again = "docs-matrix lock" if isinstance(cell, Tools) else f"docs-matrix lock {cell.name}"
        expected.add(path)
        error: HarnessError | None = None
        try:
            refusal = mismatch(read(path), cell, requirements)
            if refusal:
                error = InputError(f"{path}: {refusal}: {again}")
        except InputError as mistake:
            error = mistake if path.exists() else InputError(f"{path}: is not there: {again}")
        outcomes.append(Outcome(path, cell.name, normalised(requirements), "bad" if error else "ok", error))
    for path in sorted(set(folder.glob("*.txt")) - expected):
        error = InputError(f"{path}: is the lock of no cell in matrix.yaml; remove it")
        outcomes.append(Outcome(path, "", (), "bad", error))
    return tuple(outcomes)


def _wanted(
    cells: Sequence[Cell], sets: Iterable[tuple[str, ...]], tools: Iterable[Tools]
) -> list[tuple[Pinned, tuple[str, ...]]]:
    return [*((cell, requirements) for requirements in sets for cell in cells), *((tool, ()) for tool in tools)]


def _write(wanted: tuple[Pinned, tuple[str, ...]], *, folder: Path, offline: bool) -> Outcome:
    cell, requirements = wanted
    path = folder / file_name(cell, requirements)
    outcome = partial(Outcome, path, cell.name, normalised(requirements))
    try:
        text = resolve(cell, requirements, offline=offline)
        if path.is_file() and path.read_bytes() == text.encode():
            return outcome("ok")
        files.write_whole(path, text)
    except HarnessError as error:
        return outcome("bad", error)
    return outcome("written")


_HEADER = ("cell", "python", "date", "pins", "requirements")

_PACKAGE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+)((?: --hash=sha256:[0-9a-f]{64})+)")


def _lock(path: Path, text: str) -> Lock:
    lines = text.splitlines()
    if lines[:1] != [FIRST_LINE]:
        raise InputError(f'{path}:1: is not a lock: the first line is not "{FIRST_LINE}"')
    said = {}
    for number, key in enumerate(_HEADER, start=2):
        line = lines[number - 1] if number <= len(lines) else ""
        if not line.startswith(f"# {key}: ") or not line.isprintable():
            raise InputError(f'{path}:{number}: is not a lock: the line is not "# {key}: …"')
        said[key] = line.removeprefix(f"# {key}: ")
    body = "\n".join(line for line in lines[len(_HEADER) + 1 :] if not line.startswith("#"))
    packages: dict[str, str] = {}
    content = []
    for entry in re.sub(r"\s*\\\n\s*", " ", body).splitlines():
        match = _PACKAGE.fullmatch(entry)
        if match is None or not _is_version(match[2]):
            raise InputError(f"{path}: is not a lock: not a pinned and hashed package: {json.dumps(entry[:80])}")
        name = canonicalize_name(match[1])
        if name in packages:
            raise InputError(f"{path}: is not a lock: it holds {name} twice")
        packages[name] = match[2]
        content.append(f"{name}=={match[2]} {' '.join(sorted(match[3].split()))}")
    return Lock(
        path=path,
        cell=said["cell"],
        python=said["python"],
        date=said["date"],
        pins=_texts(path, said["pins"]),
        requirements=_texts(path, said["requirements"]),
        packages=packages,
        digest=files.digest(*sorted(content)),
        text=text,
    )


def _texts(path: Path, line: str) -> tuple[str, ...]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, list) or not all(isinstance(item, str) and item.isprintable() for item in value):
        raise InputError(f"{path}: is not a lock: not a list of requirements: {json.dumps(line[:80])}")
    return tuple(value)


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def _minor(cell: Pinned) -> str:
    return ".".join(cell.python.split(".")[:2])


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
