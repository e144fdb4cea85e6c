"""The tree as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from docs_matrix.diagnostics.notes import Note
from docs_matrix.files import digest

__all__ = ["FILE", "GITLINK", "LINK", "PROGRAM", "Commit", "Contents", "GitHistory", "Tree", "identity_of"]

FILE, PROGRAM, LINK, GITLINK = "100644", "100755", "120000", "160000"
"""Git's modes."""


class Contents(NamedTuple):
    """The content of a tree: its files and links, path to (git's mode, id of the blob), and its empty folders, sorted."""

    files: dict[str, tuple[str, str]]
    empty: tuple[str, ...] = ()


@dataclass(frozen=True)
class Commit:
    """A commit of a user's repository: its id, the committer's date (ISO 8601, UTC), the first line of its message."""

    id: str
    date: str
    subject: str


@dataclass(frozen=True)
class GitHistory:
    """The history for git in a private copy: the place of a tree in a user's repository.

    - `commit` is the id of the commit at HEAD, and `contents` the id of its tree.
    - `branch` is the full name of the branch that the user's HEAD names; empty if it names none.
    - `refs` has a line with id and name for each branch and tag. `shallow` has the ids of the commits at which a shallow clone
      ends, one in a line.
    - `prefix` is the folder of the tree in the repository; empty for the top.
    - `remotes` are the sections of the configuration that name the remotes, without credentials.
    """

    commit: str
    contents: str
    branch: str
    refs: str
    shallow: str = ""
    prefix: str = ""
    remotes: str = ""

    @property
    def state(self) -> str:
        """A digest of all that git knows. Copies of one tree with equal states get the same answers."""
        return digest(self.commit, self.branch, self.refs, self.shallow, self.prefix, self.remotes)


@dataclass(frozen=True)
class Tree:
    """A documentation source tree at exact content.

    - `name` is the user's name for it (`linux`, `linux@HEAD~1`).
    - `identity` has 40 hex digits, and is equal for trees with the same content. It is git's id of the tree, or a digest of
      this id and `empty_folders`, which git does not know.
    - `object_id` is git's id of the tree object.
    - `lineage` is a digest of the source's place, equal for all versions of one source.
    - `objects` is the folder of objects in the user's repository from which this tree is read.
    - `notes` say what was left out.
    - `commit` is the commit with this content, if the tree was named by a revision, or is a work tree without changes.
    - `history` is for git in a private copy, if the tree is a folder of a repository.
    """

    name: str
    identity: str
    object_id: str
    lineage: str
    empty_folders: tuple[str, ...] = ()
    objects: Path | None = None
    notes: tuple[Note, ...] = field(default=(), compare=False)
    commit: Commit | None = field(default=None, compare=False)
    history: GitHistory | None = field(default=None, compare=False)


def identity_of(object_id: str, empty_folders: tuple[str, ...]) -> str:
    """Return the identity of a tree: `object_id` if it has no empty folders."""
    return digest(object_id, *empty_folders)[:40] if empty_folders else object_id
