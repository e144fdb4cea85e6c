"""Brings content into the store: folders, archives and git's own trees become tree objects.

Facts about a source are kept beside the objects, so that nothing is read twice. A file of a folder is recognised by its times,
size and inode; an archive by its path, time and size.
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
"""A file must be unchanged for this many nanoseconds before its times can prove that its content is the same."""

_State = tuple[str, int | str, int, int, int]
"""The facts about a file that need no reading: mode, size (for a link: its target), the times of the last change of its content
and of the last change of anything, inode."""

_Known = tuple[str, int | str, int, int, int, str]
"""The state of a file, and the id of its blob."""


@dataclass(frozen=True)
class _Folder:
    """The facts about a folder that are kept: the digest of its content, its tree object, and the state of its files."""

    content: str
    object_id: str
    files: Mapping[str, _Known]


@dataclass(frozen=True)
class _Archive:
    """The facts about an archive that are kept: its tree object and its empty folders."""

    object_id: str
    empty: tuple[str, ...]


def folder(
    repository: Repository,
    source: str,
    found: FoundFiles,
    clean: dict[str, tuple[str, str]],
    stored: frozenset[str],
) -> tuple[str, tuple[str, ...]]:
    """Return the tree object and the empty folders of a folder, from the content that was `found` and from git's `clean` files.

    `source` names the folder in the kept facts. `stored` are ids that a user's folder of objects already has.
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
            object_id = write_tree(repository, contents)
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
            remembered = _Archive(write_tree(repository, contents), contents.empty)
            json_values.write(memory, remembered)
    return remembered.object_id, remembered.empty


def found_files(
    repository: Repository,
    found: FoundFiles,
    stored: frozenset[str] = frozenset(),
    known: Mapping[str, _Known] | None = None,
) -> tuple[dict[str, tuple[str, str]], dict[str, _Known]]:
    """Return the modes and ids of the content that was `found`, and the facts to keep about each file.

    All contents are in the store afterwards. `known` has the facts that were kept last time, by path.
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
    """Yield for each link and file its state, its size, and a function that reads it."""
    for path, target in found.links.items():
        yield path, ((LINK, target, 0, 0, 0), len(target), partial(str.encode, target, "utf-8", "surrogateescape"))
    for path, (place, state) in found.files.items():
        mode = PROGRAM if state.st_mode & stat.S_IXUSR else FILE
        entry = (mode, state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
        yield path, (entry, state.st_size, partial(_read, place))


def write_tree(repository: Repository, contents: Contents) -> str:
    """Return the tree object with these `contents`. Their blobs are in the store or in a user's folder of objects."""
    with private_index(repository) as index:
        lines = (f"{mode} {blob}\t{path}\0" for path, (mode, blob) in sorted(contents.files.items()))
        given = "".join(lines).encode("utf-8", "surrogateescape")
        done = repository.attempt("update-index", "-z", "--index-info", stdin=given, index=index)
        if done.returncode:
            raise InputError(f"git refuses this path: {done.error_text.strip()}")
        return tree_of_index(repository, index)


def tree_of_index(repository: Repository, index: Path) -> str:
    """Return the tree object of what is in `index`.

    A user's folder of objects has no part in it: git would give new times to those that it finds there.
    """
    return repository.run("write-tree", "--missing-ok", index=index).text.strip()


@lru_cache(maxsize=4)
def contents_of(repository: Repository, object_id: str, objects: Path | None) -> Mapping[str, tuple[str, str]]:
    """Return all files, links and submodules of a tree object: path to (git's mode, id), in git's order.

    Every build of a cell needs them; a kernel has 90,000.
    """
    files = {}
    for record in repository.run("ls-tree", "-r", "-z", object_id, objects=(objects,)).text.split("\0")[:-1]:
        entry, _, path = record.partition("\t")
        mode, _, blob = entry.split(" ")
        files[path] = (mode, blob)
    return files


def link_targets(repository: Repository, files: Mapping[str, tuple[str, str]], objects: Path | None) -> dict[str, str]:
    """Return the targets of the links among `files`, by path."""
    wanted = {path: blob for path, (mode, blob) in files.items() if mode == LINK}
    if not wanted:
        return {}
    names = "".join(f"{blob}\n" for blob in wanted.values()).encode()
    answer = repository.run("cat-file", "--batch", stdin=names, objects=(objects,)).stdout
    return dict(zip(wanted, _batch(answer), strict=True))


@contextmanager
def private_index(repository: Repository) -> Iterator[Path]:
    """Provide a path for an index file that nobody else uses, and that is removed afterwards."""
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
    """Return the content of the file at `place`, which was a regular file when it was found."""
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
