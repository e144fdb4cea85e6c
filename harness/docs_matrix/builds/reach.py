"""The folders that a build, a backend or a tree check may read and write, and the memory that it may take."""

from __future__ import annotations

import os
from pathlib import Path

from docs_matrix.builds import host_tools
from docs_matrix.builds.costs import SHARE, machine_bytes
from docs_matrix.confinement import system_files
from docs_matrix.confinement.confinement import MEMORY, Reach
from docs_matrix.errors import InputError
from docs_matrix.toolchains.environments import Environment

__all__ = ["LIMIT", "memory", "reach"]

LIMIT = "DOCS_MATRIX_BUILD_MEMORY"
"""The environment variable with the memory of one build in GiB."""

MANY = 4
"""A build may take this many times its expected memory."""


def reach(environment: Environment | None, *write: Path, read: tuple[Path, ...] = (), expected: int = 0) -> Reach:
    """Return the rights of a command in `environment`: it may write below `write`, and also read `read`.

    `expected` is the memory that it probably takes, in bytes.
    """
    folders = (environment.folder,) if environment else ()
    pythons = (environment.interpreter.path, environment.bin / environment.python.readlink()) if environment else ()
    tools = system_files.of_programs(host_tools.folders(), ("git", *host_tools.tools()))
    installed = (path for python in pythons for path in system_files.of_prefix(python))
    return Reach(write, (*folders, *read, *map(Path, (*installed, *tools))), memory(expected))


def memory(expected: int) -> int:
    """Return the memory that a build may take if `expected` is expected, in bytes; raises `InputError` if `LIMIT` is no number."""
    told = os.environ.get(LIMIT)
    if told is None:
        return min(max(MEMORY, MANY * expected), int(machine_bytes() * SHARE))
    try:
        gib = float(told)
    except ValueError:
        gib = 0.0
    if not 0 < gib < float("inf"):
        raise InputError(f"{LIMIT}={told}: must be a number of GiB, such as 8")
    return int(gib * 2**30)
