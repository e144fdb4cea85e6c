"""The protocol of a kind of recipe, and the values that its methods return."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from docs_matrix.config.matrix import Recipe
from docs_matrix.config.tree_check import TreeCheck

__all__ = ["DOT", "BuildFolders", "Command", "Kind", "Recognised", "Script", "ScriptWord", "Shortcuts", "exec_line"]


@dataclass(frozen=True)
class BuildFolders:
    """The folders of a build.

    `root` is the private copy of the tree, `scratch` a folder outside of it, and `sphinx_build` the program that takes the place of
    sphinx-build (the probe, in the cell's interpreter). `top` is the folder of git's repository if it is above `root`.
    """

    root: Path
    scratch: Path
    sphinx_build: Path
    top: Path | None = None


@dataclass(frozen=True)
class Command:
    """A command to run in the folder `cwd`, and its `variables` in addition to the allow-listed ones."""

    words: tuple[str, ...]
    cwd: Path
    variables: Mapping[str, str]


@dataclass(frozen=True)
class Shortcuts:
    """What makes a build quicker and changes none of its messages.

    `companions` are modules in `docs_matrix.probe`, by name, each with the arguments of its function `extend`. `programs` are shell
    scripts, by name: a build finds them before the programs of the cell and of the machine.
    """

    companions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    programs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ScriptWord:
    """A word of a command in a shell script: `text`, followed by the path `below` the script's working folder if it is not None."""

    text: str
    below: str | None = None


@dataclass(frozen=True)
class Script:
    """How a shell script builds a tree without docs-matrix: the programs that it needs, and the command.

    The script copies the tree to `tree/`, and runs the command in `tree/<folder>`. The programs of the cell come first on PATH.
    """

    tools: tuple[str, ...]
    words: tuple[ScriptWord, ...]
    folder: str = "."


@dataclass(frozen=True)
class Recognised:
    """The recipe of a tree, and the requirements that its files name (PEP 508)."""

    recipe: Recipe
    requirements: tuple[str, ...]


DOT = {"dot": "documents with graphs warn, and do not show them"}
"""The program that draws the graphs of `sphinx.ext.graphviz`, and what goes wrong without it."""


class Kind(Protocol):
    """A kind of recipe.

    `tools` are the programs of the machine that can change a build's messages, each with the problem if it is missing. `needed` are
    those without which no build is possible, each with the error message if it is missing.
    """

    tools: Mapping[str, str]
    needed: Mapping[str, str]

    def recognise(self, name: str, paths: Collection[str], read: Callable[[str], bytes | None]) -> Recognised | None:
        """Return how to build the tree `name` with the files `paths`; None if the tree is not of this kind.

        `read` returns the content of a file. Raises `InputError` if the tree could be built in two ways.
        """
        ...

    def command(self, recipe: Recipe, where: BuildFolders) -> Command:
        """Return the command that builds the tree in `where` by `recipe`."""
        ...

    def script(self, recipe: Recipe, folders: tuple[str, ...]) -> Script:
        """Return how a script builds the tree by `recipe`.

        It must build the `folders` below the source, and may build more. If `folders` is empty, it must build all.
        """
        ...

    seals: bool
    """Whether the records are sealed. This is possible if the command is sphinx-build itself: it gets a key on standard input."""

    keeps_outputs: bool
    """Whether the builds keep outputs of generators in the store."""

    def checks(self, paths: Collection[str]) -> tuple[TreeCheck, ...]:
        """Return the tree checks that every tree of this kind with the files `paths` has."""
        ...

    def shortcuts(self, root: Path, python: Path, known: Path, new: Path) -> Shortcuts:
        """Return the shortcuts for the tree in the folder `root`, built by the interpreter `python`.

        `known` is the folder of the stored outputs of generators, `new` the folder for those that are not stored yet.
        """
        ...


def exec_line(*words: str | Path) -> str:
    """Return the line of a shell script that runs `words` with the script's own arguments after them."""
    return f'exec {shlex.join(str(word) for word in words)} "$@"'
