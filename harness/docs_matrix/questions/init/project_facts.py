"""The facts about a Sphinx project that its own files state: where its documentation is, and what is needed to build it.

`docs_matrix.requirements` reads its requirements. Nothing of the project is run.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from docs_matrix.builds import recipes
from docs_matrix.builds.packages import recognise
from docs_matrix.builds.packages.package_source import find as source_of
from docs_matrix.builds.recipes import read_the_docs
from docs_matrix.builds.recipes.sphinx import UNEXECUTED, started
from docs_matrix.config.matrix import PINNED, Install, Recipe
from docs_matrix.errors import InputError
from docs_matrix.requirements import conf_modules, toml_tables
from docs_matrix.requirements.gather import gather
from docs_matrix.requirements.sorted_out import Sorted, sorted_out
from docs_matrix.requirements.stated import Gathered, Read, Stated

__all__ = ["ProjectFacts", "look"]

_LARGEST = 1 << 20


@dataclass(frozen=True)
class ProjectFacts:
    """The documentation of a project: its recipe, and its requirements besides docutils and Sphinx.

    - `allowed` are the releases of `sphinx` and `docutils` that it allows. `toolchain` has those of the two that it pins
      exactly.
    - `pins` are its exact pins of other packages; `requirements` name these packages without the pin.
    - `python` is the specifier of the Python that it names; empty for any.
    - `install` says which of its packages are installed; `named_install` says that the user named them. `setup` are the
      commands that it runs before the build.
    - `sources` says for each package, also for Sphinx and docutils, which place names it first.
    - `needed` are the requirements of the installed packages. `needed_python` are the Pythons on which they run, if their files
      state it.
    - `notices` are lines about guesses and about what is left out.
    """

    recipe: Recipe
    requirements: tuple[str, ...]
    allowed: Mapping[str, SpecifierSet]
    install: Install
    notices: tuple[str, ...]
    pins: tuple[str, ...] = ()
    toolchain: Mapping[str, str] = field(default_factory=dict)
    python: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    setup: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    needed_python: tuple[str, ...] = ()
    named_install: bool = False

    @property
    def every_pin(self) -> tuple[str, ...]:
        """All exact pins, also those of Sphinx and docutils."""
        return (*self.pins, *(f"{name}=={release}" for name, release in self.toolchain.items()))


def look(
    folder: Path,
    *,
    source: str | None = None,
    added: Sequence[str] = (),
    install: Install | None = None,
    setup: Sequence[str] = (),
) -> ProjectFacts:
    """Return the facts about the project at `folder`.

    `source` is the folder of conf.py, if the user names it. `added` are requirements and `setup` commands of the user, `install`
    are the packages that the user names. Raises `InputError` if there is no documentation, or if a file cannot be read.
    """

    def read(path: str) -> bytes | None:
        place = folder / path
        try:
            return place.read_bytes() if place.is_file() else None
        except OSError as error:
            raise InputError(f"{place}: cannot be read: {error.strerror}") from error

    pyproject = toml_tables.toml(read, "pyproject.toml")
    hosted = _read_the_docs(folder)
    paths = _paths(folder)
    recipe = _recipe(folder, read) if source is None else started(_named_recipe(folder, source), paths, read)
    if source is None:
        _refuse_several_versions(read, recipe)
    gathered = gather(read, paths, recipe.config, hosted)
    gathered.requirements += [Stated(text, "--requirement") for text in added]
    name = str(pyproject.get("project", {}).get("name", ""))
    found = sorted_out(gathered, name)
    installed = install or _packages(read, paths, recipe, itself=gathered.itself or found.itself)
    notices = [*gathered.notices, *found.notices]
    needed = Sorted()
    if installed.folders:
        dependencies = _strings(pyproject.get("project", {}).get("dependencies"))
        needed = sorted_out(Gathered([Stated(text, "pyproject.toml") for text in dependencies]), name)
        found.allowed = {product: found.allowed[product] & needed.allowed[product] for product in PINNED}
        packages = " and in ".join(installed.folders)
        notices.append(f"the package in {packages} is built from the project itself, for each version that is checked")
    hosted_setup = read_the_docs.setup(paths, read)
    notices += [f".readthedocs.yaml: not run before the build: {_first_line(text)}" for text in hosted_setup.left_out]
    unexecuted = [option for option in recipe.options if option in UNEXECUTED.values()]
    notices += [f"no notebook and no gallery is executed: the recipe has -D {setting}" for setting in unexecuted]
    return ProjectFacts(
        recipe,
        tuple(sorted(str(requirement) for requirement in found.wanted.values())),
        found.allowed,
        installed,
        tuple(dict.fromkeys(notices)),
        tuple(sorted(found.pins.values())),
        found.toolchain,
        _python(hosted, pyproject),
        found.sources,
        (*hosted_setup.commands, *setup),
        tuple(sorted({*map(str, needed.wanted.values()), *needed.pins.values()})),
        _needed_python(read, installed),
        install is not None,
    )


def _refuse_several_versions(read: Read, recipe: Recipe) -> None:
    """Raise `InputError` if an extension of the documentation checks out and builds each branch and tag itself."""
    conf = posixpath.normpath(posixpath.join(recipe.config, "conf.py"))
    if "sphinx_multiversion" in conf_modules.named((read(conf) or b"").decode("utf-8", "replace")):
        raise InputError(
            f"{conf}: sphinx-multiversion checks out and builds each branch and tag by itself, and docs-matrix builds one "
            f"version at a time; to check the version that is checked out: docs-matrix init --source {recipe.config}"
        )


def _needed_python(read: Read, install: Install) -> tuple[str, ...]:
    found = [source_of(folder.partition("[")[0] or ".", read) for folder in install.folders]
    return tuple(dict.fromkeys(one.python for one in found if one and one.python))


def _first_line(text: str) -> str:
    lines = text.strip().splitlines()
    return f"{lines[0]} …" if len(lines) > 1 else "".join(lines)


def _paths(folder: Path) -> set[str]:
    """Return the paths of the files that say what is in the project: those at the root, and Python's files near it."""
    patterns = ("*", "*/*.py", "*/*/*.py", "*/*/*/*.py")
    places = [path for pattern in patterns for path in folder.glob(pattern)]
    return {path.relative_to(folder).as_posix() for path in places}


def _named_recipe(folder: Path, source: str) -> Recipe:
    place = posixpath.normpath(source)
    if place.startswith(("..", "/")) or not (folder / place / "conf.py").is_file():
        raise InputError(f"--source {source}: {folder} has no conf.py there")
    return Recipe("sphinx", place, place)


def _packages(read: Read, paths: Collection[str], recipe: Recipe, *, itself: bool) -> Install:
    """Return which packages are installed: those that the files name, else the one at the root if a requirements file names it."""
    found = recognise.recognise(recipe, paths, read)
    return Install((".",)) if itself and not found.folders and source_of(".", read) else found


def _recipe(folder: Path, read: Read) -> Recipe:
    """Return the recipe with which `check` builds the project as well."""
    return recipes.recognise(str(folder), recipes.telling_files(folder), read).recipe


def _python(hosted: Mapping[str, Any], pyproject: Mapping[str, Any]) -> str:
    """Return the specifier of the Python that the Read the Docs file names, else the one in pyproject.toml."""
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
    path = next((folder / name for name in read_the_docs.FILES if (folder / name).is_file()), None)
    if path is None:
        return {}
    try:
        read = yaml.load(_text(path), yaml.BaseLoader)  # noqa: S506 - texts only: 3.10 is no number
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(f"{path}: is not YAML: {str(error).splitlines()[0]}") from error
    return read if isinstance(read, dict) else {}


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return stream.read(_LARGEST).decode("utf-8", "replace")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
