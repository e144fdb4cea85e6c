"""The content of an archive, tar (plain, gzip, bzip2, xz) or zip, read in one pass and not unpacked to the disk.

An archive can be a bomb. So two things are refused: a member whose header names a size larger than any file of documentation,
before it is unpacked; and an archive that unpacks to far more than documentation, as soon as this is noticed.
"""

from __future__ import annotations

import lzma
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from docs_matrix.errors import InputError
from docs_matrix.trees import symlinks
from docs_matrix.trees.blob_writer import Blob, BlobWriter
from docs_matrix.trees.folders import LARGEST, SKIPPED
from docs_matrix.trees.git import Repository
from docs_matrix.trees.tree import FILE, LINK, PROGRAM, Contents

__all__ = ["import_archive"]

LEAST_UNPACKED, MOST_TIMES, MOST_UNPACKED = 512 << 20, 100, 32 << 30
"""An archive may unpack to the first number of bytes, or to the second number times its own size, but never to more than the
third number of bytes. The source of a kernel is 12 times as large as its .tar.xz."""
MOST_MEMBERS = 2_000_000
LONGEST_HEADER = 1 << 20
"""The most bytes of an additional header of a member (for a long name, or attributes)."""


class _Member(NamedTuple):
    path: str
    mode: str
    """One of git's modes; "" for a folder."""
    content: bytes
    same_as: str = ""
    """The path of another member, if this member is a hard link to it."""


_IGNORED_BY_HFS = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")

_Files = dict[str, tuple[str, Blob]]
"""Git's mode and the content of each file and link, by path."""


def import_archive(archive: Path, repository: Repository) -> Contents:
    """Put every file of `archive` into `repository`, and return the contents.

    A single folder at the top is removed from all paths. Raises `InputError` if it is not an archive, is damaged, or contains a
    path or a link that leads out of it. Then nothing is put into the repository.
    """
    with BlobWriter(repository) as blobs:
        files, targets, folders = _unpacked(archive, blobs)
        top = _top(files, folders)
        empty = _empty(top, files, folders)
        files = {path.removeprefix(top): entry for path, entry in files.items()}
        _check(archive, files, empty, {path.removeprefix(top): target for path, target in targets.items()})
    return Contents({path: (mode, blob.name) for path, (mode, blob) in files.items()}, empty)


def _unpacked(archive: Path, blobs: BlobWriter) -> tuple[_Files, dict[str, str], set[str]]:
    """Return the files of `archive`, which are all given to `blobs`, the targets of its links, and its folders."""
    files: _Files = {}
    targets: dict[str, str] = {}
    folders: set[str] = set()
    try:
        for member in _members(archive):
            path = _inside(member.path, archive)
            if other := next((part for part in path.split("/") if _is_gits(part)), None):
                raise InputError(
                    f"{archive}: {member.path!r} holds {other!r}, which some systems take for git's own folder"
                )
            if SKIPPED & set(path.split("/")):
                continue
            targets.pop(path, None)
            if not member.mode:
                folders.add(path)
            elif member.same_as:
                files[path] = _earlier(_inside(member.same_as, archive), files, archive)
            else:
                files[path] = (member.mode, blobs.add(member.content))
                if member.mode == LINK:
                    targets[path] = member.content.decode("utf-8", "surrogateescape")
    except (
        tarfile.TarError,
        zipfile.BadZipFile,
        lzma.LZMAError,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RecursionError,
        ValueError,
        MemoryError,
        RuntimeError,
        struct.error,
    ) as error:
        raise InputError(f"{archive}: cannot be unpacked: {str(error) or type(error).__name__}") from error
    return files, targets, folders


def _members(archive: Path) -> Iterator[_Member]:
    size = archive.stat().st_size
    budget = _Budget(archive, min(max(LEAST_UNPACKED, size * MOST_TIMES), MOST_UNPACKED))
    if tarfile.is_tarfile(archive):
        return _tar_members(archive, budget)
    if zipfile.is_zipfile(archive):
        return _zip_members(archive, budget)
    raise InputError(
        f"{archive}: neither a folder nor an archive that can be read (.tar, .tar.gz, .tar.bz2, .tar.xz, .zip)"
    )


class _Budget:
    """The limits for what `archive` may still unpack: `bytes_left` and `members_left`."""

    def __init__(self, archive: Path, bytes_left: int) -> None:
        self._archive = archive
        self._bytes_left = bytes_left
        self._members_left = MOST_MEMBERS

    def spend(self, name: str, size: int) -> None:
        """Count the member `name` before it is unpacked. Raises `InputError` if it exceeds a limit."""
        if size > LARGEST:
            raise InputError(f"{self._archive}: {name!r} has {size} bytes, more than {LARGEST >> 20} MiB")
        self._members_left -= 1
        self._bytes_left -= size
        if self._bytes_left < 0 or self._members_left < 0:
            raise InputError(
                f"{self._archive}: unpacks to far more than documentation does; a folder has no such limit"
            )


class _Header(tarfile.TarInfo):
    """A header of a tar archive, with a limit. Python reads the additional headers of a member completely, whatever their size."""

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type not in (*tarfile.REGULAR_TYPES, *_TYPES) and self.size > LONGEST_HEADER:
            raise tarfile.ReadError(f"a header has {self.size} bytes")
        return super()._proc_member(tar)  # type: ignore[misc,no-any-return]


_TYPES = (
    tarfile.LNKTYPE,
    tarfile.SYMTYPE,
    tarfile.CHRTYPE,
    tarfile.BLKTYPE,
    tarfile.DIRTYPE,
    tarfile.FIFOTYPE,
    tarfile.GNUTYPE_SPARSE,
)


def _tar_members(archive: Path, budget: _Budget) -> Iterator[_Member]:
    with tarfile.open(archive, encoding="utf-8", errors="surrogateescape", tarinfo=_Header) as tar:
        for info in tar:
            tar.members.clear()  # type: ignore[attr-defined]  # or it keeps the headers of all
            budget.spend(info.name, info.size if info.isfile() else 0)
            if info.isdir():
                yield _Member(info.name, "", b"")
            elif info.issym():
                yield _Member(info.name, LINK, info.linkname.encode("utf-8", "surrogateescape"))
            elif info.islnk():
                yield _Member(info.name, FILE, b"", same_as=info.linkname)
            elif info.isfile():
                stream = tar.extractfile(info)
                yield _Member(info.name, _mode(info.mode), stream.read() if stream else b"")
            else:
                raise InputError(f"{archive}: {info.name!r} is neither a file nor a folder nor a link")
        while block := tar.fileobj.read(1 << 20):
            budget.spend("what follows the end", len(block))  # the check sums stand at the end


def _zip_members(archive: Path, budget: _Budget) -> Iterator[_Member]:
    with zipfile.ZipFile(archive) as packed:
        for info in packed.infolist():
            mode = info.external_attr >> 16
            if info.flag_bits & 1:
                raise InputError(f"{archive}: {info.filename!r} is encrypted")
            budget.spend(info.filename, info.file_size)
            if info.is_dir():
                yield _Member(info.filename, "", b"")
                continue
            with packed.open(info) as stream:
                content = stream.read(info.file_size + 1)
            if len(content) != info.file_size:
                raise InputError(f"{archive}: the size of {info.filename!r} is not the size that the archive states")
            yield _Member(info.filename, LINK if stat.S_ISLNK(mode) else _mode(mode), content)


def _mode(bits: int) -> str:
    return PROGRAM if bits & stat.S_IXUSR else FILE


def _inside(name: str, archive: Path) -> str:
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or "\0" in name:
        raise InputError(f"{archive}: {name!r} leads out of the archive")
    return "/".join(parts)


def _is_gits(name: str) -> bool:
    r"""Return whether `name` is another spelling of `.git`, as git knows them for the file systems of Windows and macOS.

    >>> [_is_gits(name) for name in (".git", ".GIT", "git~1", ".git. ", ".git::$DATA", ".gi\u200ct", ".gitignore")]
    [False, True, True, True, True, True, False]
    """
    bare = _IGNORED_BY_HFS.sub("", name).partition(":")[0].rstrip(" .").lower()
    return name != ".git" and bare in (".git", "git~1")


def _earlier(path: str, files: _Files, archive: Path) -> tuple[str, Blob]:
    if path not in files:
        raise InputError(f"{archive}: a hard link to {path!r}, but the archive has no such file before the link")
    return files[path]


def _top(files: _Files, folders: set[str]) -> str:
    """Return the single folder at the top with a slash, or "" if there is none."""
    tops = {path.split("/", 1)[0] for path in (*files, *folders) if path}
    top = tops.pop() if len(tops) == 1 else ""
    return f"{top}/" if top and top not in files else ""


def _empty(top: str, files: _Files, folders: set[str]) -> tuple[str, ...]:
    """Return those of `folders` that contain nothing, without the folder at the top."""
    filled = {""}
    for path in (*files, *folders):
        while "/" in path:
            path = path.rpartition("/")[0]
            if path in filled:
                break
            filled.add(path)
    return tuple(sorted(path.removeprefix(top) for path in folders - filled if f"{path}/" != top))


def _check(archive: Path, files: _Files, empty: tuple[str, ...], targets: dict[str, str]) -> None:
    if not files:
        raise InputError(f"{archive}: holds no files")
    out = symlinks.leaving(targets)
    if out:
        raise InputError(f"{archive}: {out[0]!r} is a link that leads out of the archive")
    for path in (*files, *empty):
        folder = path.rpartition("/")[0]
        while folder:
            if folder in files:
                raise InputError(f"{archive}: {path!r} is in {folder!r}, which is not a folder")
            folder = folder.rpartition("/")[0]
