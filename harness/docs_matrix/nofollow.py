"""Opens files and folders that a build could have replaced, without following a link.

A build may put a link, a FIFO or a folder in the place of any file that it can write. So a path is opened by its
name in an open folder (`dir_fd`), its kind is read from the open descriptor, and a file is read only up to a limit.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["contents", "empty", "folder", "link", "made_folder", "read", "remove", "write"]

DEEPEST = 100
"""The most levels of folders that are open at once during a removal: a process may have about a thousand files open."""

BLOCK = 1 << 20


@contextmanager
def folder(path: str | Path, *, dir_fd: int | None = None) -> Iterator[int]:
    """Open the folder `path` and yield its descriptor; raises `OSError` if it is a link, or not a folder.

    If its owner has no permission to read it, it gets all permissions first.
    """
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, dir_fd=dir_fd)
    except PermissionError:
        _permit(path, dir_fd)
        descriptor = os.open(path, flags, dir_fd=dir_fd)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def made_folder(path: str | Path, *, dir_fd: int | None = None) -> Iterator[int]:
    """Open the folder `path` like `folder`; make it if it is missing. A link or a file in its place is removed first."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISDIR(os.stat(path, dir_fd=dir_fd, follow_symlinks=False).st_mode):
            os.unlink(path, dir_fd=dir_fd)
    with contextlib.suppress(FileExistsError):
        os.mkdir(path, dir_fd=dir_fd)
    with folder(path, dir_fd=dir_fd) as descriptor:
        yield descriptor


def read(path: str | Path, limit: int, *, dir_fd: int | None = None) -> bytes:
    """Return the content of the file `path`; raises `OSError` if it is not a regular file, or has more than `limit` bytes."""
    with _regular(path, dir_fd) as descriptor:
        data = b"".join(_blocks(descriptor, limit + 1))
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"has more than {limit} bytes", str(path))
    return data


def write(path: str, data: bytes, *, dir_fd: int, mode: int = 0o644) -> None:
    """Write the file `path`, which is relative to the folder `dir_fd`; missing folders are made, and an old file is removed."""
    above, _, name = path.rpartition("/")
    with contextlib.ExitStack() as opened:
        for part in above.split("/") if above else ():
            dir_fd = opened.enter_context(made_folder(part, dir_fd=dir_fd))
        remove(name, dir_fd=dir_fd)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(name, flags, mode, dir_fd=dir_fd), "wb") as stream:
            stream.write(data)


def link(source: Path, path: str, *, dir_fd: int) -> None:
    """Link the file `source`, which no build could have replaced, to `path` below the folder `dir_fd`; missing folders are made."""
    above, _, name = path.rpartition("/")
    with contextlib.ExitStack() as opened:
        for part in above.split("/") if above else ():
            dir_fd = opened.enter_context(made_folder(part, dir_fd=dir_fd))
        remove(name, dir_fd=dir_fd)
        os.link(source, name, dst_dir_fd=dir_fd, follow_symlinks=False)


def contents(dir_fd: int, limit: int) -> dict[str, tuple[int, str]]:
    """Return the size and the SHA-256 of each file below the folder `dir_fd`, by its path.

    Raises `OSError` if an entry is neither a folder nor a regular file, if the files together have more than `limit` bytes, or
    if folders are nested deeper than 100 levels.
    """
    found: dict[str, tuple[int, str]] = {}
    for path, size, digest in _measured(dir_fd, "", 0):
        found[path] = (size, digest)
        limit -= size
        if limit < 0:
            raise OSError(errno.EFBIG, "the files are too large", path)
    return found


def remove(path: str | Path, *, dir_fd: int | None = None) -> None:
    """Remove the file, the link or the folder `path` with its content, also if it is read-only; it may be missing."""
    try:
        is_folder = stat.S_ISDIR(os.stat(path, dir_fd=dir_fd, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return
    with contextlib.suppress(FileNotFoundError):  # another process removes it too
        if not is_folder:
            os.unlink(path, dir_fd=dir_fd)
            return
        with folder(path, dir_fd=dir_fd) as descriptor:
            empty(descriptor)
        os.rmdir(path, dir_fd=dir_fd)


def empty(dir_fd: int, *, keep: Container[str] = ()) -> None:
    """Remove the content of the open folder `dir_fd`, except for the names in `keep`."""
    while _emptied(dir_fd, dir_fd, 0, keep):
        pass


def _emptied(dir_fd: int, top: int, depth: int, keep: Container[str] = ()) -> bool:
    """Empty a folder. Return True if folders that are too deep below it were moved into `top`; they must still be removed."""
    moved = False
    if os.fstat(dir_fd).st_mode & 0o700 != 0o700:
        os.fchmod(dir_fd, 0o700)
    for name, is_folder in _entries(dir_fd):
        if name in keep:
            continue
        if not is_folder:
            os.unlink(name, dir_fd=dir_fd)
            continue
        if depth < DEEPEST:
            with folder(name, dir_fd=dir_fd) as below:
                moved |= _emptied(below, top, depth + 1)
            os.rmdir(name, dir_fd=dir_fd)
        else:
            _permit(name, dir_fd)  # a folder that its owner may not write cannot be moved
            os.rename(name, f".{secrets.token_hex(16)}", src_dir_fd=dir_fd, dst_dir_fd=top)
            moved = True
    return moved


def _permit(path: str | Path, dir_fd: int | None) -> None:
    """Give the owner of a folder all permissions, without following a link; Linux can do this only for an open folder."""
    if os.chmod in os.supports_follow_symlinks:
        os.chmod(path, 0o700, dir_fd=dir_fd, follow_symlinks=False)
        return
    descriptor = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=dir_fd)
    try:
        Path(f"/proc/self/fd/{descriptor}").chmod(0o700)
    finally:
        os.close(descriptor)


def _entries(dir_fd: int) -> list[tuple[str, bool]]:
    """Return the names in an open folder, each with whether it is a folder."""
    with os.scandir(dir_fd) as entries:
        return [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]


@contextmanager
def _regular(path: str | Path, dir_fd: int | None) -> Iterator[int]:
    """Open a regular file to read. A FIFO is opened without waiting for its other side, and refused."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=dir_fd)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "is no regular file", str(path))
        yield descriptor
    finally:
        os.close(descriptor)


def _blocks(descriptor: int, most: int) -> Iterator[bytes]:
    """Yield the content of the file, up to `most` bytes."""
    while most > 0 and (block := os.read(descriptor, min(most, BLOCK))):
        yield block
        most -= len(block)


def _measured(dir_fd: int, prefix: str, depth: int) -> Iterator[tuple[str, int, str]]:
    if depth > DEEPEST:
        raise OSError(errno.ELOOP, "the folders are nested too deep", prefix)
    for name, is_folder in _entries(dir_fd):
        if is_folder:
            with folder(name, dir_fd=dir_fd) as below:
                yield from _measured(below, f"{prefix}{name}/", depth + 1)
            continue
        total, size = hashlib.sha256(), 0
        with _regular(name, dir_fd) as descriptor:
            for block in _blocks(descriptor, os.fstat(descriptor).st_size):
                total.update(block)
                size += len(block)
        yield prefix + name, size, total.hexdigest()
