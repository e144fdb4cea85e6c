"""The content of an archive: tar (plain, gzip, bzip2, xz) or zip, in one pass, without unpacking it to disk."""

from __future__ import annotations

import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from docs_matrix.errors import InputError
from docs_matrix.trees import symlinks
from docs_matrix.trees.blob_writer import Blob, BlobWriter
from docs_matrix.trees.folders import SKIPPED
from docs_matrix.trees.git import Repository
from docs_matrix.trees.tree import FILE, LINK, PROGRAM, Contents

__all__ = ["import_archive"]


class _Member(NamedTuple):
    path: str
    mode: str
    """One of git's modes; "" for a folder."""
    content: bytes
    same_as: str = ""
    """The member that this one is a hard link to."""


_Files = dict[str, tuple[str, Blob]]
"""Git's mode and the content of each file and link."""


def import_archive(archive: Path, repository: Repository) -> Contents:
    """Put every file of `archive` into `repository` and say what there is; a single folder on top is taken off.

    Raises `InputError` where it is no archive, is damaged, or holds something that leads out of it: nothing is put there then.
    """
    with BlobWriter(repository) as blobs:
        files, targets, folders = _unpacked(archive, blobs)
        top = _top(files, folders)
        empty = _empty(top, files, folders)
        files = {path.removeprefix(top): entry for path, entry in files.items()}
        _check(archive, files, empty, {path.removeprefix(top): target for path, target in targets.items()})
    return Contents({path: (mode, blob.name) for path, (mode, blob) in files.items()}, empty)


def _unpacked(archive: Path, blobs: BlobWriter) -> tuple[_Files, dict[str, str], set[str]]:
    """The files of `archive`, all given to `blobs`, the targets of its links, and its folders."""
    files: _Files = {}
    targets: dict[str, str] = {}
    folders: set[str] = set()
    try:
        for member in _members(archive):
            path = _inside(member.path, archive)
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
    ) as error:
        raise InputError(f"{archive}: cannot be unpacked: {error}") from error
    return files, targets, folders


def _members(archive: Path) -> Iterator[_Member]:
    if tarfile.is_tarfile(archive):
        return _tar_members(archive)
    if zipfile.is_zipfile(archive):
        return _zip_members(archive)
    raise InputError(
        f"{archive}: neither a folder nor an archive that can be read (.tar, .tar.gz, .tar.bz2, .tar.xz, .zip)"
    )


def _tar_members(archive: Path) -> Iterator[_Member]:
    with tarfile.open(archive, encoding="utf-8", errors="surrogateescape") as tar:
        for info in tar:
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
        while tar.fileobj.read(1 << 20):
            pass  # the check sums stand at the end


def _zip_members(archive: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(archive) as packed:
        for info in packed.infolist():
            mode = info.external_attr >> 16
            if info.flag_bits & 1:
                raise InputError(f"{archive}: {info.filename!r} is encrypted")
            if info.is_dir():
                yield _Member(info.filename, "", b"")
            elif stat.S_ISLNK(mode):
                yield _Member(info.filename, LINK, packed.read(info))
            else:
                yield _Member(info.filename, _mode(mode), packed.read(info))


def _mode(bits: int) -> str:
    return PROGRAM if bits & stat.S_IXUSR else FILE


def _inside(name: str, archive: Path) -> str:
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or "\0" in name:
        raise InputError(f"{archive}: {name!r} leads out of the archive")
    return "/".join(parts)


def _earlier(path: str, files: _Files, archive: Path) -> tuple[str, Blob]:
    if path not in files:
        raise InputError(f"{archive}: a hard link to {path!r}, which is not before it in the archive")
    return files[path]


def _top(files: _Files, folders: set[str]) -> str:
    """The single folder on top with its slash, or nothing."""
    tops = {path.split("/", 1)[0] for path in (*files, *folders) if path}
    top = tops.pop() if len(tops) == 1 else ""
    return f"{top}/" if top and top not in files else ""


def _empty(top: str, files: _Files, folders: set[str]) -> tuple[str, ...]:
    """Those of `folders` that nothing lies in, without the folder on top."""
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
