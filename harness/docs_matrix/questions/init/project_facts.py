"""What a Sphinx project says of its own documentation: where it is, and what it needs to be built.

Read are its Read the Docs file, its requirements files and its pyproject.toml; nothing of it is run.
"""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from nox import project as groups
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from docs_matrix.builds import recipes
from docs_matrix.builds.packages import recognise, source
from docs_matrix.config.matrix import PINNED, Install, Recipe
from docs_matrix.errors import InputError

__all__ = ["ProjectFacts", "look"]

_READ_THE_DOCS = (".readthedocs.yaml", ".readthedocs.yml", "readthedocs.yml", "readthedocs.yaml")
_GROUPS = ("docs", "doc", "documentation", "rtd", "sphinx")
_FILES = ("requirements.txt", "requirements.in")
_TOP_FILES = (
    "requirements/docs.txt",
    "requirements/docs.in",
    "requirements-docs.txt",
    "docs-requirements.txt",
    "requirements-doc.txt",
    "doc-requirements.txt",
    "docs_requirements.txt",
)
_LARGEST = 1 << 20


@dataclass(frozen=True)
class ProjectFacts:
    """A project's documentation: its recipe, and the requirements that it names beside docutils and Sphinx.

    `allowed` says which releases of `sphinx` and `docutils` it wants. `toolchain` are those of the two that it pins exactly,
    `pins` its exact pins of other packages, which `requirements` name without the pin. `python` is the specifier of the Python
    that it names; empty for any. `install` says which of its packages are installed. `notices` are lines about what was guessed
    or left out.
    """

    recipe: Recipe
    requirements: tuple[str, ...]
    allowed: Mapping[str, SpecifierSet]
    install: Install
    notices: tuple[str, ...]
    pins: tuple[str, ...] = ()
    toolchain: Mapping[str, str] = field(default_factory=dict)
    python: str = ""

    @property
    def every_pin(self) -> tuple[str, ...]:
        """All exact pins, those of Sphinx and docutils too."""
        return (*self.pins, *(f"{name}=={release}" for name, release in self.toolchain.items()))


@dataclass
class _Found:
    """What was gathered so far."""

    texts: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    itself: bool = False
    pins: dict[str, str] = field(default_factory=dict)
    toolchain: dict[str, str] = field(default_factory=dict)


def look(folder: Path) -> ProjectFacts:
    """The documentation of the project at `folder`; raises `InputError` where there is none, or a file cannot be read."""
    pyproject = _toml(folder / "pyproject.toml")
    hosted = _read_the_docs(folder)
    recipe = _recipe(folder)
    found = _Found()
    named = _installed(folder, hosted, pyproject, found)
    if not named:
        _by_custom(folder, recipe, pyproject, found)
    name = str(pyproject.get("project", {}).get("name", ""))
    requirements, allowed = _sorted_out(found, name)
    install = _packages(folder, recipe, itself=found.itself)
    if install.folders:
        dependencies = _strings(pyproject.get("project", {}).get("dependencies"))
        needed = _sorted_out(_Found(dependencies), name)[1]
        allowed = {product: allowed[product] & needed[product] for product in allowed}
        found.notices.append(
            f"the package in {' and in '.join(install.folders)} is built from the project itself, for each version that is checked"
        )
    return ProjectFacts(
        recipe,
        requirements,
        allowed,
        install,
        tuple(dict.fromkeys(found.notices)),
        tuple(sorted(found.pins.values())),
        found.toolchain,
        _python(hosted, pyproject),
    )


def _packages(folder: Path, recipe: Recipe, *, itself: bool) -> Install:
    """Which packages are installed: what the files say, else the one at the root if a requirements file names it."""

    def read(path: str) -> bytes | None:
        return (folder / path).read_bytes() if (folder / path).is_file() else None

    places = [path for pattern in ("*", "*/*.py", "src/*/*.py", "lib/*/*.py") for path in folder.glob(pattern)]
    found = recognise.recognise(recipe, {path.relative_to(folder).as_posix() for path in places}, read)
    return Install((".",)) if itself and not found.folders and source.find(".", read) else found


def _recipe(folder: Path) -> Recipe:
    """Return how `check` builds the project as well."""
    return recipes.recognise(
        str(folder), recipes.telling_files(folder), lambda path: (folder / path).read_bytes()
    ).recipe


def _installed(folder: Path, hosted: Mapping[str, Any], pyproject: Mapping[str, Any], found: _Found) -> bool:
    """Take what the Read the Docs file installs; False where it names nothing."""
    python = hosted.get("python")
    steps = python.get("install", []) if isinstance(python, dict) else []
    named = False
    for step in steps if isinstance(steps, list) else []:
        if not isinstance(step, dict):
            continue
        if "requirements" in step:
            named = True
            found.texts += _lines(folder, str(step["requirements"]), found)
        if "path" in step:
            found.itself = True
            extras = step.get("extra_requirements", [])
            named = named or bool(extras)
            for extra in _strings(extras):
                found.texts += _strings(_extras(pyproject).get(canonicalize_name(extra)))
    return named


def _by_custom(folder: Path, recipe: Recipe, pyproject: Mapping[str, Any], found: _Found) -> None:
    """Take what lies where projects keep it: a requirements file of the documentation, else a group of pyproject.toml."""
    near = [posixpath.normpath(posixpath.join(recipe.config, name)) for name in _FILES] if recipe.config != "." else []
    above = posixpath.dirname(recipe.config)
    near += [posixpath.join(above, name) for name in _FILES] if above else []
    for name in (*near, *_TOP_FILES):
        if (folder / name).is_file():
            found.texts += _lines(folder, name, found)
            return
    for name in _GROUPS:
        if name in pyproject.get("dependency-groups", {}):
            try:
                found.texts += groups.dependency_groups(dict(pyproject), name)
            except (LookupError, ValueError, TypeError) as error:
                raise InputError(f"pyproject.toml: dependency-groups.{name}: {error}") from error
            return
    for name in _GROUPS:
        if name in _extras(pyproject):
            found.texts += _strings(_extras(pyproject)[name])
            return
    found.notices.append("the project names no requirements of its documentation; Sphinx alone is installed")


def _extras(pyproject: Mapping[str, Any]) -> dict[str, Any]:
    extras = pyproject.get("project", {}).get("optional-dependencies", {})
    return {canonicalize_name(name): texts for name, texts in extras.items()}


def _lines(folder: Path, name: str, found: _Found, above: tuple[str, ...] = ()) -> Iterator[str]:
    """The requirements of a requirements file, and of those that it names; what is none is noted."""
    path = posixpath.normpath(name)
    if path.startswith(("..", "/")) or path in above:
        return
    text = re.sub(r"\\\n", " ", _text(folder / path))
    for line in text.splitlines():
        line = re.split(r"(?:^|\s)#", line)[0]
        line = re.sub(r"\s--hash=\S+", "", line).strip()
        other = re.match(r"(?:-r|--requirement)[\s=]+(\S+)", line)
        if other:
            yield from _lines(folder, posixpath.join(posixpath.dirname(path), other[1]), found, (*above, path))
        elif re.match(r"(?:-e\s+|--editable[\s=]+)?\.{1,2}(?:[/\[]|$)", line):
            found.itself = True
        elif line.startswith("-"):
            if not line.startswith(("-c", "--constraint")):
                found.notices.append(f"{path}: left out: {line}")
        elif line:
            yield line


def _sorted_out(found: _Found, own: str) -> tuple[tuple[str, ...], dict[str, SpecifierSet]]:
    """The requirements without docutils, Sphinx and the project itself; and which releases of the two are wanted."""
    wanted: dict[str, Requirement] = {}
    allowed = {name: SpecifierSet() for name in PINNED}
    for text in found.texts:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            found.notices.append(f"left out, since it is no requirement: {text}")
            continue
        name = canonicalize_name(requirement.name)
        if requirement.marker and not _may_hold(requirement):
            continue
        exact = _exact(requirement)
        if name in allowed:
            if exact:
                found.toolchain[name] = exact
            else:
                allowed[name] &= requirement.specifier
        elif name == canonicalize_name(own or "-"):
            found.itself = True
            for extra in requirement.extras:
                found.notices.append(f"left out: the extra {extra} of the project itself")
        elif requirement.url:
            found.notices.append(
                f"{name}: the package index's is taken, since only that can be locked, not {requirement.url}"
            )
            wanted[name] = Requirement(name)
        else:
            wanted[name] = _loosened(requirement, found)
    return tuple(sorted(str(requirement) for requirement in wanted.values())), allowed


def _loosened(requirement: Requirement, found: _Found) -> Requirement:
    """Return `requirement` without an exact pin, which `found` gets."""
    requirement.name = canonicalize_name(requirement.name)
    if _exact(requirement):
        found.pins[requirement.name] = str(requirement)
        requirement.specifier = SpecifierSet()
    return requirement


def _exact(requirement: Requirement) -> str:
    """Return the release that `requirement` pins exactly; empty if it pins none."""
    parts = list(requirement.specifier)
    exact = len(parts) == 1 and parts[0].operator == "==" and not parts[0].version.endswith(".*")
    return parts[0].version if exact else ""


def _may_hold(requirement: Requirement) -> bool:
    """Return whether the marker of `requirement` holds on Linux in some Python that a cell may have."""
    marker = requirement.marker
    pythons = [f"3.{minor}" for minor in range(6, 20)]
    return marker is None or any(
        marker.evaluate(
            {
                "python_version": python,
                "python_full_version": f"{python}.0",
                "sys_platform": "linux",
                "platform_system": "Linux",
                "os_name": "posix",
            }
        )
        for python in pythons
    )


def _python(hosted: Mapping[str, Any], pyproject: Mapping[str, Any]) -> str:
    """Return the specifier of the Python that Read the Docs is told to take, else the one of pyproject.toml."""
    build = hosted.get("build")
    tools = build.get("tools") if isinstance(build, dict) else None
    told = str(tools.get("python", "")) if isinstance(tools, dict) else ""
    if re.fullmatch(r"3\.\d+", told):
        return f"=={told}.*"
    wanted = str(pyproject.get("project", {}).get("requires-python", ""))
    try:
        return str(SpecifierSet(wanted))
    except InvalidSpecifier:
        return ""


def _strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, Iterable) else []


def _read_the_docs(folder: Path) -> Mapping[str, Any]:
    path = next((folder / name for name in _READ_THE_DOCS if (folder / name).is_file()), None)
    if path is None:
        return {}
    try:
        read = yaml.load(_text(path), yaml.BaseLoader)  # noqa: S506 - texts only: 3.10 is no number
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(f"{path}: is not YAML: {str(error).splitlines()[0]}") from error
    return read if isinstance(read, dict) else {}


def _toml(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(_text(path)) if path.is_file() else {}
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: is not TOML: {error}") from error


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return stream.read(_LARGEST).decode("utf-8", "replace")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
