"""Writes file contents into the store, many thousands in one pack.

This is done here and not by `git fast-import`, which takes more than twice the time for a kernel. It compresses on one
processor, and it computes every digest with git's slow, collision-detecting SHA-1, for the pack even twice.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
import zlib
from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from docs_matrix.files import cannot_write, write_whole
from docs_matrix.trees import packfile
from docs_matrix.trees.git import Repository

__all__ = ["Blob", "BlobWriter"]

_AHEAD = 32 << 20
"""The most bytes that may wait to be written."""

_WAITING = 64
"""The most chunks that may wait to be written. This limit is needed because files may grow, or have the size 0."""

_CHUNK_FILES, _CHUNK_BYTES = 100, 1 << 20
"""One thread reads and packs at most this many files or bytes at a time. Small files one by one would take longer."""

_FEW = 100
"""Fewer files than this become single objects, because git slows down with the number of packs."""

_STALE = 6 * 3600
"""After this many seconds the unfinished pack of a killed import may be removed."""


@dataclass
class Blob:
    """A content that is being written. `name` is git's id; it is set when the `with` statement of the writer has ended."""

    name: str = ""


class _Packed(NamedTuple):
    """A blob for the pack: its bytes in the pack and their check sum; no bytes if the repository already has it."""

    blob: Blob
    entry: bytes
    check: int


class BlobWriter:
    """Puts contents into a repository. They are there when the `with` statement ends without an exception.

    Raises `MachineError` if the disk is full.
    """

    def __init__(self, repository: Repository, stored: Collection[str] = ()) -> None:
        """Begin with `stored`, the ids that need not be written."""
        self._repository = repository
        self._folder = repository.folder / "objects" / "pack"
        self._threads = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="compress")
        self._chunk: list[tuple[Blob, Callable[[], bytes]]] = []
        self._chunk_size = 0
        self._waiting: deque[tuple[int, Future[list[_Packed]]]] = deque()
        self._ahead = 0
        self._there = set(stored)
        self._entries: dict[bytes, packfile.PackedBlob] = {}
        self._pack: BufferedRandom | None = None
        self._end = 0
        self._place = self._folder

    def __enter__(self) -> BlobWriter:
        return self

    def add(self, content: bytes) -> Blob:
        """Write `content`; return its blob."""
        return self.add_file(lambda: content, len(content))

    def add_file(self, read: Callable[[], bytes], size: int) -> Blob:
        """Write the content that `read` returns, about `size` bytes; return its blob.

        `read` is called later, in another thread, and an exception in it ends the import. It must not raise an `OSError`, which
        would be taken for an error of the store.
        """
        blob = Blob()
        self._chunk.append((blob, read))
        self._chunk_size += size
        if len(self._chunk) >= _CHUNK_FILES or self._chunk_size >= _CHUNK_BYTES:
            with self._explained():
                pack = self._hand_over()
                while self._ahead > _AHEAD or len(self._waiting) > _WAITING:
                    self._write_next(pack)
        return blob

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._explained(), contextlib.ExitStack() as rest:
            rest.callback(self._threads.shutdown, cancel_futures=True)
            if value is None and self._chunk:
                self._hand_over()
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
        pack = os.fdopen(handle, "wb+")
        self._end = pack.write(packfile.header(0))
        return pack

    def _hand_over(self) -> BufferedRandom:
        """Let a thread read and pack the current chunk; return the pack."""
        self._pack = self._pack or self._begin()
        self._waiting.append((self._chunk_size, self._threads.submit(self._packed, self._chunk)))
        self._ahead += self._chunk_size
        self._chunk, self._chunk_size = [], 0
        return self._pack

    def _packed(self, chunk: list[tuple[Blob, Callable[[], bytes]]]) -> list[_Packed]:
        packed = []
        for blob, read in chunk:
            content = read()
            blob.name = _id(content)
            entry = b"" if blob.name in self._there else packfile.entry(content)
            packed.append(_Packed(blob, entry, zlib.crc32(entry)))
        return packed

    def _write_next(self, pack: BufferedRandom) -> None:
        size, chunk = self._waiting.popleft()
        self._ahead -= size
        for blob, entry, check in chunk.result():
            if blob.name not in self._there:
                self._there.add(blob.name)
                self._entries[bytes.fromhex(blob.name)] = packfile.PackedBlob(self._end, check)
                self._end += pack.write(entry)

    def _finish(self, pack: BufferedRandom) -> None:
        while self._waiting:
            self._write_next(pack)
        if not self._entries:
            return
        pack.seek(0)
        pack.write(packfile.header(len(self._entries)))
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
        write_whole(place.with_suffix(".idx"), packfile.index(self._entries, checksum))

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise cannot_write(self._folder, error) from error


def _id(content: bytes) -> str:
    """Return git's id of a file with this content."""
    total = hashlib.sha1(b"blob %d\0" % len(content), usedforsecurity=False)
    total.update(content)
    return total.hexdigest()
