"""The age of cells: reports, baselines and questions all sort cells by it."""

from __future__ import annotations

from typing import Protocol

from packaging.version import InvalidVersion, Version

__all__ = ["HasReleases", "age"]


class HasReleases(Protocol):
    """A cell, or the result of a cell: it has a name and releases."""

    @property
    def name(self) -> str: ...

    @property
    def python(self) -> str: ...

    @property
    def docutils(self) -> str: ...

    @property
    def sphinx(self) -> str: ...


def age(cell: HasReleases) -> tuple[Version, Version, Version, str]:
    """Return the key that sorts cells from old to new: by Sphinx, then docutils, then Python, then name.

    An unknown release (of a cell without a result) counts as the oldest.
    """
    return (_version(cell.sphinx), _version(cell.docutils), _version(cell.python), cell.name)


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0")
