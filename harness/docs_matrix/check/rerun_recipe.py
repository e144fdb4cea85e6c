"""What somebody else needs to see a run's new diagnostics: one cell's pins, the change, and what must come out."""

from __future__ import annotations

from dataclasses import dataclass

from docs_matrix.builds.recipes import Script

__all__ = ["Rerun"]


@dataclass(frozen=True)
class Rerun:
    """One cell of a run, to be built again without docs-matrix.

    `requirements` are its pins with their hashes, as pip and uv take them. `patch` makes the head of the base; `blobs` are
    path, git's id of the base's file and of the head's (None: there is none). `build` is how the recipe builds a copy of the
    tree. `expected` are the lines that the cell prints again. `packages` are the folders of
    the packages of the tree itself. `environment` are the variables of the build, `setup` the commands that run before it.
    """

    cell: str
    python: str
    docutils: str
    sphinx: str
    requirements: str
    patch: bytes
    blobs: tuple[tuple[str, str | None, str | None], ...]
    build: Script
    expected: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    packages: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
