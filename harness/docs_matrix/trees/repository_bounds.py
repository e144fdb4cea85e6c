"""What belongs to a repository: its work tree and its folders of objects, and not what a stranger's `.git` merely names.

A `.git` can name any folder of the machine: as its work tree (`core.worktree`), as its repository (a `.git` file, `commondir`, a
link) or as a folder of objects (`objects/info/alternates`). Builds may read the folders of objects, and links within the work
tree are followed, so what is named counts only if it lies within, or names the work tree in turn.
"""

from __future__ import annotations

import os
from pathlib import Path

from docs_matrix import nofollow
from docs_matrix.errors import InputError

__all__ = ["borrowed", "check_objects", "check_work_tree"]

MOST_FOLDERS = 20
ALTERNATES_LIMIT = 1 << 20
"""Folders of objects that lean one on the other, and bytes of a file that names some."""
POINTER_LIMIT = 1 << 16
"""Bytes of a `.git` file."""
_NAMED = "GIT_ALTERNATE_OBJECT_DIRECTORIES"


def borrowed(objects: Path) -> tuple[Path, ...]:
    """Return the folders of objects that the one at `objects` names, and those that they name.

    Raises `InputError` if they cannot be known.
    """
    found: dict[Path, None] = {}
    todo = [objects]
    while todo:
        folder = todo.pop()
        try:
            text = nofollow.read(folder / "info" / "alternates", ALTERNATES_LIMIT).decode("utf-8", "surrogateescape")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise InputError(f"{folder / 'info' / 'alternates'}: cannot be read: {error.strerror}") from error
        named = [line for line in text.split("\n") if line and not line.startswith("#")]
        if any("\0" in line or line.startswith('"') for line in named) or len(named) + len(found) > MOST_FOLDERS:
            raise InputError(f"{folder / 'info' / 'alternates'}: too many folders, or one in quotes")
        new = [place for line in named if (place := folder / line) not in found]
        found.update(dict.fromkeys(new))
        todo += new
    return tuple(found)


def check_objects(folder: Path, own: Path, common: Path, objects: Path) -> None:
    """Raise `InputError` if the repository at `folder` takes objects from elsewhere, and the user's environment does not name it.

    `own` is what its `.git` leads to, `common` what its work trees share, both as git says.
    """
    own, common = own.resolve(), common.resolve()
    if own != common and own.parent != common / "worktrees":
        raise InputError(f"{folder}: its .git says that it is a part of {common}, which is another repository")
    named = {Path(place).resolve() for place in os.environ.get(_NAMED, "").split(os.pathsep) if place}
    for place in (objects, *borrowed(objects)):
        if not place.resolve().is_relative_to(common) and place.resolve() not in named:
            raise InputError(
                f"{folder}: its repository takes objects from {place}, which is not a part of it; if that is yours, "
                f"say so: export {_NAMED}={place}"
            )


def check_work_tree(folder: Path, top: Path, own: Path, *, configured: bool) -> None:
    """Raise `InputError` if the repository `own` and the work tree `top`, which `folder` lies in, do not name each other.

    `configured` says that `own` has a setting `core.worktree`, which git has followed.
    """
    own, pointer = own.resolve(), top / ".git"
    try:
        leads = pointer
        if pointer.is_file():
            leads = top / nofollow.read(pointer, POINTER_LIMIT).decode("utf-8", "surrogateescape").strip()[8:]
        back = own / "gitdir"
        named = back.is_file() and own / nofollow.read(back, POINTER_LIMIT).decode("utf-8", "surrogateescape").strip()
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: its .git cannot be read: {error}") from error
    if leads.resolve() != own:
        raise InputError(f"{folder}: its repository has the work tree {top}, which has another .git, or none")
    if not (own.is_relative_to(top) or configured or (named and named.parent.resolve() == top)):
        raise InputError(
            f"{folder}: its .git leads to {own}, which does not name {top} as its work tree; if both are yours, "
            f"say so: git -C {top} config core.worktree {top}"
        )
