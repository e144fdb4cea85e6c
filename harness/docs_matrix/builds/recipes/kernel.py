"""The recipe `make`: a kernel's `make htmldocs`, and the shortcuts for it. `kernel_checks` has the kernel's tree checks."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from docs_matrix.builds.recipes.base import (
    DOT,
    BuildFolders,
    Command,
    Recognised,
    Script,
    ScriptWord,
    Shortcuts,
    exec_line,
)
from docs_matrix.builds.recipes.kernel_checks import kernel_checks
from docs_matrix.config.matrix import Recipe
from docs_matrix.config.tree_check import TreeCheck
from docs_matrix.probe import kernel_doc_cache, netlink_cache

__all__ = ["Make"]

FOLDERS = ("Documentation", "doc")
"""The folders of the documentation in a kernel, or in a project that is built like one (U-Boot)."""


class Make:
    """`make htmldocs` of a kernel, or any make target that takes SPHINXBUILD, SPHINXOPTS and BUILDDIR."""

    tools: Mapping[str, str] = {
        "make": "kernels cannot be built",
        "perl": "older kernels, whose kernel-doc is a Perl program, cannot be built",
        **DOT,
    }
    needed: Mapping[str, str] = {
        "make": "make is not installed; this tree is built by make: install GNU make (apt-get install make)"
    }

    seals = False
    keeps_outputs = True

    def recognise(self, name: str, paths: Collection[str], read: Callable[[str], bytes | None]) -> Recognised | None:
        """Return the recipe of a kernel: a tree with `Kbuild`, and with the target `htmldocs` in the makefile beside conf.py."""
        folder = next((folder for folder in FOLDERS if _is_built_by_make(folder, paths, read)), None)
        if folder is None:
            return None
        wanted = read(f"{folder}/sphinx/requirements.txt") or b""
        recipe = Recipe("make", folder, folder, target="htmldocs")
        return Recognised(recipe, _requirements(wanted.decode("utf-8", "replace")))

    def command(self, recipe: Recipe, where: BuildFolders) -> Command:
        variables = {
            "SPHINXBUILD": str(where.sphinx_build),
            "SPHINXOPTS": f"-j{recipe.jobs}",
            "BUILDDIR": str(where.scratch / "output"),
            **(recipe.variables or {}),
        }
        words = ("make", "--no-print-directory", *(f"{name}={value}" for name, value in variables.items()))
        return Command((*words, recipe.target), where.root, {})

    def script(self, recipe: Recipe, folders: tuple[str, ...]) -> Script:
        """Return the call of make; SPHINXDIRS restricts it to `folders`."""
        given = dict(recipe.variables or {})
        options = given.pop("SPHINXOPTS", "")
        if folders:
            given.setdefault("SPHINXDIRS", " ".join(folders))
        variables = (f"SPHINXOPTS=-jauto {options}".strip(), *(f"{name}={value}" for name, value in given.items()))
        words = map(ScriptWord, (*variables, recipe.target))
        first = (ScriptWord("make"), ScriptWord("--no-print-directory"), ScriptWord("BUILDDIR=", "output"))
        return Script(("make", "perl"), (*first, *words))

    def checks(self, paths: Collection[str]) -> tuple[TreeCheck, ...]:
        return kernel_checks(paths)

    def shortcuts(self, root: Path, python: Path, known: Path, new: Path) -> Shortcuts:
        """Return the caches for the Perl kernel-doc and for netlink's documents, which are made once for all cells."""
        companions = {Path(kernel_doc_cache.__file__).stem: (str(known), str(new))}
        generators = [name for name in netlink_cache.GENERATORS if (root / name).exists()]
        if not generators:
            return Shortcuts(companions)
        python3 = python.parent / "python3"
        asked = "|".join(f"{name}|*/{name}" for name in generators)
        answer = exec_line(python, "-I", "-S", netlink_cache.__file__, known, new, python3)
        return Shortcuts(companions, {"python3": f'case "$1" in\n{asked}) {answer} ;;\nesac\n{exec_line(python3)}'})


def _is_built_by_make(folder: str, paths: Collection[str], read: Callable[[str], bytes | None]) -> bool:
    makefile = f"{folder}/Makefile"
    return {"Kbuild", makefile, f"{folder}/conf.py"}.issubset(paths) and b"htmldocs" in (read(makefile) or b"")


def _requirements(text: str) -> tuple[str, ...]:
    """Return the requirements of a requirements file except for docutils and Sphinx, which the cell pins.

    >>> _requirements("alabaster\\nSphinx\\npyyaml  # for netlink\\n")
    ('alabaster', 'pyyaml')
    """
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    wanted = (line for line in lines if line and not line.startswith("-"))
    return tuple(line for line in wanted if not re.match(r"(sphinx|docutils)\b(?!-)", line, re.IGNORECASE))
