"""The programs of this machine that a build may use: those that recipes name, and what the system has."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from docs_matrix import process
from docs_matrix.builds.recipes import KINDS
from docs_matrix.config.matrix import Recipe
from docs_matrix.errors import MachineError

__all__ = ["folders", "identity", "require_tools", "tool_version", "tools"]

_SYSTEM = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")


def folders() -> tuple[str, ...]:
    """Return the folders of the host's programs: the system's, and those of the programs that recipes name."""
    own = (shutil.which(tool) for tool in tools())
    return tuple(dict.fromkeys((*_SYSTEM, *(str(Path(path).parent) for path in own if path))))


def tools() -> Mapping[str, str]:
    """Return the programs that recipes name, each with what goes wrong without it."""
    return {tool: effect for kind in KINDS.values() for tool, effect in kind.tools.items()}


@functools.cache
def tool_version(tool: str) -> str | None:
    """Return the version that a program of the host prints; None if it is not installed."""
    path = _found(tool)
    if path is None:
        return None
    said = process.run([path, "-V" if tool == "dot" else "--version"], timeout=30)
    return (said.text + said.error_text).strip()


def identity(tool: str) -> str | None:
    """Return the path, size and time of the installed program `tool`, which identify its release; None if there is none."""
    path = _found(tool)
    if path is None:
        return None
    place = Path(path).resolve()
    state = place.stat()
    return f"{place} {state.st_size} {state.st_mtime_ns}"


def require_tools(recipe: Recipe) -> None:
    """Raise `MachineError` if the host lacks a program that `recipe` needs."""
    for tool, message in KINDS[recipe.kind].needed.items():
        if _found(tool) is None:
            raise MachineError(message)


def _found(tool: str) -> str | None:
    return shutil.which(tool, path=os.pathsep.join(folders()))
