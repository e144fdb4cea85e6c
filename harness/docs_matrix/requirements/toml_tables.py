"""The tables of pyproject.toml, hatch.toml and setup.cfg that name what documentation requires."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import dependency_groups
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from docs_matrix.errors import InputError
from docs_matrix.requirements.stated import Gathered, Read, Stated, take_words, text_of

__all__ = ["NAMES", "every", "take_extra", "take_extras", "take_group", "take_groups", "take_hatch", "toml"]

NAMES = ("docs", "doc", "documentation", "rtd", "sphinx", "docs-build", "build-docs")
"""What projects call the environment of their documentation."""


def toml(read: Read, path: str) -> Mapping[str, Any]:
    """Return the file `path`; empty if there is none. Raises `InputError` if it is not TOML."""
    try:
        return tomllib.loads(text_of(read, path) or "")
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: is not TOML: {error}") from error


def take_group(read: Read, name: str, into: Gathered) -> bool:
    """Take the dependency group `name`, with those that it includes; return whether there is one."""
    groups = _table(toml(read, "pyproject.toml"), "dependency-groups")
    if canonicalize_name(name) not in map(canonicalize_name, groups):
        return False
    try:
        found = dependency_groups.resolve(groups, name)
    except (LookupError, ValueError, TypeError) as error:
        raise InputError(f"pyproject.toml: dependency-groups.{name}: {error}") from error
    into.requirements += [Stated(text, f"pyproject.toml: dependency group {name}") for text in found]
    return True


def take_groups(read: Read, into: Gathered) -> bool:
    """Take the dependency group of the documentation; return whether there is one."""
    return any(take_group(read, name, into) for name in NAMES)


def take_extra(read: Read, name: str, into: Gathered, above: tuple[str, ...] = ()) -> bool:
    """Take the optional dependencies `name`, and those of the project's that they name; return whether there are such."""
    project = _table(toml(read, "pyproject.toml"), "project")
    file, extras = "pyproject.toml", _table(project, "optional-dependencies")
    if not extras:
        file, extras = "setup.cfg", _old_extras(read)
    wanted = canonicalize_name(name)
    texts = next((texts for key, texts in extras.items() if canonicalize_name(key) == wanted), None)
    if texts is None or wanted in above:
        return False
    for text in _strings(texts):
        for own in _extras_of_itself(text, str(project.get("name", ""))):
            take_extra(read, own, into, (*above, wanted))
        into.requirements.append(Stated(text, f"{file}: optional dependencies {name}"))
    return True


def take_extras(read: Read, into: Gathered) -> bool:
    """Take the optional dependencies of the documentation; return whether there are such."""
    return any(take_extra(read, name, into) for name in NAMES)


def every(read: Read) -> list[Stated]:
    """Return what any dependency group or extra of the project requires, whether it is for the documentation or not."""
    pyproject = toml(read, "pyproject.toml")
    names = [*_table(pyproject, "dependency-groups"), *_table(_table(pyproject, "project"), "optional-dependencies")]
    found = Gathered()
    for name in names or _old_extras(read):
        with suppress(InputError):
            take_group(read, name, found)
        take_extra(read, name, found)
    return found.requirements


def take_hatch(read: Read, into: Gathered) -> bool:
    """Take hatch's environment of the documentation; return whether there is one."""
    hatch = _table(_table(toml(read, "pyproject.toml"), "tool"), "hatch")
    for file, envs in (
        ("hatch.toml", _table(toml(read, "hatch.toml"), "envs")),
        ("pyproject.toml: tool.hatch", _table(hatch, "envs")),
    ):
        name = next((name for name in NAMES if name in envs), None)
        if name:
            env = _table(envs, name)
            words = [*_strings(env.get("dependencies")), *_strings(env.get("extra-dependencies"))]
            for word in words:
                take_words(read, [word], f"{file}: environment {name}", into)
            for feature in _strings(env.get("features")):
                take_extra(read, feature, into)
            return True
    return False


def _extras_of_itself(text: str, name: str) -> Iterable[str]:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return ()
    return sorted(requirement.extras) if name and canonicalize_name(requirement.name) == canonicalize_name(name) else ()


def _old_extras(read: Read) -> Mapping[str, list[str]]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text_of(read, "setup.cfg") or "")
    except configparser.Error:
        return {}
    section = "options.extras_require"
    return {name: text.split("\n") for name, text in parser.items(section)} if parser.has_section(section) else {}


def _table(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str) and item.strip()] if isinstance(value, list) else []
