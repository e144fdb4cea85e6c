"""Takes a wheel apart: which of its files the tree has already, and which are put into a private copy of the tree.

the wheel has                  the tree has           what happens
pluggy/_hooks.py               src/pluggy/_hooks.py   `src` is a root; laid only if the content differs
pluggy/_version.py             nothing                laid at src/pluggy/_version.py
pluggy/_fast.cpython-313.so    nothing                laid beside it
pluggy-1.6.dist-info/…         nothing                laid into a folder that is on the path too
"""

from __future__ import annotations

import hashlib
import io
import json
import posixpath
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser

from docs_matrix import files
from docs_matrix.trees.tree import LINK

__all__ = ["Parts", "take_apart"]

Entries = Mapping[str, tuple[str, str]]
"""The files of a tree: path to git's mode and the id of the blob."""

UNPACKED = ".docs-matrix"
"""A folder inside the package's folder. A top-level package or module goes there if the tree has none of its files."""

_MODULES = re.compile(r"[^/]+\.data/(?:purelib|platlib)/")
_ELSEWHERE = re.compile(r"[^/]+\.data/")


@dataclass(frozen=True)
class Parts:
    """The content of a wheel, sorted by its use.

    `metadata` are the files of its `.dist-info` folder; `laid` are the files to put into the tree, by path there. `roots` are the
    folders of the tree from which the modules are imported. `changed` are the files of the tree that are different in the wheel.
    `moved` is true if a module of the tree has another name in the wheel.
    """

    metadata: Mapping[str, bytes]
    laid: Mapping[str, bytes]
    roots: tuple[str, ...]
    changed: tuple[str, ...]
    moved: bool

    @property
    def headers(self) -> Message:
        """The fields of its metadata."""
        text = next((data for path, data in self.metadata.items() if path.endswith("/METADATA")), b"")
        return BytesParser().parsebytes(text, headersonly=True)

    @property
    def digest(self) -> str:
        """The digest of all files that a build can read."""
        said = ((path, data) for path, data in self.metadata.items() if not path.endswith(("/RECORD", "/WHEEL")))
        both = sorted((*said, *self.laid.items()))
        return files.digest(json.dumps(self.roots), *(part for pair in both for part in pair))


def take_apart(wheel: bytes, folder: str, entries: Entries) -> Parts:
    """Return the parts of a `wheel` that was made from the package in `folder` of the tree with these `entries`."""
    metadata: dict[str, bytes] = {}
    content: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        for name in archive.namelist():
            path = _MODULES.sub("", name)
            if name.endswith("/") or _ELSEWHERE.match(path) or _leads_out(path):
                continue
            where = metadata if path.partition("/")[0].endswith(".dist-info") else content
            where[path] = archive.read(name)
    blobs = {path: _blob(data) for path, data in content.items()}
    roots = _roots(blobs, folder, entries)
    laid: dict[str, bytes] = {}
    changed, moved = [], False
    modules = {blob for path, (_, blob) in entries.items() if path.endswith(".py")} - {_blob(b"")}
    for path, data in content.items():
        place = posixpath.normpath(posixpath.join(roots[_top(path)], path))
        mode, blob = entries.get(place, ("", ""))
        if blob == blobs[path] or mode == LINK:
            continue
        laid[place] = data
        if blob:
            changed.append(place)
        moved = moved or (not blob and path.endswith(".py") and blobs[path] in modules)
    return Parts(metadata, laid, tuple(dict.fromkeys(roots.values())), tuple(changed), moved)


def _leads_out(path: str) -> bool:
    return posixpath.normpath(path) != path or path.startswith(("/", "../"))


def _roots(blobs: Mapping[str, str], folder: str, entries: Entries) -> dict[str, str]:
    """Return for each top-level name the folder of the tree with the most files of the same names and contents."""
    inside = "" if folder == "." else f"{folder}/"
    named: defaultdict[str, list[str]] = defaultdict(list)
    for path in entries:
        if path.startswith(inside):
            named[posixpath.basename(path)].append(path)
    equal: defaultdict[str, Counter[str]] = defaultdict(Counter)
    present: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for path, blob in blobs.items():
        for place in named[posixpath.basename(path)]:
            if f"/{place}".endswith(f"/{path}"):
                root = place[: -len(path)].rstrip("/") or "."
                present[_top(path)][root] += 1
                equal[_top(path)][root] += entries[place][1] == blob

    def best(name: str) -> str:
        found: Iterable[str] = present[name]
        none = posixpath.normpath(posixpath.join(folder, UNPACKED))
        return min(found, key=lambda root: (-equal[name][root], -present[name][root], len(root), root), default=none)

    return {name: best(name) for name in dict.fromkeys(map(_top, blobs))}


def _top(path: str) -> str:
    return path.partition("/")[0]


def _blob(data: bytes) -> str:
    """Git's id of a file with this content."""
    return hashlib.sha1(b"blob %d\0%s" % (len(data), data), usedforsecurity=False).hexdigest()
