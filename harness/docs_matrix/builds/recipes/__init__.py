"""Recipes: how a tree is built, and how a tree that no configuration names is recognised.

A recipe is data (`docs_matrix.config.matrix.Recipe`); its kind says which class here turns it into a command. Another kind is one
more class with a line in `KINDS`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from docs_matrix.config.matrix import Recipe
from docs_matrix.errors import InputError

__all__ = ["KINDS", "SUFFIXES", "Command", "Recognised", "Rooms", "below", "documents", "in_tree", "recognise"]

CONF_FOLDERS = (
    ".",
    "doc",
    "docs",
    "Doc",
    "Documentation",
    "docs/source",
    "doc/source",
    "docs/src",
    "doc/src",
    "source",
)
"""Where projects keep their conf.py."""

SUFFIXES = (".rst", ".md", ".txt")
"""The suffixes of documents' sources, in the order in which a name without one is looked for."""


@dataclass(frozen=True)
class Rooms:
    """Where a build takes place: the tree's private copy, a scratch folder outside of it, and what stands for
    sphinx-build (the probe, in the cell's interpreter)."""

    root: Path
    scratch: Path
    sphinx_build: Path


@dataclass(frozen=True)
class Command:
    """What to run, where, with which variables on top of the allow-listed ones."""

    words: tuple[str, ...]
    cwd: Path
    variables: Mapping[str, str]


class Kind(Protocol):
    """A kind of recipe: the host's tools that take part in the result, and the command."""

    tools: tuple[str, ...]

    def command(self, recipe: Recipe, rooms: Rooms) -> Command:
        """What builds the tree in `rooms` by `recipe`."""
        ...


class SphinxBuild:
    """`sphinx-build` with its folders, builder and options."""

    tools: tuple[str, ...] = ("dot",)

    def command(self, recipe: Recipe, rooms: Rooms) -> Command:
        words = (
            str(rooms.sphinx_build),
            *("-b", recipe.builder),
            *("-j", str(recipe.jobs)),
            *("-d", str(rooms.scratch / "doctrees")),
            *("-c", str(rooms.root / recipe.config)),
            "--no-color",
            *recipe.options,
            str(rooms.root / recipe.source),
            str(rooms.scratch / "output"),
        )
        # docutils quotes some paths relative to the working directory: from the root they are the tree's
        return Command(words, rooms.root, {})


class Make:
    """`make htmldocs` of a kernel, or any make target that takes SPHINXBUILD, SPHINXOPTS and BUILDDIR."""

    tools: tuple[str, ...] = ("make", "perl", "dot")

    def command(self, recipe: Recipe, rooms: Rooms) -> Command:
        variables = {
            "SPHINXBUILD": str(rooms.sphinx_build),
            "SPHINXOPTS": f"-j{recipe.jobs}",
            "BUILDDIR": str(rooms.scratch / "output"),
            **(recipe.variables or {}),
        }
        words = ("make", "--no-print-directory", *(f"{name}={value}" for name, value in variables.items()))
        return Command((*words, recipe.target), rooms.root, {})


KINDS: Mapping[str, Kind] = {"sphinx": SphinxBuild(), "make": Make()}


@dataclass(frozen=True)
class Recognised:
    """What the files of a tree say of themselves: its recipe, and the requirements that it names (PEP 508)."""

    recipe: Recipe
    requirements: tuple[str, ...]


def recognise(name: str, paths: Collection[str], read: Callable[[str], bytes | None]) -> Recognised:
    """How to build the tree `name` with these files, which `read` gives the content of.

    A kernel is known by its `Documentation/Makefile` and `Kbuild`, anything else by the one folder that holds conf.py.
    Raises `InputError` where there is no documentation, or where two folders could be meant.
    """
    files = set(paths)
    if {"Kbuild", "Documentation/Makefile", "Documentation/conf.py"} <= files:
        wanted = read("Documentation/sphinx/requirements.txt") or b""
        recipe = Recipe("make", "Documentation", "Documentation", target="htmldocs")
        return Recognised(recipe, _requirements(wanted.decode("utf-8", "replace")))
    found = [folder for folder in CONF_FOLDERS if posixpath.normpath(posixpath.join(folder, "conf.py")) in files]
    if not found:
        raise InputError(
            f"{name}: no documentation found: no conf.py in {', '.join(CONF_FOLDERS)}; name the tree and its recipe in matrix.yaml"
        )
    if len(found) > 1:
        raise InputError(
            f"{name}: conf.py is in {' and in '.join(found)}; say which by naming the tree and its recipe in matrix.yaml"
        )
    return Recognised(Recipe("sphinx", found[0], found[0]), ())


def in_tree(recipe: Recipe, name: str) -> str:
    """The path in the tree of what is called `name` below the recipe's source."""
    return posixpath.normpath(posixpath.join(recipe.source, name))


def below(recipe: Recipe, path: str) -> str | None:
    """`path` relative to the recipe's source folder; None where it lies elsewhere."""
    source = posixpath.normpath(recipe.source)
    if source == ".":
        return path or None
    return path.removeprefix(f"{source}/") if path.startswith(f"{source}/") else None


def documents(recipe: Recipe, paths: Iterable[str]) -> tuple[str, ...]:
    """Those of `paths` that may be documents, relative to the recipe's source folder, sorted."""
    found = (below(recipe, path) for path in paths if path.endswith(SUFFIXES))
    return tuple(sorted(path for path in found if path))


def _requirements(text: str) -> tuple[str, ...]:
    """The requirements of a requirements file but for docutils and Sphinx, which the cell pins.

    >>> _requirements("alabaster\\nSphinx\\npyyaml  # for netlink\\n")
    ('alabaster', 'pyyaml')
    """
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    wanted = (line for line in lines if line and not line.startswith("-"))
    return tuple(line for line in wanted if not re.match(r"(sphinx|docutils)\b(?!-)", line, re.IGNORECASE))
