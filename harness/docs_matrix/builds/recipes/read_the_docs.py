"""What a project's Read the Docs file says of its documentation, and the variables that Read the Docs sets."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Mapping
from typing import Any

import yaml

__all__ = ["FILES", "configuration", "file_of", "sphinx", "variables"]

FILES = (".readthedocs.yaml", ".readthedocs.yml", "readthedocs.yml", "readthedocs.yaml")
"""The names of the file, in the order in which they are looked for."""

VARIABLES = {
    "READTHEDOCS": "True",
    "READTHEDOCS_CANONICAL_URL": "https://project.readthedocs.io/en/latest/",
    "READTHEDOCS_LANGUAGE": "en",
    "READTHEDOCS_PROJECT": "project",
    "READTHEDOCS_VERSION": "latest",
    "READTHEDOCS_VERSION_NAME": "latest",
    "READTHEDOCS_VERSION_TYPE": "branch",
}
"""What Read the Docs documents, as in a build of the version `latest`; the name of the project there is not known."""


def file_of(paths: Collection[str]) -> str | None:
    """Return the Read the Docs file among `paths`; None if there is none."""
    return next((name for name in FILES if name in paths), None)


def configuration(text: bytes) -> Mapping[str, Any]:
    """Return the content of a Read the Docs file; nothing if it is not YAML."""
    try:
        told = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def sphinx(paths: Collection[str], read: Callable[[str], bytes | None]) -> tuple[str, str] | None:
    """Return the folder of conf.py and the builder that the Read the Docs file names; None if it names no conf.py there is."""
    name = file_of(paths)
    told = configuration(read(name) or b"").get("sphinx") if name else None
    conf = posixpath.normpath(str(told.get("configuration", ""))) if isinstance(told, dict) else ""
    if posixpath.basename(conf) != "conf.py" or conf not in paths:
        return None
    builder = told.get("builder") if isinstance(told, dict) else None
    return posixpath.dirname(conf) or ".", "dirhtml" if builder == "dirhtml" else "html"


def variables(paths: Collection[str]) -> Mapping[str, str]:
    """Return the variables of a build of a tree with the files `paths`: those of Read the Docs if it is built there."""
    return VARIABLES if file_of(paths) else {}
