"""File contents on their way into the store, many thousands in one pack.

Written here and not by `git fast-import`, which takes more than twice the time for a kernel: it compresses on one
processor and computes every digest with git's slow, collision-detecting SHA-1, the pack's twice.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from io import BufferedRandom
from pathlib import Path
from types import TracebackType

from harness.files import cannot_write, write_whole
from harness.trees import packs
from harness.trees.git import Repository

__all__ = ["BlobWriter", "blob_id"]

_AHEAD = 32 << 20
"""Bytes that may wait to be written."""

_FEW = 100
"""Fewer files than this become single objects: git slows down with the number of packs."""

_STALE = 6 * 3600
"""Seconds after which the unfinished pack of a killed import may be removed."""


def blob_id(content: bytes) -> str:
    """Git's id of a file with this content."""
    total = hashlib.sha1(b"blob %d\0" % len(content), usedforsecurity=False)
    total.update(content)
    return total.hexdigest()


class BlobWriter:
    """Puts contents into a repository; they are there when the `with` statement ends without an exception.

    Raises `MachineError` where the disk is full.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._folder = repository.folder / "objects" / "pack"
        self._threads = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="compress")
        self._waiting: deque[tuple[str, int, Future[bytes]]] = deque()
        self._ahead = 0
        self._there: set[str] = set()
        self._entries: dict[bytes, packs.Entry] = {}
        self._pack: BufferedRandom | None = None
        self._place = self._folder

    def __enter__(self) -> BlobWriter:
        return self

    def add(self, content: bytes, name: str | None = None) -> str:
        """Put `content` there and return its id; `name` is that id, where it is already known."""
        name = name or blob_id(content)
        with self._explained():
            pack = self._pack or self._begin()
            if name not in self._there:
                self._there.add(name)
                self._waiting.append((name, len(content), self._threads.submit(packs.entry, content)))
                self._ahead += len(content)
            while self._ahead > _AHEAD:
                self._write_next(pack)
        return name

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._explained(), self._threads, contextlib.ExitStack() as rest:
            if self._pack is None:
                return
            rest.callback(self._place.unlink, missing_ok=True)
            rest.enter_context(self._pack)
            if value is None:
                self._finish(self._pack)

    def _begin(self) -> BufferedRandom:
        for path in self._folder.glob("tmp_*"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _STALE:
                    path.unlink()
        listed = self._repository.run("cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)")
        self._there.update(listed.text.split())
        handle, name = tempfile.mkstemp(dir=self._folder, prefix="tmp_pack_")
        self._place = Path(name)
        self._pack = os.fdopen(handle, "wb+")
        self._pack.write(packs.header(0))
        return self._pack

    def _write_next(self, pack: BufferedRandom) -> None:
        name, size, compressed = self._waiting.popleft()
        self._ahead -= size
        entry = compressed.result()
        self._entries[bytes.fromhex(name)] = packs.Entry(pack.tell(), zlib.crc32(entry))
        pack.write(entry)

    def _finish(self, pack: BufferedRandom) -> None:
        while self._waiting:
            self._write_next(pack)
        pack.seek(0)
        pack.write(packs.header(len(self._entries)))
        pack.seek(0)
        checksum = hashlib.file_digest(pack, lambda: hashlib.sha1(usedforsecurity=False)).digest()
        pack.write(checksum)
        pack.flush()
        pack.seek(0)
        if len(self._entries) < _FEW:
            self._repository.run("unpack-objects", "-q", stdin=pack.read())
            return
        os.fsync(pack.fileno())
        place = self._folder / f"pack-{checksum.hex()}.pack"
        self._place.replace(place)
        write_whole(place.with_suffix(".idx"), packs.index(self._entries, checksum))

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise cannot_write(self._folder, error) from error
