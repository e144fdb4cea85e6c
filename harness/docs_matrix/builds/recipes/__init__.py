"""Recipes: how a tree is built, and how a tree that no configuration names is recognised.

A recipe is data (`docs_matrix.config.matrix.Recipe`); its kind names the class that turns it into a command. To add a kind, write a
module with a class like `docs_matrix.builds.recipes.base.Kind`, add a line to `KINDS`, and describe the keys of matrix.yaml in
matrix.schema.json.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from docs_matrix.builds.recipes import read_the_docs
from docs_matrix.builds.recipes.base import (
    BuildFolders,
    Command,
    Kind,
    Recognised,
    Script,
    ScriptWord,
    Shortcuts,
    exec_line,
)
from docs_matrix.builds.recipes.kernel import Make
from docs_matrix.builds.recipes.sphinx import ELSEWHERE, SphinxBuild
from docs_matrix.config.matrix import Recipe
from docs_matrix.errors import InputError

__all__ = [
    "KINDS",
    "SUFFIXES",
    "BuildFolders",
    "Command",
    "Kind",
    "Recognised",
    "Script",
    "ScriptWord",
    "Shortcuts",
    "below",
    "documents",
    "exec_line",
    "in_tree",
    "recognise",
    "telling_files",
]

KINDS: Mapping[str, Kind] = {"make": Make(), "sphinx": SphinxBuild()}
"""The kinds of recipes, in the order in which they are tried for a tree."""

TELLING = ("conf.py", "Makefile", "Kbuild")
"""The files, besides the Read the Docs file, from which a tree is recognised."""

SUFFIXES = (".rst", ".md", ".txt")
"""The suffixes of documents' sources, in the order in which a name without one is looked for."""


def recognise(name: str, paths: Collection[str], read: Callable[[str], bytes | None]) -> Recognised:
    """Return how to build the tree `name` with the files `paths`; `read` returns the content of a file.

    Raises `InputError` if there is no documentation, or if two folders could be meant.
    """
    files = frozenset(paths)
    found = next(filter(None, (kind.recognise(name, files, read) for kind in KINDS.values())), None)
    if found is None:
        raise InputError(
            f"{name}: no documentation found: there is no conf.py outside of tests, examples and builds "
            "(docs-matrix init --source DIR takes one in DIR; sphinx-quickstart begins a documentation)"
        )
    return found


def telling_files(folder: Path) -> tuple[str, ...]:
    """Return the files of the project in `folder` that `recognise` looks at, relative to it."""
    found = [name for name in read_the_docs.FILES if (folder / name).is_file()]
    for place, folders, files in os.walk(folder):
        below = Path(place).relative_to(folder)
        folders[:] = sorted(name for name in folders if not ELSEWHERE.search((below / name).as_posix()))
        found += [(below / name).as_posix() for name in files if name in TELLING]
    return tuple(found)


def in_tree(recipe: Recipe, name: str) -> str:
    """Return the path in the tree of the file `name`, which is relative to the recipe's source folder."""
    return posixpath.normpath(posixpath.join(recipe.source, name))


def below(recipe: Recipe, path: str) -> str | None:
    """Return `path` relative to the recipe's source folder; None if it is not inside."""
    source = posixpath.normpath(recipe.source)
    if source == ".":
        return path or None
    return path.removeprefix(f"{source}/") if path.startswith(f"{source}/") else None


def documents(recipe: Recipe, paths: Iterable[str]) -> tuple[str, ...]:
    """Return those of `paths` that may be documents, relative to the recipe's source folder, sorted."""
    found = (below(recipe, path) for path in paths if path.endswith(SUFFIXES))
    return tuple(sorted(path for path in found if path))
