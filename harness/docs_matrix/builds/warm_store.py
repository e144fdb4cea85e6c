"""Warm states: the files that a build of all documents leaves for later builds (`docs_matrix.probe.warm_start`).

A state's folder `<store>/warm/<key of the build>/` is put there by one rename, and nothing in it is ever written again.
Its manifest has the size and the digest of each file, because a power failure may leave a file empty or cut short. If the store is
full, the least recently used states are removed first.
"""

from __future__ import annotations

import errno
import json
import os
from dataclasses import dataclass
from pathlib import Path

from docs_matrix import files, nofollow
from docs_matrix import store as upkeep
from docs_matrix.builds.build_output import RECORDS

__all__ = ["DamagedStateError", "WarmState", "find", "has", "keep", "place", "remove"]

MANIFEST = "manifest.json"
HANDED_ON = "handed-on.json"
"""The file with the names of the documents that a build did not read again."""
MANIFEST_LIMIT = 64 << 20
"""The most bytes of the manifest."""
STATE_LIMIT = 16 << 30
"""The most bytes of all files of a state."""


class DamagedStateError(Exception):
    """The files of a warm state are not those that its build left."""


@dataclass(frozen=True)
class WarmState:
    """The state that a build left in `folder`; `slot` is the name of the folder in which the private copy of its tree was."""

    folder: Path
    slot: str


def place(store: Path, key: str) -> Path:
    """Return the folder of the warm state of the build `key`; it need not exist."""
    return store / "warm" / key


def has(store: Path, key: str) -> bool:
    """Return whether there is a warm state of the build `key`; its files are not checked."""
    return os.path.lexists(place(store, key))


def remove(store: Path, key: str) -> None:
    """Remove the warm state of the build `key`, if there is one."""
    if has(store, key):
        nofollow.remove(store / "warm" / key)


def find(store: Path, key: str) -> WarmState | None:
    """Return the warm state of the build `key`, None if there is none.

    Raises `DamagedStateError`, and removes the state, if its files are not as in the manifest.
    """
    folder = store / "warm" / key
    if not os.path.lexists(folder):
        return None
    try:
        with nofollow.folder(folder) as descriptor:
            slot, expected = _manifest(nofollow.read(MANIFEST, MANIFEST_LIMIT, dir_fd=descriptor))
            found = nofollow.contents(descriptor, STATE_LIMIT)
            os.utime(MANIFEST, dir_fd=descriptor)
        del found[MANIFEST]
    except (OSError, ValueError, KeyError, TypeError):
        found, expected, slot = {}, None, ""
    if found != expected:
        nofollow.remove(folder)
        raise DamagedStateError(folder)
    return WarmState(folder, slot)


def keep(store: Path, key: str, scratch_fd: int, records: bytes, slot: str, start: WarmState | None) -> None:
    """Move the folder `warm`, which a build in `slot` left in its open scratch folder, and its `records` into the store.

    Documents that the build did not read again come from the state `start`. A build that left no such folder, or something other
    than folders and files in it, has no state. Raises `MachineError` if the disk is full, and as `docs_matrix.store.claim` does.
    """
    place = upkeep.room(store, "warm") / key
    try:
        with nofollow.folder("warm", dir_fd=scratch_fd) as made, nofollow.made_folder(place.parent) as states:
            nofollow.remove(MANIFEST, dir_fd=made)
            if start:
                _hand_on(start, made)
            nofollow.write(RECORDS, records, dir_fd=made)
            content = {"slot": slot, "files": nofollow.contents(made, STATE_LIMIT)}
            text = json.dumps(content).encode("ascii")
            nofollow.write(MANIFEST, files.digest(text).encode("ascii") + b"\n" + text, dir_fd=made)
            os.rename("warm", key, src_dir_fd=scratch_fd, dst_dir_fd=states)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise files.cannot_write(place, error) from error


def _hand_on(start: WarmState, made: int) -> None:
    """Link files of the state `start` into the open folder `made`, which has a list of them; raises `OSError` if this fails."""
    try:
        names = json.loads(nofollow.read(HANDED_ON, MANIFEST_LIMIT, dir_fd=made))
        with nofollow.folder(start.folder) as folder:
            _, known = _manifest(nofollow.read(MANIFEST, MANIFEST_LIMIT, dir_fd=folder))
        wanted = [f"{name}.doctree" for name in names]
        if not known.keys() >= set(wanted):
            raise ValueError("it has no such document")
    except (FileNotFoundError, ValueError, TypeError) as error:
        raise OSError(errno.EINVAL, f"nothing is handed on: {error}", HANDED_ON) from error
    nofollow.remove(HANDED_ON, dir_fd=made)
    for path in wanted:
        nofollow.link(start.folder / path, path, dir_fd=made)


def _manifest(data: bytes) -> tuple[str, dict[str, tuple[int, str]]]:
    """Return the slot and the files of a manifest; raises `ValueError` if it is cut short."""
    digest, _, text = data.partition(b"\n")
    if digest.decode("ascii") != files.digest(text):
        raise ValueError("cut short")
    content = json.loads(text)
    return content["slot"], {name: (size, digest) for name, (size, digest) in content["files"].items()}
