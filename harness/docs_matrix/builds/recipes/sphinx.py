"""The recipe `sphinx`: any project, built by `sphinx-build`."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from docs_matrix.builds.recipes.base import DOT, Command, Recognised, Rooms, Script, ScriptWord, Shortcuts
from docs_matrix.config.matrix import Recipe
from docs_matrix.errors import InputError

__all__ = ["CONF_FOLDERS", "SphinxBuild"]

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


class SphinxBuild:
    """`sphinx-build` with its folders, builder and options."""

    tools: Mapping[str, str] = DOT
    needed: Mapping[str, str] = {}

    def recognise(self, name: str, paths: Collection[str], read: Callable[[str], bytes | None]) -> Recognised | None:
        """A project is known by the one folder that holds conf.py."""
        found = [folder for folder in CONF_FOLDERS if posixpath.normpath(posixpath.join(folder, "conf.py")) in paths]
        if len(found) > 1:
            raise InputError(
                f"{name}: conf.py is in {' and in '.join(found)}; say which by naming the tree and its recipe in matrix.yaml"
            )
        return Recognised(Recipe("sphinx", found[0], found[0]), ()) if found else None

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

    def script(self, recipe: Recipe, folders: tuple[str, ...]) -> Script:
        """All documents are built: sphinx-build takes no folders."""
        first = map(ScriptWord, ("python", "-m", "sphinx", "--no-color", "-d"))
        words = map(ScriptWord, ("-b", recipe.builder, "-c", recipe.config, *recipe.options, recipe.source))
        return Script((), (*first, ScriptWord("", "doctrees"), *words, ScriptWord("", "output")))

    def shortcuts(self, root: Path, python: Path, answers: Path) -> Shortcuts:
        return Shortcuts()
