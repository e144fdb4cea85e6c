"""Chooses the packages of a tree that are installed for its documentation, if no configuration names them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection

from docs_matrix.builds.packages.package_source import SIGNS, Read, find
from docs_matrix.builds.recipes import read_the_docs
from docs_matrix.config.matrix import PINNED, Install, Recipe
from docs_matrix.errors import InputError

__all__ = ["recognise"]

RUNS_CODE = re.compile(
    rb"\bautodoc\b|\bautosummary\b|automodapi|autodoc_typehints|autoprogram|sphinx_click|sphinxarg|programoutput"
    rb"|plot_directive|jupyter|ipython_directive|sphinx_gallery|\bmyst_nb\b|\bnbsphinx\b"
    rb"|\bimportlib[._]metadata\b|\bimport metadata\b|\bget_version\(|\bget_distribution\(|\bpkg_resources\b"
)
"""Names in a conf.py that run the code of the project, or ask for its metadata. Extensions that only read the source (autoapi,
autodoc2) are not here: they find the files in the tree."""

COMMENT = re.compile(rb"^\s*#.*$", re.MULTILINE)
"""A comment line: sphinx-quickstart's own comments name autodoc."""

IMPORTED = re.compile(rb"^\s*(?:from|import)\s+([A-Za-z_]\w*)", re.MULTILINE)


def recognise(recipe: Recipe, paths: Collection[str], read: Read) -> Install:
    """Return what is installed of a tree with the files `paths`; `read` returns the content of a file.

    These are the packages that Read the Docs installs. If there are none, it is the package at the root, if conf.py imports it,
    asks for its metadata, or has an extension that runs its code. Docutils and Sphinx are never installed from a tree: a cell pins
    them.
    """
    hosted = _hosted(read)
    if not hosted and set(SIGNS) & set(paths) and _runs_code(recipe, paths, read):
        hosted = (".",)
    return Install(tuple(folder for folder in hosted if _is_package(folder, read)))


def _is_package(folder: str, read: Read) -> bool:
    try:
        source = find(folder, read)
    except InputError:
        return False
    return source is not None and source.name not in PINNED


def _hosted(read: Read) -> tuple[str, ...]:
    """Return the packages that the Read the Docs file installs. Their extras are found with the requirements."""
    text = next(filter(None, map(read, read_the_docs.FILES)), b"")
    python = read_the_docs.configuration(text).get("python")
    steps = python.get("install") if isinstance(python, dict) else None
    named = (
        [step["path"] for step in steps if isinstance(step, dict) and "path" in step] if isinstance(steps, list) else []
    )
    folders = [posixpath.normpath(str(path)) for path in named]
    return tuple(dict.fromkeys(folder for folder in folders if not folder.startswith(("/", ".."))))


def _runs_code(recipe: Recipe, paths: Collection[str], read: Read) -> bool:
    conf = COMMENT.sub(b"", read(posixpath.normpath(posixpath.join(recipe.config, "conf.py"))) or b"")
    if RUNS_CODE.search(conf):
        return True
    imported = {name.decode() for name in IMPORTED.findall(conf)}
    here = {part for path in paths for part in _modules(path)}
    return bool(imported & here)


def _modules(path: str) -> tuple[str, ...]:
    """Return the module that the file `path` makes importable, from the root, `src` or `lib`; empty if it makes none."""
    parts = path.split("/")
    if parts[0] in ("src", "lib"):
        parts = parts[1:]
    if not path.endswith(".py") or not parts or len(parts) > 2:
        return ()
    return (parts[0],) if len(parts) == 2 else (parts[0].removesuffix(".py"),)
