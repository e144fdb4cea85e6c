"""The store as a folder: what lies in it, that it is ours, and its size.

Whoever writes below the store asks `room` for the place, and so claims the store first: a folder that holds something
else is never written into.

A process that uses a store holds a lock on its mark, together with all others. What was not used for longest goes first, once a
day, when there is more than the limit and nobody else uses the store. The limit is `$DOCS_MATRIX_STORE_LIMIT` in GiB, else 30.
What was used within a day stays, whatever the size. What history is reported from is small and is not made again, so it goes last.
The trees' objects count, and go only when the store is emptied.
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
"""What a store holds beside its mark; nothing else in its folder is ever removed."""

OURS: tuple[str, ...] = (*get_args(Room), MARK)

Kind = Literal["trees", "copy", "environment", "package", "setup", "build", "warm", "mail", "revision"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The kinds of what a store keeps and measures."""

DAY = 24 * 3600.0
DEFAULT_LIMIT = 30.0


@dataclass(frozen=True)
class Kept:
    """Something in the store: its kind, its size in bytes, and when it was last used."""

    kind: Kind
    path: Path
    size: int
    used: float


def limit(text: str | None) -> int:
    """Return the limit in bytes that `text` (GiB, None for the default) says; raises `InputError` where it is no number."""
    try:
        gib = DEFAULT_LIMIT if text is None else float(text)
    except ValueError:
        gib = -1.0
    if not 0 <= gib < float("inf"):
        raise InputError(f"DOCS_MATRIX_STORE_LIMIT={text}: must be a number of GiB, such as 30")
    return int(gib * 2**30)


def room(store: Path, name: Room) -> Path:
    """Return the place `name` in `store`, to write there: `store` is claimed; raises as `claim` does."""
    claim(store)
    return store / name


def claim(store: Path) -> None:
    """Make `store` a store, or see that it is one.

    Raises `InputError` for a folder that holds something else, `MachineError` where it cannot be read or written.
    """
    while store not in _HELD:
        if not (store / MARK).exists():
            if reason := refusal(store):
                raise InputError(f"{store}: {reason}; name another folder in DOCS_MATRIX_STORE")
            files.write_whole(store / MARK, "What docs-matrix keeps; `docs-matrix store empty` removes it.\n")
        _hold(store)


_HELD: dict[Path, int] = {}
"""The descriptors of the marks of the stores that this process uses: as long as one is locked, nobody else removes anything
there. The system frees them when this process ends."""


def _hold(store: Path) -> None:
    """Lock the mark of `store` together with all others who use it; wait while it is emptied."""
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
    """Lock `store` against all others who use it; yields False if one does. What this process itself holds is given up."""
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
    """Return why `store` cannot be a store: it is not a folder, or not empty and without our mark; None if it can.

    Raises `MachineError` if it cannot be read.
    """
    if store.exists() and not store.is_dir():
        return "is no folder"
    try:
        foreign = store.is_dir() and not all(entry.name.startswith(f".{MARK}.") for entry in store.iterdir())
    except OSError as error:
        raise MachineError(f"{store}: cannot be read: {error.strerror or error}") from error
    if foreign and not (store / MARK).exists():  # another process may be claiming it at this moment
        return f"is no store of docs-matrix: it is not empty, and has no file {MARK}"
    return None


def _is_unfinished(name: str) -> bool:
    """Return whether this is what an interruption leaves of a file of the store that was about to be written."""
    return name.startswith(tuple(f".{ours}." for ours in OURS))


def empty(store: Path) -> None:
    """Remove what docs-matrix keeps in `store`.

    Raises `InputError` if that is no store, `MachineError` if a command uses it at this moment.
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
    """Everything that `store` keeps; measuring a kernel's private copy takes about a second."""
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
    """Remove from `store` what was not used for longest until it is no larger than `most` bytes; says what went.

    Nothing is done if the last sweep was within a day, or if another command uses the store at this moment: the next one
    sweeps then.
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
    """Yield the folders in `folder`; none where that is a link: what it leads to is not the store's."""
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
                used = max(used, told.st_mtime)  # the marks of use lie at the top
    return Kept(kind, folder, size, used)
