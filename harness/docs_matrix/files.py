"""Writes files completely or not at all; digests, and locks between processes."""

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
"""The seconds until a wait for a lock is reported, and until it is reported again."""


def write_whole(path: Path, content: str | bytes) -> None:
    """Write `content` to `path`, so that a reader sees the old file or the new one, and never a part.

    Text is written as UTF-8; a lone surrogate is written as its escape. Missing folders are made.
    Raises `MachineError` if the disk is full or the folder cannot be written.
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
    """Return the content of the file at `path`, which may be a stranger's; links are followed.

    Raises `OSError` if it is not a regular file (a FIFO would never end), or has more than `limit` bytes.
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
    """Return the error to raise for the `OSError` of a write below `path`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return MachineError(
            f"{path}: no space left on the disk; free some, or empty the store: docs-matrix store empty"
        )
    return MachineError(f"{path}: cannot be written: {error.strerror or error}")


def write_json(path: Path, value: Any, *, indent: int | None = 2) -> None:
    """Write `value` to `path` as JSON, like `write_whole`: ASCII only, and keys in their order.

    `indent` is the number of spaces; None for one line, which Python writes ten times faster.
    """
    write_whole(path, json.dumps(value, indent=indent) + "\n")


def digest(*parts: str | bytes) -> str:
    """Return the SHA-256 of `parts` as 64 hex digits. The length of each part counts, so different lists differ."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        total.update(b"%d:" % len(data))
        total.update(data)
    return total.hexdigest()


@contextmanager
def locked(path: Path, *, timeout: float = -1) -> Iterator[None]:
    """Hold the lock file `path`, so that no other thread or process has it; the system frees it when a process dies.

    `timeout` is in seconds; negative to wait without a limit. A longer wait is reported on standard error, with the process that
    has the lock. Raises `TimeoutError` if it was not free in time, `MachineError` if the file cannot be made.
    """
    import filelock  # here, because the import is slow, and commands that only read need no lock

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
    """Wait for the lock without a limit, and report from time to time which process has it."""
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
    """Return the processes that hold a lock on the file `path`, each as a text: `process 12 (docs-matrix check …)`.

    Only Linux reports them; on other systems the result is empty.
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
