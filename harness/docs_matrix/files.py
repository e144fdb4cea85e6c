"""Files written whole or not at all, digests, and locks between processes."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from docs_matrix.errors import MachineError

__all__ = ["digest", "locked", "write_json", "write_whole"]


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


def cannot_write(path: Path, error: OSError) -> MachineError:
    """The error to raise for an `OSError` met while writing below `path`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return MachineError(
            f"{path}: no space left on the disk; free some, or empty the store: docs-matrix store empty"
        )
    return MachineError(f"{path}: cannot be written: {error.strerror or error}")


def write_json(path: Path, value: Any, *, indent: int | None = 2) -> None:
    """Put `value` at `path` as JSON, `indent` spaces deep or on one line, ASCII only, keys in their order; as `write_whole`
    does. Python indents ten times slower than it writes one line."""
    write_whole(path, json.dumps(value, indent=indent) + "\n")


def digest(*parts: str | bytes) -> str:
    """The SHA-256 of `parts`, each with its length before it so that no two lists give one text; 64 hex digits."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        total.update(b"%d:" % len(data))
        total.update(data)
    return total.hexdigest()


@contextmanager
def locked(path: Path, *, timeout: float = -1) -> Iterator[None]:
    """Hold the lock file `path` against other threads and processes; the system frees it when a process dies.

    `timeout` in seconds, negative to wait as long as it takes. Raises `TimeoutError` where it was not free in time,
    `MachineError` where the file cannot be made.
    """
    import filelock  # here, because it takes long to import and what only reads needs no lock

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(path, timeout=timeout, is_singleton=False, thread_local=False)
        lock.acquire()
    except filelock.Timeout as error:
        raise TimeoutError(f"{path}: still held by another process") from error
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        yield
    finally:
        lock.release()
