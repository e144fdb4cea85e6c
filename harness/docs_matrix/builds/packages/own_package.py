"""A built package of a tree: the files that only its backend can make, and its requirements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from docs_matrix.config.matrix import absent, normalised
from docs_matrix.errors import InputError

__all__ = ["FOLDER", "OwnPackage", "requirements"]

FOLDER = "packages"
"""The folder in a build's scratch folder with the metadata of the packages."""


@dataclass(frozen=True)
class OwnPackage:
    """A package as its backend makes it from one version of a tree, for one interpreter.

    `name`, `version`, `requires` (with markers) and `python` come from its metadata; `extras` are the wanted ones. `roots`
    are the folders of the tree from which its modules are imported. `archive` has the files to put into a private copy of the
    tree. `digest` is the digest of its content and of the roots.
    """

    name: str
    version: str
    requires: tuple[str, ...]
    python: str
    roots: tuple[str, ...]
    digest: str
    archive: Path = field(compare=False)
    extras: tuple[str, ...] = ()


def requirements(given: Iterable[str], packages: Iterable[OwnPackage], python: str) -> tuple[str, ...]:
    """Return the requirements of an environment with Python `python` for `packages` and the requirements `given`.

    Markers are kept if possible, so that all cells have the same requirements. The packages themselves are never in it, whatever
    requires them: an index may have another project with their name. Raises `InputError` if a dependency is not a valid
    requirement, or is an address.
    """
    own = {package.name: package for package in packages}
    if not own:
        return tuple(given)
    found = [text for text in given if canonicalize_name(Requirement(text).name) not in own]
    todo = [(package.name, extra) for package in own.values() for extra in ("", *package.extras)]
    for name, extra in todo:  # the list grows: an extra may require another extra of the package
        for requirement in _of(own[name], extra, python):
            dependency = canonicalize_name(requirement.name)
            if dependency not in own:
                found.append(str(requirement))
            else:
                todo += [pair for wanted in requirement.extras if (pair := (dependency, wanted)) not in todo]
    return normalised((*found, *map(absent, own)))


def _of(package: OwnPackage, extra: str, python: str) -> Iterable[Requirement]:
    """Return the requirements that `extra` adds to `package` on Python `python`, without markers.

    If `extra` is empty, return the requirements that belong to no extra, with their markers.
    """
    for text in package.requires:
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            raise InputError(
                f"{package.name} {package.version}: its metadata has an invalid requirement: {text}"
            ) from error
        marker = requirement.marker
        of_extra = marker is not None and re.search(r"\bextra\b", str(marker)) is not None
        if of_extra and extra and marker and marker.evaluate(_markers(extra, python)):
            requirement.marker = None
            yield requirement
        elif not of_extra and not extra:
            yield requirement


def _markers(extra: str, python: str) -> Mapping[str, str]:
    minor = ".".join(python.split(".")[:2])
    return {
        **{name: str(value) for name, value in default_environment().items()},
        "python_version": minor,
        "python_full_version": python,
        "implementation_version": python,
        "extra": extra,
    }
