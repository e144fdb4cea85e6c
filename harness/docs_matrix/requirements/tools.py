"""What the tools that build documentation install for it: tox.ini, noxfile.py and conda's environment.yml."""

from __future__ import annotations

import ast
import configparser
import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from docs_matrix.requirements.stated import Gathered, Read, Stated, take_words, text_of
from docs_matrix.requirements.toml_tables import NAMES, take_extra, take_group

__all__ = ["take_conda", "take_nox", "take_tox"]

CONDA_FILES = (
    "docs/environment.yml",
    "docs/environment.yaml",
    "doc/environment.yml",
    "environment.yml",
    "environment.yaml",
)

FROM_CONDA: Mapping[str, str] = {
    **{name: name for name in (
        "alabaster", "breathe", "docutils", "furo", "ipykernel", "ipython", "jinja2", "jupyter-sphinx", "myst-nb",
        "myst-parser", "nbsphinx", "numpy", "numpydoc", "pandas", "pydata-sphinx-theme", "pyyaml", "scipy", "sphinx",
        "sphinx-autobuild", "sphinx-book-theme", "sphinx-copybutton", "sphinx-design", "sphinx-gallery", "sphinx-tabs",
        "sphinx-autodoc-typehints", "sphinxcontrib-bibtex", "sphinxext-opengraph",
    )},
    "matplotlib": "matplotlib",
    "matplotlib-base": "matplotlib",
    "sphinx_rtd_theme": "sphinx-rtd-theme",
    "sphinx-rtd-theme": "sphinx-rtd-theme",
}  # fmt: skip
"""Packages of conda that are the same in the package index, as wheels."""


def take_tox(read: Read, into: Gathered) -> bool:
    """Take tox's environment of the documentation; return whether there is one."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text_of(read, "tox.ini") or "")
    except configparser.Error:
        return False
    section = next((f"testenv:{name}" for name in NAMES if parser.has_section(f"testenv:{name}")), None)
    if section is None:
        return False
    source = f"tox.ini: [{section}]"

    def value(key: str) -> list[str]:
        text = parser.get(section, key, fallback="")
        text = re.sub(r"\{\[([^\]]+)\](\w+)\}", lambda found: parser.get(found[1], found[2], fallback=""), text)
        return [line.strip() for line in re.split(r"[\n,]" if key != "deps" else "\n", text) if line.strip()]

    for line in value("deps"):
        if re.match(r"[\w{},!.-]+:\s", line):
            into.notices.append(f"{source}: left out: {line}")
        elif not line.startswith("#"):
            take_words(read, [line], source, into)
    for extra in value("extras"):
        take_extra(read, extra, into)
    for group in value("dependency_groups"):
        take_group(read, group, into)
    return True


def take_nox(read: Read, into: Gathered) -> bool:
    """Take what nox's session of the documentation installs by literal words; return whether there is one."""
    try:
        module = ast.parse(text_of(read, "noxfile.py") or "")
    except (SyntaxError, ValueError, RecursionError):
        return False
    names = {name.replace("-", "_") for name in NAMES}
    sessions = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name in names]
    for session in sessions[:1]:
        for call in _installs(session):
            words = [word.value for word in call.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]
            take_words(read, words, f"noxfile.py:{call.lineno}", into)
            groups = [after for before, after in itertools.pairwise(words) if before == "--group"]
            into.requirements = [one for one in into.requirements if one.text not in groups]
            for group in groups:
                take_group(read, group, into)
    return bool(sessions)


def _installs(session: ast.FunctionDef) -> Iterator[ast.Call]:
    for node in ast.walk(session):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "install":
            yield node


def take_conda(read: Read, into: Gathered, named: str | None = None) -> bool:
    """Take conda's environment: what pip installs in it, and what is known to be in the package index under the same name.

    Returns whether there is one.
    """
    path = named or next((name for name in CONDA_FILES if read(name) is not None), None)
    try:
        told = yaml.load(text_of(read, path) or "", yaml.BaseLoader) if path else None  # noqa: S506 - texts only
    except (yaml.YAMLError, RecursionError):
        return False
    dependencies: Any = told.get("dependencies") if isinstance(told, dict) else None
    if not isinstance(dependencies, list):
        return False
    for one in dependencies:
        if isinstance(one, dict) and isinstance(one.get("pip"), list):
            for word in one["pip"]:
                take_words(read, [str(word)], f"{path}: pip", into)
        elif isinstance(one, str):
            _take_conda_package(one, str(path), into)
    return True


def _take_conda_package(text: str, path: str, into: Gathered) -> None:
    """Take the package `name=1.2` of conda; what is not known to be in the package index is left out."""
    found = re.fullmatch(r"(?:[\w.-]+::)?([\w.-]+)\s*(.*)", text.strip())
    name, version = (found[1].lower(), found[2]) if found else (text, "")
    if name in ("python", "pip"):
        return
    if name not in FROM_CONDA:
        into.notices.append(f"{path}: left out: {text}: not known to be in the package index under this name")
        return
    exact = re.fullmatch(r"={1,2}\s*(\d[\w.]*)(?:=\S+)?", version)
    specifier = f"=={exact[1]}.*" if exact and not version.startswith("==") else f"=={exact[1]}" if exact else version
    into.requirements.append(Stated(f"{FROM_CONDA[name]}{specifier}", path))
