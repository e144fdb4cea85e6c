"""The tree, as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from docs_matrix.files import digest

__all__ = ["FILE", "GITLINK", "LINK", "PROGRAM", "Commit", "Contents", "Tree", "identity_of"]

FILE, PROGRAM, LINK, GITLINK = "100644", "100755", "120000", "160000"
"""Git's modes."""


class Contents(NamedTuple):
    """What makes a tree: its files and links, path to (git's mode, id of the blob), and its empty folders, sorted."""

    files: dict[str, tuple[str, str]]
    empty: tuple[str, ...] = ()


@dataclass(frozen=True)
class Commit:
    """A commit of a user's repository: its id, the committer's date (ISO 8601, UTC), the first line of its message."""

    id: str
    date: str
    subject: str


@dataclass(frozen=True)
class Tree:
    """A documentation source tree at exact content.

    `name` is the user's (`linux`, `linux@HEAD~1`). Trees with the same content have the same `identity`, 40 hex digits:
    git's id of the tree, or a digest of it with `empty_folders`, which git does not know. `object_id` is git's id of the
    tree object. `lineage` is a digest of the source's place, the same for all versions of one source. `objects` is the
    object folder of the user's repository that this tree leans on. `notes` are lines about what was left out. `commit` is
    the one whose content this is, where the tree was named by a revision, or is a work tree that is as its HEAD.
    """

    name: str
    identity: str
    object_id: str
    lineage: str
    empty_folders: tuple[str, ...] = ()
    objects: Path | None = None
    notes: tuple[str, ...] = field(default=(), compare=False)
    commit: Commit | None = field(default=None, compare=False)


def identity_of(object_id: str, empty_folders: tuple[str, ...]) -> str:
    """The identity of a tree: `object_id` where it has no empty folders."""
    return digest(object_id, *empty_folders)[:40] if empty_folders else object_id
