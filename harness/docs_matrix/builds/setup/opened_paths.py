"""Which files below a folder are opened, by any process, as Linux reports it (inotify)."""

from __future__ import annotations

import ctypes
import os
import posixpath
import select
import struct
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["OpenedPaths", "listen"]

OPENED, FOLDER, OVERFLOW, ONLY_FOLDERS = 0x20, 0x40000000, 0x4000, 0x01000000
"""Flags of inotify's events."""

_EVENT = struct.Struct("iIII")
_BLOCK = 1 << 16


@dataclass
class OpenedPaths:
    """The `files` that were opened, relative to the folder; `complete` is true if all of them are known.

    A folder whose names were listed counts as an opened file.
    """

    files: set[str] = field(default_factory=set)
    complete: bool = True


@contextmanager
def listen(root: Path, folders: Iterable[str]) -> Iterator[OpenedPaths]:
    """Yield the files that are opened in `folders` (relative to `root`) until the `with` statement ends.

    They are all known only after it. If the system does not report opened files, or not for so many folders, `complete`
    is false.
    """
    found = OpenedPaths()
    try:
        library = ctypes.CDLL(None, use_errno=True)
        events = library.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK) if sys.platform == "linux" else -1
    except (OSError, AttributeError):
        events = -1
    if events < 0:
        found.complete = False
        yield found
        return
    stop, stopped = os.pipe2(os.O_CLOEXEC) if sys.platform == "linux" else os.pipe()
    try:
        places = {}
        for folder in folders:
            watch = library.inotify_add_watch(events, os.fsencode(root / folder), OPENED | ONLY_FOLDERS)
            places[watch] = folder
        found.complete = -1 not in places
        with ThreadPoolExecutor(1) as pool:
            heard = pool.submit(_hear, events, stop, places, found)
            try:
                yield found
            finally:
                os.write(stopped, b".")
        heard.result()
    finally:
        for descriptor in (events, stop, stopped):
            os.close(descriptor)


def _hear(events: int, stop: int, places: dict[int, str], found: OpenedPaths) -> None:
    """Note events until `stop` can be read and no event is left."""
    while True:
        ready, _, _ = select.select([events, stop], [], [])
        if events not in ready:
            return
        data = os.read(events, _BLOCK)
        at = 0
        while at < len(data):
            watch, flags, _, length = _EVENT.unpack_from(data, at)
            name = os.fsdecode(data[at + _EVENT.size : at + _EVENT.size + length].rstrip(b"\0"))
            at += _EVENT.size + length
            if flags & OVERFLOW:
                found.complete = False
            elif watch in places and not (flags & FOLDER and name):
                found.files.add(posixpath.normpath(posixpath.join(places[watch], name)))
