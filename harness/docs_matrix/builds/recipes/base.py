"""What every recipe gives: the protocol of a kind, and the values that it is made of."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from docs_matrix.config.matrix import Recipe
from docs_matrix.config.tree_check import TreeCheck

__all__ = ["DOT", "Command", "Kind", "Recognised", "Rooms", "Script", "ScriptWord", "Shortcuts", "exec_line"]


@dataclass(frozen=True)
class Rooms:
    """Where a build takes place.

    The tree's private copy, a scratch folder outside of it, and what stands for sphinx-build (the probe, in the cell's
    interpreter). `top` is the folder of git's repository if it lies above `root`.
    """

    root: Path
    scratch: Path
    sphinx_build: Path
    top: Path | None = None


@dataclass(frozen=True)
class Command:
    """What to run, where, with which variables on top of the allow-listed ones."""

    words: tuple[str, ...]
    cwd: Path
    variables: Mapping[str, str]


@dataclass(frozen=True)
class Shortcuts:
    """What makes a build of a recipe quicker and changes nothing that it says.

    `companions` are modules in `docs_matrix.probe`, each with what its `extend` gets. `programs` are scripts
    for the shell, by their name: a build finds them before the programs of the cell and of the machine.
    """

    companions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    programs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ScriptWord:
    """A word of a command in a shell script: `text`, then the path `below` the script's working folder, if it has one."""

    text: str
    below: str | None = None


@dataclass(frozen=True)
class Script:
    """How a shell script builds a tree without docs-matrix: the programs that it needs, and the command.

    The command runs in the folder `folder` of a copy of the tree, which is the folder `tree` of the script's working folder. The
    first programs on PATH are those of the cell.
    """

    tools: tuple[str, ...]
    words: tuple[ScriptWord, ...]
    folder: str = "."


@dataclass(frozen=True)
class Recognised:
    """What the files of a tree say of themselves: its recipe, and the requirements that it names (PEP 508)."""

    recipe: Recipe
    requirements: tuple[str, ...]


DOT = {"dot": "documents with graphs warn, and do not show them"}
"""The program that draws the graphs of `sphinx.ext.graphviz`, and what goes wrong without it."""


class Kind(Protocol):
    """A kind of recipe.

    `tools` are the machine's programs that take part in what a build says, each with what goes wrong without it. `needed` are
    those that it cannot do without, each with the error message if it is missing.
    """

    tools: Mapping[str, str]
    needed: Mapping[str, str]

    def recognise(self, name: str, paths: Collection[str], read: Callable[[str], bytes | None]) -> Recognised | None:
        """Return how to build the tree `name` with the files `paths`, which `read` gives the content of.

        None if the tree is not of this kind.

        Raises `InputError` if it could be built in two ways.
        """
        ...

    def command(self, recipe: Recipe, rooms: Rooms) -> Command:
        """Return what builds the tree in `rooms` by `recipe`."""
        ...

    def script(self, recipe: Recipe, folders: tuple[str, ...]) -> Script:
        """Return how a script builds the tree by `recipe`: of it the `folders` below the source at least, all if there are none."""
        ...

    seals: bool
    """Whether the records can be sealed: then the command is sphinx-build itself, which gets a key on standard input."""

    keeps_answers: bool
    """Whether `shortcuts` has answers kept."""

    def checks(self, paths: Collection[str]) -> tuple[TreeCheck, ...]:
        """Return the checks that a tree with the files `paths` has for its own documentation."""
        ...

    def shortcuts(self, root: Path, python: Path, known: Path, new: Path) -> Shortcuts:
        """Return the shortcuts for the tree in the folder `root`, built by the interpreter `python`.

        `known` is the folder of answers that are kept by content for all cells, `new` the one for those that are not there yet.
        """
        ...


def exec_line(*words: str | Path) -> str:
    """Return the line of a shell script that becomes `words` and all that the script was given."""
    return f'exec {shlex.join(str(word) for word in words)} "$@"'
