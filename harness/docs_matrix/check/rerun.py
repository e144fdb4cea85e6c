"""The rerun of a run: one cell's pins, the change, and the messages to expect. With these, others see the new diagnostics."""

from __future__ import annotations

from dataclasses import dataclass

from docs_matrix.builds.recipes import Script

__all__ = ["Rerun"]


@dataclass(frozen=True)
class Rerun:
    """One cell of a run, to be built again without docs-matrix.

    `requirements` are its pins with their hashes, in the form for pip and uv. `patch` turns the base into the head. `blobs` are
    the changed files: path, git's id in the base and in the head (None if the file is not there). `build` is how the recipe builds
    a copy of the tree. `expected` are the lines that the cell prints again. `packages` are the folders of the tree's own packages.
    `environment` are the variables of the build, `setup` the commands that run before it.
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
