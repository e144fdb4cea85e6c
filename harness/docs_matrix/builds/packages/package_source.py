"""The name of a package, its backend and the backend's requirements, from its files: no code of the package is run."""

from __future__ import annotations

import configparser
import posixpath
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.utils import canonicalize_name

from docs_matrix.errors import InputError

__all__ = ["SIGNS", "PackageSource", "Read", "find"]

SIGNS = ("pyproject.toml", "setup.py", "setup.cfg")
"""The files that a folder with a package has: at least one of them."""

LEGACY = "setuptools.build_meta:__legacy__"
"""The backend of a package that names none."""

Read = Callable[[str], bytes | None]
"""Returns the content of a file of the tree; None if there is none."""


@dataclass(frozen=True)
class PackageSource:
    """A package in the `folder` of a tree (`.` for its root).

    `name` is its canonical name, empty if only its backend knows it. `requires` are the static build requirements. `backend`
    is the object that is called, and `path` are the folders from which it is imported. `python` is the package's requirement for
    Python, empty if there is none.
    """

    folder: str
    name: str
    requires: tuple[str, ...]
    backend: str
    path: tuple[str, ...]
    python: str


def find(folder: str, read: Read) -> PackageSource | None:
    """Return the package in `folder`, None if there is none; raises `InputError` if its pyproject.toml cannot be read."""
    texts = {sign: read(posixpath.normpath(posixpath.join(folder, sign))) for sign in SIGNS}
    pyproject = _toml(posixpath.join(folder, "pyproject.toml"), texts["pyproject.toml"])
    if not (texts["setup.py"] or texts["setup.cfg"] or {"build-system", "project"} & set(pyproject)):
        return None
    system, project = _table(pyproject, "build-system"), _table(pyproject, "project")
    poetry = _table(_table(pyproject, "tool"), "poetry")
    setup = _setup(texts["setup.cfg"] or b"")
    name = str(project.get("name") or poetry.get("name") or setup.get("name") or "")
    requires = system.get("requires", ["setuptools"])
    return PackageSource(
        folder=posixpath.normpath(folder),
        name=canonicalize_name(name),
        requires=tuple(str(text) for text in requires) if isinstance(requires, list) else (),
        backend=str(system.get("build-backend", LEGACY)),
        path=tuple(posixpath.join(folder, str(place)) for place in system.get("backend-path", ())),
        python=str(project.get("requires-python", "")),
    )


def _toml(path: str, text: bytes | None) -> Mapping[str, Any]:
    try:
        return tomllib.loads((text or b"").decode("utf-8", "replace"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{posixpath.normpath(path)}: is not TOML: {error}") from error


def _table(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _setup(text: bytes) -> Mapping[str, str]:
    """Return the section `metadata` of a setup.cfg."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text.decode("utf-8", "replace"))
    except configparser.Error:
        return {}
    return dict(parser["metadata"]) if parser.has_section("metadata") else {}
