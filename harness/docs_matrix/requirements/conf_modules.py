"""The themes and extensions that conf.py names: which distribution holds them, if no requirement does.

Only what the table knows is taken. The name of a module says nothing about who published a package of that name.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping

from packaging.utils import canonicalize_name

from docs_matrix.requirements.stated import Gathered, Stated

__all__ = ["PROGRAMS", "distribution", "named", "take_modules"]

DISTRIBUTIONS: Mapping[str, str] = {
    "alabaster": "alabaster",
    "ablog": "ablog",
    "autoapi": "sphinx-autoapi",
    "autodoc2": "sphinx-autodoc2",
    "breathe": "breathe",
    "exhale": "exhale",
    "furo": "furo",
    "hoverxref": "sphinx-hoverxref",
    "IPython.sphinxext": "ipython",
    "jupyter_sphinx": "jupyter-sphinx",
    "m2r2": "m2r2",
    "matplotlib.sphinxext": "matplotlib",
    "myst_nb": "myst-nb",
    "myst_parser": "myst-parser",
    "nbsphinx": "nbsphinx",
    "notfound": "sphinx-notfound-page",
    "numpydoc": "numpydoc",
    "pallets_sphinx_themes": "pallets-sphinx-themes",
    "piccolo_theme": "piccolo-theme",
    "pkg_resources": "setuptools<82",
    "pydata_sphinx_theme": "pydata-sphinx-theme",
    "recommonmark": "recommonmark",
    "releases": "releases",
    "sphinx_argparse": "sphinx-argparse",
    "sphinx_autodoc_typehints": "sphinx-autodoc-typehints",
    "sphinx_book_theme": "sphinx-book-theme",
    "sphinx_click": "sphinx-click",
    "sphinx_copybutton": "sphinx-copybutton",
    "sphinx_design": "sphinx-design",
    "sphinx_gallery": "sphinx-gallery",
    "sphinx_immaterial": "sphinx-immaterial",
    "sphinx_inline_tabs": "sphinx-inline-tabs",
    "sphinx_issues": "sphinx-issues",
    "sphinx_last_updated_by_git": "sphinx-last-updated-by-git",
    "sphinx_material": "sphinx-material",
    "sphinx_multiversion": "sphinx-multiversion",
    "sphinx_removed_in": "sphinx-removed-in",
    "sphinx_rtd_theme": "sphinx-rtd-theme",
    "sphinx_sitemap": "sphinx-sitemap",
    "sphinx_tabs": "sphinx-tabs",
    "sphinx_toolbox": "sphinx-toolbox",
    "sphinxarg": "sphinx-argparse",
    "sphinxcontrib.apidoc": "sphinxcontrib-apidoc",
    "sphinxcontrib.asyncio": "sphinxcontrib-asyncio",
    "sphinxcontrib.autoprogram": "sphinxcontrib-autoprogram",
    "sphinxcontrib.bibtex": "sphinxcontrib-bibtex",
    "sphinxcontrib.httpdomain": "sphinxcontrib-httpdomain",
    "sphinxcontrib.mermaid": "sphinxcontrib-mermaid",
    "sphinxcontrib.plantuml": "sphinxcontrib-plantuml",
    "sphinxcontrib.programoutput": "sphinxcontrib-programoutput",
    "sphinxcontrib.spelling": "sphinxcontrib-spelling",
    "sphinxcontrib.towncrier": "sphinxcontrib-towncrier",
    "sphinxcontrib.trio": "sphinxcontrib-trio",
    "sphinxext.opengraph": "sphinxext-opengraph",
    "sphinxext.rediraffe": "sphinxext-rediraffe",
}
"""Reviewed: the distribution of the package index that holds each module."""

PROGRAMS: Mapping[str, str] = {
    "cog": "cogapp",
    "jupytext": "jupytext",
    "towncrier": "towncrier",
}
"""Reviewed: the distribution of the package index that holds each program that a conf.py may run."""

OF_SPHINX = frozenset(
    [
        "sphinx",
        "basic",
        "classic",
        "sphinxdoc",
        "scrolls",
        "agogo",
        "traditional",
        "nature",
        "haiku",
        "pyramid",
        "bizstyle",
        "epub",
        "default",
        "alabaster",
    ]
)


def take_modules(conf: str, path: str, paths: Collection[str], others: Iterable[Stated], into: Gathered) -> None:
    """Take what the text `conf` of the conf.py at `path` names and nothing lists; `paths` are the files of the tree.

    `others` is what the project requires elsewhere: what conf.py names or imports is taken from there, under the same name.
    """
    listed = {_name(one.text) for one in into.requirements}
    here = {part.removesuffix(".py") for file in paths if file.endswith(".py") for part in file.split("/")}
    modules = tuple(dict.fromkeys(named(conf)))
    elsewhere = {_name(one.text): one for one in others}
    for top in sorted(_imported(conf) - here - OF_SPHINX - {module.partition(".")[0] for module in modules}):
        if canonicalize_name(top) in elsewhere.keys() - listed:
            _take_from(elsewhere[canonicalize_name(top)], f"{path} imports {top}", into)
    for module in modules:
        top = module.partition(".")[0]
        known = distribution(module)
        names = (canonicalize_name(top), canonicalize_name(module))
        if top in OF_SPHINX or top in here or listed.intersection((known, *names)):
            continue
        stated = next((elsewhere[name] for name in names if name in elsewhere), None)
        if known:
            into.requirements.append(Stated(known, f"{path} names {module}"))
            into.notices.append(f"{path} names {module}, and no requirement lists it: {known} is taken")
        elif stated:
            _take_from(stated, f"{path} names {module}", into)
        else:
            into.notices.append(
                f"{path} names {module}, and no requirement looks like it: if the build lacks it, --requirement NAME adds it"
            )


def _take_from(stated: Stated, why: str, into: Gathered) -> None:
    into.requirements.append(stated)
    into.notices.append(f"{why}, which {stated.source} states: {stated.text} is taken")


def distribution(module: str) -> str | None:
    """Return the distribution that holds `module`; None if nobody has reviewed which it is."""
    return DISTRIBUTIONS.get(".".join(module.split(".")[:2])) or DISTRIBUTIONS.get(module.partition(".")[0])


def _name(text: str) -> str:
    """Return the canonical name in a requirement: `Furo[dev] >= 2024` gives `furo`."""
    return canonicalize_name(re.split(r"[^\w.-]", text, maxsplit=1)[0])


def _imported(conf: str) -> set[str]:
    """Return the top modules that conf.py imports outside of functions, without those of Python."""
    try:
        module = ast.parse(conf)
    except (SyntaxError, ValueError, RecursionError):
        return set()
    found = set[str]()
    for node in module.body:
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names


def named(conf: str) -> Iterator[str]:
    """Yield the modules that conf.py names by literal words, in `extensions` and `html_theme`."""
    try:
        module = ast.parse(conf)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in module.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.AugAssign | ast.AnnAssign) and node.value:
            target, value = node.target, node.value
        else:
            continue
        if isinstance(target, ast.Name) and target.id in ("extensions", "html_theme"):
            for word in ast.walk(value):
                if isinstance(word, ast.Constant) and isinstance(word.value, str):
                    yield word.value
