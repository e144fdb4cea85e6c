"""The recipe `sphinx`: any project, built by `sphinx-build`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from docs_matrix.builds.recipes import makefiles, read_the_docs
from docs_matrix.builds.recipes.base import DOT, BuildFolders, Command, Recognised, Script, ScriptWord, Shortcuts
from docs_matrix.config.matrix import Recipe
from docs_matrix.config.tree_check import TreeCheck
from docs_matrix.errors import InputError
from docs_matrix.requirements import conf_modules

__all__ = ["ELSEWHERE", "SphinxBuild", "started"]

MOST_NAMED = 5
"""The most folders that an error message names."""

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
"""The usual folders of conf.py."""

ELSEWHERE = re.compile(
    r"(^|/)(tests?|testing|test[-_]\w+|node_modules|site-packages|_?build|dist|vendor|third[-_]party|templates?|"
    r"cookiecutter[^/]*|examples?|fixtures|\.[^/]*|\{[^/]*)(/|$)",
    re.IGNORECASE,
)
"""The folders whose conf.py is not that of the tree's documentation."""


UNEXECUTED: Mapping[str, str] = {
    "myst_nb": "nb_execution_mode=off",
    "nbsphinx": "nbsphinx_execute=never",
    "sphinx_gallery": "plot_gallery=0",
}
"""For each extension, the setting that turns off the execution of notebooks or of a gallery's scripts. The execution
takes long and may need the network."""


def started(recipe: Recipe, paths: Collection[str], read: Callable[[str], bytes | None]) -> Recipe:
    """Return `recipe` with the folder in which the project starts sphinx-build, and with options.

    Read the Docs starts it in the folder of the conf.py that its file names. A makefile starts it in its own folder. Otherwise it
    is the root of the tree. The options are those of the makefile, and those that turn off the execution of notebooks.
    """
    makefile = makefiles.start(recipe.config, read)
    hosted = read_the_docs.sphinx(paths, read)
    folder = recipe.config if hosted and hosted[0] == recipe.config else makefile.folder if makefile else "."
    options = makefile.options if makefile else ()
    return replace(recipe, folder=folder, options=(*options, *_unexecuted(recipe, options, read)))


def _unexecuted(recipe: Recipe, options: Collection[str], read: Callable[[str], bytes | None]) -> Iterator[str]:
    """Yield the options that turn off the execution of the project's notebooks and galleries."""
    conf = (read(posixpath.normpath(posixpath.join(recipe.config, "conf.py"))) or b"").decode("utf-8", "replace")
    settings = {UNEXECUTED.get(module.partition(".")[0], "") for module in conf_modules.named(conf)} - {""}
    given = {option.partition("=")[0] for option in options}
    for setting in sorted(settings):
        if setting.partition("=")[0] not in given:
            yield from ("-D", setting)


class SphinxBuild:
    """`sphinx-build` with its folders, builder and options."""

    tools: Mapping[str, str] = DOT
    needed: Mapping[str, str] = {}
    seals = True
    keeps_outputs = False

    def recognise(self, name: str, paths: Collection[str], read: Callable[[str], bytes | None]) -> Recognised | None:
        """Return the recipe of a project with a conf.py; None if there is none.

        The conf.py of its Read the Docs file is used, else the one in a usual folder, else the only one. Raises `InputError` if
        there are several.
        """
        hosted = read_the_docs.sphinx(paths, read)
        if hosted:
            return Recognised(started(Recipe("sphinx", hosted[0], hosted[0], builder=hosted[1]), paths, read), ())
        found = [folder for folder in CONF_FOLDERS if posixpath.normpath(posixpath.join(folder, "conf.py")) in paths]
        found = found or sorted(
            posixpath.dirname(path)
            for path in paths
            if path.endswith("/conf.py") and not ELSEWHERE.search(posixpath.dirname(path))
        )
        if len(found) > 1:
            more = f" and in {len(found) - MOST_NAMED} more folders" if len(found) > MOST_NAMED else ""
            raise InputError(
                f"{name}: conf.py is in {' and in '.join(found[:MOST_NAMED])}{more}; choose one: "
                "docs-matrix init --source DIR, or sphinx.configuration in .readthedocs.yaml"
            )
        return Recognised(started(Recipe("sphinx", found[0], found[0]), paths, read), ()) if found else None

    def command(self, recipe: Recipe, where: BuildFolders) -> Command:
        words = (
            str(where.sphinx_build),
            *("-b", recipe.builder),
            *("-j", str(recipe.jobs)),
            *("-d", str(where.scratch / "doctrees")),
            *("-c", str(where.root / recipe.config)),
            "--no-color",
            *recipe.options,
            str(where.root / recipe.source),
            str(where.scratch / "output"),
        )
        return Command(words, where.root / recipe.folder, {})

    def script(self, recipe: Recipe, folders: tuple[str, ...]) -> Script:
        """Return the call of sphinx-build. It cannot build single folders, so it builds all documents."""
        first = map(ScriptWord, ("python", "-m", "sphinx", "--no-color", "-d"))
        config, source = (posixpath.relpath(place, recipe.folder) for place in (recipe.config, recipe.source))
        words = map(ScriptWord, ("-b", recipe.builder, "-c", config, *recipe.options, source))
        return Script((), (*first, ScriptWord("", "doctrees"), *words, ScriptWord("", "output")), recipe.folder)

    def checks(self, paths: Collection[str]) -> tuple[TreeCheck, ...]:
        return ()

    def shortcuts(self, root: Path, python: Path, known: Path, new: Path) -> Shortcuts:
        return Shortcuts()
