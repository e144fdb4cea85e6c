"""The folder of the store: its parts, its mark, and its size.

Code that writes into the store calls `room` for the path. This claims the store first, so that a folder with other content is never
written into.

A process that uses a store holds a shared lock on its mark. Once a day, if the store is larger than its limit and no other process
uses it, entries are removed, the least recently used first. The limit is `$DOCS_MATRIX_STORE_LIMIT` in GiB, or 30. An entry that
was used within a day stays, whatever the size. The records for `history` are small and cannot be made again, so they are removed
last. The objects of the trees count, but are removed only when the store is emptied.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from docs_matrix import files, nofollow
from docs_matrix.errors import InputError, MachineError

__all__ = ["KINDS", "Kept", "Room", "claim", "empty", "kept", "limit", "refusal", "room", "sweep"]

MARK = "docs-matrix-store"
Room = Literal[
    "answers",
    "bases",
    "builds",
    "costs",
    "environments",
    "histories",
    "inventories",
    "locks",
    "mails",
    "packages",
    "revisions",
    "setup",
    "swept",
    "trees.git",
    "trees.lock",
    "warm",
    "work",
]
"""The parts of a store besides its mark. Nothing else in its folder is ever removed."""

OURS: tuple[str, ...] = (*get_args(Room), MARK)

Kind = Literal["trees", "copy", "environment", "package", "setup", "build", "warm", "mail", "revision"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The kinds of entries that a store keeps and measures."""

DAY = 24 * 3600.0
DEFAULT_LIMIT = 30.0


@dataclass(frozen=True)
class Kept:
    """An entry of the store: its kind, its path, its size in bytes, and the time of its last use."""

    kind: Kind
    path: Path
    size: int
    used: float


def limit(text: str | None) -> int:
    """Return the limit in bytes from `text` (in GiB; None for the default); raises `InputError` if it is not a number."""
    try:
        gib = DEFAULT_LIMIT if text is None else float(text)
    except ValueError:
        gib = -1.0
    if not 0 <= gib < float("inf"):
        raise InputError(f"DOCS_MATRIX_STORE_LIMIT={text}: must be a number of GiB, such as 30")
    return int(gib * 2**30)


def room(store: Path, name: Room) -> Path:
    """Claim `store`, and return the path of its part `name`, to write there; raises as `claim` does."""
    claim(store)
    return store / name


def claim(store: Path) -> None:
    """Make `store` a store, or check that it is one, and hold its lock until this process ends.

    Raises `InputError` for a folder with other content, `MachineError` if it cannot be read or written.
    """
    while store not in _HELD:
        if not (store / MARK).exists():
            if reason := refusal(store):
                raise InputError(f"{store}: {reason}; name another folder in DOCS_MATRIX_STORE")
            files.write_whole(store / MARK, "What docs-matrix keeps; `docs-matrix store empty` removes it.\n")
        _hold(store)


_HELD: dict[Path, int] = {}
"""The locked marks of the stores that this process uses, as open files. While a mark is locked, no other process removes anything
in this store. The system frees them when this process ends."""


def _hold(store: Path) -> None:
    """Take the shared lock on the mark of `store`; wait while another process empties it."""
    descriptor = _opened(store)
    if descriptor is None:
        return
    with contextlib.suppress(OSError):  # a file system without locks
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    try:
        is_same = os.path.samestat(os.fstat(descriptor), (store / MARK).stat())
    except FileNotFoundError:
        is_same = False
    if is_same:
        _HELD[store] = descriptor
    else:  # it was emptied in between
        os.close(descriptor)


@contextmanager
def _alone(store: Path) -> Iterator[bool]:
    """Lock `store` alone, and yield True; yield False if another process uses it. The shared lock of this process is given up."""
    if (held := _HELD.pop(store, None)) is not None:
        os.close(held)
    descriptor = _opened(store)
    if descriptor is None:
        yield True
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        alone = error.errno not in (errno.EWOULDBLOCK, errno.EACCES)
    else:
        alone = True
    try:
        yield alone
    finally:
        os.close(descriptor)


def _opened(store: Path) -> int | None:
    try:
        return os.open(store / MARK, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise MachineError(f"{store / MARK}: cannot be read: {error.strerror or error}") from error


def refusal(store: Path) -> str | None:
    """Return the reason why `store` cannot be a store; None if it can.

    It cannot if it is not a folder, or if it is not empty and has no mark. Raises `MachineError` if it cannot be read.
    """
    if store.exists() and not store.is_dir():
        return "is not a folder"
    try:
        foreign = store.is_dir() and not all(entry.name.startswith(f".{MARK}.") for entry in store.iterdir())
    except OSError as error:
        raise MachineError(f"{store}: cannot be read: {error.strerror or error}") from error
    if foreign and not (store / MARK).exists():  # another process may be claiming it at this moment
        return f"is not a store of docs-matrix: it is not empty, and has no file {MARK}"
    return None


def _is_unfinished(name: str) -> bool:
    """Return whether `name` is a temporary file that an interrupted process left in the store."""
    return name.startswith(tuple(f".{ours}." for ours in OURS))


def empty(store: Path) -> None:
    """Remove everything that docs-matrix keeps in `store`.

    Raises `InputError` if it is not a store, `MachineError` if another process uses it now.
    """
    if not store.exists():
        return
    claim(store)
    with _alone(store) as alone:
        if not alone:
            users = " and ".join(files.holders(store / MARK).values()) or "another process"
            raise MachineError(f"{store}: is in use by {users}; empty it afterwards")
        for entry in sorted(store.iterdir(), key=lambda entry: entry.name == MARK):  # the mark last
            if entry.name in OURS or _is_unfinished(entry.name):
                nofollow.remove(entry)
        if not any(store.iterdir()):
            store.rmdir()


def kept(store: Path) -> tuple[Kept, ...]:
    """Return all entries of `store`; to measure a kernel's private copy takes about a second."""
    found = [
        *(_measured("build", path) for path in _folders(store / "builds")),
        *(_measured("environment", path) for path in _folders(store / "environments")),
        *(_measured("package", path) for path in _folders(store / "packages")),
        *(_measured("setup", path) for path in _folders(store / "setup")),
        *(_measured("warm", path) for path in _folders(store / "warm")),
        *(_measured("copy", slot) for lineage in _folders(store / "work") for slot in _folders(lineage)),
    ]
    trees = store / "trees.git"
    return (
        *found,
        *(_measured("mail", path) for path in _folders(store / "mails")),
        *(_file("revision", path) for folder in _folders(store / "revisions") for path in folder.glob("*.json")),
        *([_measured("trees", trees)] if trees.is_dir() else []),
    )


def sweep(store: Path, most: int) -> tuple[Kept, ...]:
    """Remove the least recently used entries of `store` until it has at most `most` bytes; return the removed ones.

    Nothing is done if the last sweep was within a day, or if another command uses the store now.
    """
    stamp = room(store, "swept")
    if stamp.exists() and time.time() - stamp.stat().st_mtime < DAY:
        return ()
    with _alone(store) as alone:
        return _swept(store, most, stamp) if alone else ()


def _swept(store: Path, most: int, stamp: Path) -> tuple[Kept, ...]:
    now = time.time()
    files.write_whole(stamp, "")
    everything = kept(store)
    surplus = sum(entry.size for entry in everything) - most
    gone = []
    for entry in sorted(everything, key=lambda entry: (entry.kind == "revision", entry.used)):
        if surplus <= 0:
            break
        if entry.kind != "trees" and now - entry.used >= DAY:
            nofollow.remove(entry.path)
            surplus -= entry.size
            gone.append(entry)
    return tuple(gone)


def _folders(folder: Path) -> Iterator[Path]:
    """Yield the folders in `folder`; none if it is a link, because its target is not a part of the store."""
    with contextlib.suppress(OSError), nofollow.folder(folder) as descriptor, os.scandir(descriptor) as entries:
        yield from [folder / entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]


def _file(kind: Kind, path: Path) -> Kept:
    told = path.lstat()
    return Kept(kind, path, told.st_blocks * 512, told.st_mtime)


def _measured(kind: Kind, folder: Path) -> Kept:
    size, used = 0, folder.stat().st_mtime
    pending = [folder]
    while pending:
        try:
            entries = list(os.scandir(pending.pop()))
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                pending.append(Path(entry.path))
                continue
            try:
                told = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            size += told.st_blocks * 512
            if entry.path.startswith(f"{folder}{os.sep}") and os.sep not in entry.path[len(str(folder)) + 1 :]:
                used = max(used, told.st_mtime)  # files that show the last use are at the top
    return Kept(kind, folder, size, used)
