"""Content on its way into the store: folders, archives and git's own trees become tree objects.

What was learned about a source is remembered beside the objects, so that nothing is read twice: a file of a folder by
its times, size and inode; an archive by its place, time and size.
"""

from __future__ import annotations

import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from docs_matrix import json_values
from docs_matrix.errors import InputError, MachineError
from docs_matrix.files import digest, locked
from docs_matrix.trees.archives import import_archive
from docs_matrix.trees.blob_writer import Blob, BlobWriter
from docs_matrix.trees.folders import LARGEST, FoundFiles
from docs_matrix.trees.git import Repository
from docs_matrix.trees.tree import FILE, LINK, PROGRAM, Contents

__all__ = ["archive", "contents_of", "folder", "found_files", "link_targets", "private_index", "write_tree"]

_SETTLED = 2_000_000_000
"""A file must have been left alone for this many nanoseconds before its times can vouch for its content."""

_State = tuple[str, int | str, int, int, int]
"""What is known of a file without reading it: mode, size (of a link the target), times of change of the content and of
anything, inode."""

_Known = tuple[str, int | str, int, int, int, str]
"""A file's state, and the id of its blob."""


@dataclass(frozen=True)
class _Folder:
    """What is remembered of a folder: the digest of its content, the tree object of it, and what is known of its files."""

    content: str
    object_id: str
    files: Mapping[str, _Known]


@dataclass(frozen=True)
class _Archive:
    """What is remembered of an archive: the tree object of it, and its empty folders."""

    object_id: str
    empty: tuple[str, ...]


def folder(
    repository: Repository,
    source: str,
    found: FoundFiles,
    clean: dict[str, tuple[str, str]],
    stored: frozenset[str],
    objects: Path | None,
) -> tuple[str, tuple[str, ...]]:
    """Return the tree object and the empty folders of what was `found` in a folder, with the `clean` files that git knows.

    `source` names the folder in the memory; `stored` are ids that `objects`, a user's object folder, has already.
    """
    memory = repository.folder / "sources" / f"{source}.json"
    with locked(memory.with_suffix(".lock")):
        remembered = json_values.read_or_none(memory, _Folder) or _Folder("", "", {})
        started = time.time_ns()
        files, times = found_files(repository, found, stored, remembered.files)
        contents = Contents({**clean, **files}, tuple(sorted(found.empty)))
        content = digest(*(f"{path}\0{mode} {blob}" for path, (mode, blob) in sorted(contents.files.items())))
        object_id = remembered.object_id
        if content != remembered.content or not _there(repository, object_id):
            object_id = write_tree(repository, contents, objects)
        settled = {path: entry for path, entry in times.items() if max(entry[2], entry[3]) < started - _SETTLED}
        if (content, settled) != (remembered.content, remembered.files):
            json_values.write(memory, _Folder(content, object_id, settled))
    return object_id, contents.empty


def archive(repository: Repository, place: Path) -> tuple[str, tuple[str, ...]]:
    """Return the tree object and the empty folders of the archive at `place`."""
    state = place.stat()
    key = digest(str(place.resolve()), str(state.st_size), str(state.st_mtime_ns))
    memory = repository.folder / "archives" / f"{key}.json"
    with locked(memory.with_suffix(".lock")):
        remembered = json_values.read_or_none(memory, _Archive)
        if remembered is None or not _there(repository, remembered.object_id):
            contents = import_archive(place, repository)
            remembered = _Archive(write_tree(repository, contents, None), contents.empty)
            json_values.write(memory, remembered)
    return remembered.object_id, remembered.empty


def found_files(
    repository: Repository,
    found: FoundFiles,
    stored: frozenset[str] = frozenset(),
    known: Mapping[str, _Known] | None = None,
) -> tuple[dict[str, tuple[str, str]], dict[str, _Known]]:
    """Return the modes and ids of what was `found`, all in the store afterwards, and what to know of each file next time.

    `known` is what was known last time, by path.
    """
    known = known or {}
    blobs_of: dict[str, tuple[_State, Blob | str]] = {}
    with BlobWriter(repository, stored) as blobs:
        for path, (state, size, content) in _entries(found):
            before = known.get(path)
            same = before and before[:5] == state
            blobs_of[path] = (state, before[5] if before and same else blobs.add_file(content, size))
    times = {path: (*state, blob if isinstance(blob, str) else blob.name) for path, (state, blob) in blobs_of.items()}
    return {path: (entry[0], entry[5]) for path, entry in times.items()}, times


def _entries(found: FoundFiles) -> Iterator[tuple[str, tuple[_State, int, Callable[[], bytes]]]]:
    """Yield what is known of each link and file without reading it, its size, and how to read it."""
    for path, target in found.links.items():
        yield path, ((LINK, target, 0, 0, 0), len(target), partial(str.encode, target, "utf-8", "surrogateescape"))
    for path, (place, state) in found.files.items():
        mode = PROGRAM if state.st_mode & stat.S_IXUSR else FILE
        entry = (mode, state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
        yield path, (entry, state.st_size, partial(_read, place))


def write_tree(repository: Repository, contents: Contents, objects: Path | None) -> str:
    """Return the tree object with these `contents`, whose blobs are in the store or in a user's folder of `objects`."""
    with private_index(repository) as index:
        lines = (f"{mode} {blob}\t{path}\0" for path, (mode, blob) in sorted(contents.files.items()))
        given = "".join(lines).encode("utf-8", "surrogateescape")
        done = repository.attempt("update-index", "-z", "--index-info", stdin=given, index=index, objects=(objects,))
        if done.returncode:
            raise InputError(f"git refuses this path: {done.error_text.strip()}")
        return repository.run("write-tree", "--missing-ok", index=index, objects=(objects,)).text.strip()


@lru_cache(maxsize=4)
def contents_of(repository: Repository, object_id: str, objects: Path | None) -> Mapping[str, tuple[str, str]]:
    """Return all files, links and submodules of a tree object: path to (git's mode, id), in git's order.

    Every build of a cell asks for them; of a kernel they are 90,000.
    """
    files = {}
    for record in repository.run("ls-tree", "-r", "-z", object_id, objects=(objects,)).text.split("\0")[:-1]:
        entry, _, path = record.partition("\t")
        mode, _, blob = entry.split(" ")
        files[path] = (mode, blob)
    return files


def link_targets(repository: Repository, files: Mapping[str, tuple[str, str]], objects: Path | None) -> dict[str, str]:
    """Return where the links among `files` point to: path to target."""
    wanted = {path: blob for path, (mode, blob) in files.items() if mode == LINK}
    if not wanted:
        return {}
    names = "".join(f"{blob}\n" for blob in wanted.values()).encode()
    answer = repository.run("cat-file", "--batch", stdin=names, objects=(objects,)).stdout
    return dict(zip(wanted, _batch(answer), strict=True))


@contextmanager
def private_index(repository: Repository) -> Iterator[Path]:
    """Provide the place of an index file that is nobody else's, and gone afterwards."""
    with tempfile.TemporaryDirectory(dir=repository.folder, prefix="index-") as folder_:
        yield Path(folder_) / "index"


def _batch(answer: bytes) -> Iterable[str]:
    while answer:
        head, _, rest = answer.partition(b"\n")
        if not head.rpartition(b" ")[2].isdigit():
            said = head.decode("utf-8", "replace")
            raise MachineError(
                f"the repository lacks objects of this tree: {said}; is it a partial clone? git fetch --refetch --no-filter"
            )
        size = int(head.rpartition(b" ")[2])
        yield rest[:size].decode("utf-8", "surrogateescape")
        answer = rest[size + 1 :]


def _read(place: str) -> bytes:
    """Return the content of the file at `place`, which was a regular one when it was found."""
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb", buffering=0) as stream:  # noqa: PTH123 - there is no Path of a descriptor
            if os.fstat(descriptor).st_size > LARGEST:
                raise InputError(f"{place}: has more than {LARGEST >> 20} MiB")
            return stream.read()
    except OSError as error:
        raise InputError(f"{place}: cannot be read: {error.strerror}") from error


def _there(repository: Repository, object_id: str) -> bool:
    return bool(object_id) and repository.attempt("cat-file", "-e", object_id).returncode == 0
