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

from harness.errors import InputError
from harness.trees import links
from harness.trees.blobs import BlobWriter, blob_id
from harness.trees.folders import SKIPPED
from harness.trees.tree import FILE, LINK, PROGRAM, Contents

__all__ = ["import_archive"]


class _Member(NamedTuple):
    path: str
    mode: str
    """One of git's modes; "" for a folder."""
    content: bytes
    same_as: str = ""
    """The member that this one is a hard link to."""


def import_archive(archive: Path, blobs: BlobWriter) -> Contents:
    """Give every file of `archive` to `blobs` and say what there is; a single folder on top is taken off.

    Raises `InputError` where it is no archive, is damaged, or holds something that leads out of it.
    """
    files: dict[str, tuple[str, str]] = {}
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
                name = blob_id(member.content)
                files[path] = (member.mode, blobs.add(member.content, name))
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
    top = _top(files, folders)
    contents = _without_top(top, files, folders)
    _check(archive, contents, {path.removeprefix(top): target for path, target in targets.items()})
    return contents


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


def _earlier(path: str, files: dict[str, tuple[str, str]], archive: Path) -> tuple[str, str]:
    if path not in files:
        raise InputError(f"{archive}: a hard link to {path!r}, which does not come before it")
    return files[path]


def _top(files: dict[str, tuple[str, str]], folders: set[str]) -> str:
    """The single folder on top with its slash, or nothing."""
    tops = {path.split("/", 1)[0] for path in (*files, *folders) if path}
    top = tops.pop() if len(tops) == 1 else ""
    return f"{top}/" if top and top not in files else ""


def _without_top(top: str, files: dict[str, tuple[str, str]], folders: set[str]) -> Contents:
    filled = {""}
    for path in (*files, *folders):
        while "/" in path:
            path = path.rpartition("/")[0]
            if path in filled:
                break
            filled.add(path)
    empty = sorted(path.removeprefix(top) for path in folders - filled if f"{path}/" != top)
    return Contents({path.removeprefix(top): entry for path, entry in files.items()}, tuple(empty))


def _check(archive: Path, contents: Contents, targets: dict[str, str]) -> None:
    if not contents.files:
        raise InputError(f"{archive}: holds no files")
    out = links.leaving(targets)
    if out:
        raise InputError(f"{archive}: {out[0]!r} is a link that leads out of the archive")
    for path in (*contents.files, *contents.empty):
        folder = path.rpartition("/")[0]
        while folder:
            if folder in contents.files:
                raise InputError(f"{archive}: {path!r} lies below {folder!r}, which is no folder")
            folder = folder.rpartition("/")[0]
