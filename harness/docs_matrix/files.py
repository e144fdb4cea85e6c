"""Files written whole or not at all, digests, and locks between processes."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docs_matrix.errors import MachineError

if TYPE_CHECKING:
    import filelock

__all__ = ["digest", "holders", "locked", "read_regular", "write_json", "write_whole"]

FIRST_WAIT, NEXT_WAIT = 2.0, 60.0
"""Seconds until a wait for a lock is reported, and until it is reported again."""


def write_whole(path: Path, content: str | bytes) -> None:
    """Put `content` at `path` so that a reader sees the old file or the new one, never a part.

    Text is written as UTF-8; a lone surrogate is written as its escape. Folders above are made.
    Raises `MachineError` where the disk is full or the folder cannot be written.
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise cannot_write(path, error) from error


def read_regular(path: Path, limit: int) -> bytes:
    """Return the content of the file at `path`, links followed; it may be a stranger's.

    Raises `OSError` if it is no regular file (a FIFO would never end), or has more than `limit` bytes.
    """
    with open(path, "rb", buffering=0, opener=_without_waiting) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(errno.EINVAL, "is no regular file", str(path))
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"has more than {limit} bytes", str(path))
    return data


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def cannot_write(path: Path, error: OSError) -> MachineError:
    """Return the error to raise for an `OSError` met while writing below `path`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return MachineError(
            f"{path}: no space left on the disk; free some, or empty the store: docs-matrix store empty"
        )
    return MachineError(f"{path}: cannot be written: {error.strerror or error}")


def write_json(path: Path, value: Any, *, indent: int | None = 2) -> None:
    """Put `value` at `path` as JSON, `indent` spaces deep or on one line, ASCII only, keys in their order.

    As `write_whole` does. Python indents ten times slower than it writes one line.
    """
    write_whole(path, json.dumps(value, indent=indent) + "\n")


def digest(*parts: str | bytes) -> str:
    """Return the SHA-256 of `parts`, each with its length before it so that no two lists give one text; 64 hex digits."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        total.update(b"%d:" % len(data))
        total.update(data)
    return total.hexdigest()


@contextmanager
def locked(path: Path, *, timeout: float = -1) -> Iterator[None]:
    """Hold the lock file `path` against other threads and processes; the system frees it when a process dies.

    `timeout` in seconds, negative to wait as long as it takes; a wait that is not short is reported on standard error, with
    the process that has the lock. Raises `TimeoutError` where it was not free in time,
    `MachineError` where the file cannot be made.
    """
    import filelock  # here, because it takes long to import and what only reads needs no lock

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(path, timeout=timeout, is_singleton=False, thread_local=False)
        if timeout >= 0:
            lock.acquire()
        else:
            _acquire(lock, path)
    except filelock.Timeout as error:
        raise TimeoutError(f"{path}: still held by another process") from error
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: filelock.BaseFileLock, path: Path) -> None:
    """Take the lock, however long it takes, and say now and then who has it."""
    import filelock

    wait = FIRST_WAIT
    while True:
        try:
            lock.acquire(timeout=wait)
        except filelock.Timeout:
            others = [text for pid, text in holders(path).items() if pid != os.getpid()]
            if others or wait > FIRST_WAIT:
                who = " and ".join(others) or "another process"
                sys.stderr.write(f"docs-matrix: waiting for {who}, which has {path}\n")
            wait = NEXT_WAIT
        else:
            return


def holders(path: Path) -> dict[int, str]:
    """Return the processes that hold a lock on the file `path`, each in words: `process 12 (docs-matrix check …)`.

    Linux alone can tell; elsewhere there are none.
    """
    try:
        state, listed = path.stat(), Path("/proc/locks").read_text("ascii")
    except OSError:
        return {}
    place = f"{os.major(state.st_dev):02x}:{os.minor(state.st_dev):02x}:{state.st_ino}"
    fields = [line.split() for line in listed.splitlines()]
    pids = {int(line[4]) for line in fields if len(line) > 5 and line[1] == "FLOCK" and line[5] == place}
    return {pid: _process(pid) for pid in sorted(pids)}


def _process(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")[:-1]
        stopped = "\nState:\tT" in Path(f"/proc/{pid}/status").read_text("utf-8", "replace")
    except OSError:
        return f"process {pid}"
    words = " ".join(word for word in command[1:] if word.isprintable())[:200]
    return f"process {pid} ({words}{f'; it is stopped: kill -CONT {pid}' if stopped else ''})"
