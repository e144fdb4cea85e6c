"""The data of matrix.yaml: the cells, the trees and the defaults.

`load` turns the file into a `Matrix`, or raises one `InputError` that names the file, the line, the key and the mistake
(`matrix.yaml:14: cells[2].docutils: "0.21.x" is not a release`). Versions keep the text that is written: the YAML number 3.10
stays "3.10".
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from docs_matrix.config import yaml_document
from docs_matrix.config.products import AXES, Given, combinations, placed
from docs_matrix.config.tree_check import TreeCheck, tree_checks
from docs_matrix.config.yaml_document import Document, Place, as_text, close_to, quoted
from docs_matrix.errors import InputError

__all__ = ["Cell", "Install", "Matrix", "NamedTree", "Recipe", "absent", "is_absent", "load", "normalised"]


@dataclass(frozen=True)
class Cell:
    """One pinned combination of Python, docutils and Sphinx.

    `python` is a minor ("3.13") or a full release ("3.13.5"). `docutils` and `sphinx` are releases. `requirements` are
    more requirements (PEP 508) of this cell. All other packages are resolved as of `date`, an aware UTC time. `why` is the reason
    for this cell. `name` is `py3.13-docutils0.21.2-sphinx8.1.3`, with `-<label>` at the end if matrix.yaml has a label (it must
    have one if two cells differ only in requirements or date).
    """

    name: str
    python: str
    docutils: str
    sphinx: str
    date: datetime
    requirements: tuple[str, ...] = ()
    why: str = ""

    @property
    def pins(self) -> tuple[str, ...]:
        """The requirements that a cell adds: its docutils, its Sphinx, and `requirements`."""
        return (f"docutils=={self.docutils}", f"sphinx=={self.sphinx}", *self.requirements)


@dataclass(frozen=True)
class Recipe:
    """How a tree is built. `kind` names the class that builds it, in `docs_matrix.builds.recipes`.

    For `sphinx`: `source` is the folder of the documents, and `config` the folder of conf.py (both relative to the tree's
    root). `builder` is the builder, `options` are more options of sphinx-build (`-D name=value`, `-t tag`, …), and `folder` is the
    folder in which it is started. For `make`: `source` and `config` are the same, `target` is the target of make, and `variables`
    are given to make.

    `jobs` is the number of processes with which Sphinx reads; it is a part of a build's key. `environment` are variables
    of the build, in addition to those that every build has. `setup` are shell commands that make a part of the tree before it is
    built.
    """

    kind: str
    source: str
    config: str
    builder: str = "html"
    options: tuple[str, ...] = ()
    target: str = "htmldocs"
    variables: Mapping[str, str] | None = None
    jobs: int = 1
    environment: Mapping[str, str] | None = None
    setup: tuple[str, ...] = ()
    folder: str = "."


@dataclass(frozen=True)
class Install:
    """The packages of a tree that are installed for its documentation.

    `folders` are the folders of packages relative to the tree's root, with extras in brackets after them (`.[docs]`). If `release`
    is set, the release on the package index is installed in place of the package at the root.
    """

    folders: tuple[str, ...] = ()
    release: bool = False


@dataclass(frozen=True)
class NamedTree:
    """A tree that matrix.yaml names.

    If `recipe`, `requirements`, `install` or `setup` is None, it is recognised from the files of the tree.

    `path` is absolute; in the file it is relative to the file's folder. `requirements` are those of this tree in addition to the
    cell's pins (PEP 508). `baseline` is the file of accepted diagnostics. `cells` are the names of the cells that the tree
    supports; None for all. `install` names the packages of the tree to install. `environment` are variables of its builds, and
    `checks` are its tree checks. `setup` are commands that make a part of the tree.
    """

    name: str
    path: Path
    recipe: Recipe | None = None
    requirements: tuple[str, ...] | None = None
    baseline: Path | None = None
    cells: tuple[str, ...] | None = None
    install: Install | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[TreeCheck, ...] = ()
    setup: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Matrix:
    """The content of matrix.yaml. `tree` is the name of the default tree; `time_limit` is in seconds, for each build.

    `check` reads all documents if all its builds together are expected to take at most `exact_within` seconds.
    """

    path: Path
    cells: tuple[Cell, ...]
    trees: Mapping[str, NamedTree]
    tree: str | None = None
    time_limit: float = 3600.0
    exact_within: float = 120.0

    @property
    def folder(self) -> Path:
        """The folder of matrix.yaml, from which its relative paths start."""
        return self.path.parent


def load(path: Path) -> Matrix:
    """Read and check the file `path`; raises `InputError` for the first mistake in it."""
    schema = json.loads(Path(__file__).with_name("matrix.schema.json").read_text(encoding="utf-8"))
    document = yaml_document.read(path, schema)
    cells = _cells(document)
    kinds = schema["$defs"]["tree"]["properties"]["recipe"]["properties"]
    trees = {name: _tree(document, name, cells, kinds) for name in document.value.get("trees", {})}
    defaults = document.value.get("defaults", {})
    tree = defaults.get("tree")
    if tree is not None and tree not in trees:
        raise document.error(("defaults", "tree"), f"{quoted(tree)}: {_unknown(tree, trees, 'tree')}")
    return Matrix(
        path=path.absolute(),
        cells=cells,
        trees=trees,
        tree=tree,
        time_limit=float(defaults.get("time_limit", Matrix.time_limit)),
        exact_within=float(defaults.get("exact_within", Matrix.exact_within)),
    )


def normalised(requirements: Iterable[str]) -> tuple[str, ...]:
    """Return `requirements` with canonical names, sorted, each once, and without unpinned docutils and Sphinx.

    `("PyYAML", "Sphinx", "alabaster")` gives `("alabaster", "pyyaml")`. Raises `InputError` for a text that is not a requirement
    (PEP 508), or that names an address, whose content may change.
    """
    found = set()
    for text in requirements:
        requirement = _requirement(text)
        if requirement.name not in PINNED or requirement.specifier or requirement.extras:
            found.add(str(requirement))
    return tuple(sorted(found))


PINNED = ("docutils", "sphinx")
"""The packages that a cell pins."""

_NEVER = Marker('python_version < "0"')


def absent(name: str) -> str:
    """Return the requirement that keeps the package `name` out of an environment, even if another package requires it.

    No Python fulfils it: `absent("pluggy")` gives `pluggy; python_version < "0"`.
    """
    return f"{canonicalize_name(name)}; {_NEVER}"


def is_absent(requirement: Requirement) -> bool:
    """Return whether `requirement` is one from `absent`."""
    return requirement.marker == _NEVER


def _requirement(text: str) -> Requirement:
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        reason = str(error).splitlines()[0]
        raise InputError(f'{quoted(text)} is not a requirement such as "sphinx-rtd-theme>=3": {reason}') from error
    if requirement.url is not None:
        raise InputError(
            f"{quoted(text)} names an address; only packages of the index can be locked: {requirement.name}"
        )
    requirement.name = canonicalize_name(requirement.name)
    return requirement


# Cells


def _cells(document: Document) -> tuple[Cell, ...]:
    given: list[tuple[Given, Place]] = [
        (placed(value, ("cells", at)), ("cells", at)) for at, value in enumerate(document.value.get("cells", ()))
    ]
    for at, product in enumerate(document.value.get("products", ())):
        given += [(combination, ("products", at)) for combination in combinations(document, product, ("products", at))]
    if not given:
        raise document.error((), 'names no cell; list some under "cells" or "products"')
    cells: dict[str, Cell] = {}
    lines: dict[str, int] = {}
    for values, place in given:
        cell = _cell(document, values, place)
        if cell.name in cells:
            says = f"{cell.name} is there already, on line {lines[cell.name]}; leave one out, or give it a label"
            raise document.error(place, says)
        cells[cell.name] = cell
        lines[cell.name] = document.line(place)
    return tuple(cells.values())


def _cell(document: Document, given: Given, place: Place) -> Cell:
    """Return the cell that `given` describes; `place` is the place for errors about all of it."""
    for key in AXES:
        if key not in given:
            made = ", ".join(f"{key} {as_text(given[key][0])}" for key in AXES if key in given)
            raise document.error(place, f"the combination {made or 'of an entry of include'} has no {key}")
    text = {key: as_text(given[key][0]) for key in AXES}
    impossible = _impossible(text["python"], text["docutils"], text["sphinx"])
    if impossible:
        key, says = impossible
        raise document.error(given[key][1] if place[0] == "cells" else place, says)
    try:
        date = datetime.fromisoformat(text["date"])
    except ValueError as error:
        raise document.error(given["date"][1], f"{quoted(text['date'])} is not a date of the calendar") from error
    requirements, at = given.get("requirements", ((), ()))
    label = as_text(given["label"][0]) if "label" in given else ""
    return Cell(
        name=f"py{text['python']}-docutils{text['docutils']}-sphinx{text['sphinx']}" + (f"-{label}" if label else ""),
        python=text["python"],
        docutils=text["docutils"],
        sphinx=text["sphinx"],
        date=date,
        requirements=_requirements(document, requirements, at),
        why=as_text(given["why"][0]),
    )


def _requirements(document: Document, texts: Iterable[Any], place: Place) -> tuple[str, ...]:
    for index, text in enumerate(texts):
        at = (*place, index)
        try:
            requirement = _requirement(as_text(text))
        except InputError as error:
            raise document.error(at, str(error)) from error
        if requirement.name in PINNED and requirement.specifier:
            says = f"{quoted(text)} pins {requirement.name} a second time; its release is the cell's own"
            raise document.error(at, f'{says} (a tree names the cells that it supports under "cells")')
    return normalised(as_text(text) for text in texts)


OLDEST_PYTHON = Version("3.6")
"""The oldest Python on which the probe runs."""

NEEDS = (
    ("4.0", "3.6", ">=0.14,<0.18"),
    ("5.0", "3.6", ">=0.14,<0.19"),
    ("5.1", "3.6", ">=0.14,<0.20"),
    ("6.0", "3.8", ">=0.18,<0.20"),
    ("7.0", "3.8", ">=0.18.1,<0.21"),
    ("7.2", "3.9", ">=0.18.1,<0.21"),
    ("7.3", "3.9", ">=0.18.1,<0.22"),
    ("7.4", "3.9", ">=0.20,<0.22"),
    ("8.0", "3.10", ">=0.20,<0.22"),
    ("8.2", "3.11", ">=0.20,<0.22"),
    ("9.0", "3.11", ">=0.20,<0.23"),
    ("9.1", "3.12", ">=0.21,<0.23"),
    ("9.2", "3.13", ">=0.21"),
)
"""From this Sphinx on, its wheels need this Python or a later one, and this docutils. A later Sphinx may need more: the resolver
reports it."""


def _impossible(python: str, docutils: str, sphinx: str) -> tuple[str, str] | None:
    """Return the key to fix and the reason, if it is known that these three cannot be installed together; else None."""
    if Version(python) < OLDEST_PYTHON:
        return "python", f"{quoted(python)} is too old; builds are observed on Python {OLDEST_PYTHON} and later"
    release = Version(sphinx).release[:2]
    known = [needs for needs in NEEDS if Version(needs[0]).release <= release]
    if not known:
        return None
    _, oldest, allowed = known[-1]
    if Version(python).release[:2] < Version(oldest).release:
        return "sphinx", f"Sphinx {sphinx} needs Python {oldest} or later, and this cell has {python}"
    if not SpecifierSet(allowed).contains(docutils, prereleases=True):
        return "docutils", f"Sphinx {sphinx} needs docutils {allowed}, and this cell has {docutils}"
    return None


# Trees


def _tree(document: Document, name: str, cells: tuple[Cell, ...], kinds: Mapping[str, Any]) -> NamedTree:
    """Return the tree `name`; `kinds` are the schemas of all kinds of recipes."""
    place: Place = ("trees", name)
    values = document.value["trees"][name]
    known = [cell.name for cell in cells]
    for index, cell in enumerate(values.get("cells", ())):
        if cell not in known:
            raise document.error((*place, "cells", index), f"{quoted(cell)}: {_unknown(as_text(cell), known, 'cell')}")
    requirements = values.get("requirements")
    return NamedTree(
        name=name,
        path=_path(document, values["path"], (*place, "path")),
        recipe=_recipe(values["recipe"], kinds) if "recipe" in values else None,
        requirements=(
            None if requirements is None else _requirements(document, requirements, (*place, "requirements"))
        ),
        baseline=_path(document, values["baseline"], (*place, "baseline")) if "baseline" in values else None,
        cells=tuple(as_text(cell) for cell in values["cells"]) if "cells" in values else None,
        install=_install(values["install"]) if "install" in values else None,
        environment=_environment(document, values.get("environment", {}), (*place, "environment")),
        checks=tree_checks(document, values.get("checks", {}), (*place, "checks")),
        setup=tuple(as_text(command) for command in values["setup"]) if "setup" in values else None,
    )


OWN_VARIABLES = re.compile(r"(PATH|HOME|TMPDIR|LC_ALL|PYTHON\w*|VIRTUAL_ENV|GIT_\w+)$")
"""The variables that docs-matrix itself sets in every build."""


def _environment(document: Document, values: Mapping[str, Any], place: Place) -> Mapping[str, str]:
    own = next(filter(OWN_VARIABLES.match, values), None)
    if own:
        raise document.error((*place, own), f"docs-matrix itself sets {own} in each build; leave it out")
    return {name: as_text(value) for name, value in values.items()}


def _install(value: Any) -> Install:
    """Return the packages that `install` names: a list of folders, one folder, `release` or `none`."""
    folders = [as_text(item) for item in value] if isinstance(value, list) else [as_text(value)]
    if not isinstance(value, list) and folders[0] in ("release", "none"):
        return Install(release=folders[0] == "release")
    return Install(tuple(folders))


def _path(document: Document, value: Any, place: Place) -> Path:
    """Return the path `value` at `place`, which is relative to the folder of the file, or to that of a user (`~`)."""
    try:
        given = Path(as_text(value)).expanduser()
    except RuntimeError as error:
        raise document.error(place, "there is no such user on this machine") from error
    return Path(os.path.normpath(document.path.parent.absolute() / given))


def _recipe(values: Mapping[str, Mapping[str, Any]], kinds: Mapping[str, Any]) -> Recipe:
    """Return the recipe of matrix.yaml's `{sphinx: …}` or `{make: …}`; missing keys get the defaults of the schema."""
    ((kind, stated),) = values.items()
    defaults = {name: about["default"] for name, about in kinds[kind]["properties"].items() if "default" in about}
    given = {**defaults, **stated}
    source = as_text(given["source"])
    variables = given.get("variables")
    return Recipe(
        kind=kind,
        source=source,
        config=as_text(given.get("config", source)),
        builder=as_text(given.get("builder", Recipe.builder)),
        options=tuple(as_text(option) for option in given.get("options", ())),
        target=as_text(given.get("target", Recipe.target)),
        variables=None if variables is None else {name: as_text(value) for name, value in variables.items()},
        jobs=int(given.get("jobs", Recipe.jobs)),
        folder=as_text(given.get("folder", Recipe.folder)),
    )


def _unknown(name: str, known: Iterable[str], kind: str) -> str:
    return f"there is no such {kind}; " + close_to(name, list(known), called=f"the {kind}s are")
