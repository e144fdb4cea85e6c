"""Finds the Python interpreters of this machine: on PATH, in pyenv's versions (active or not), and uv's own."""

from __future__ import annotations

import functools
import glob
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

from docs_matrix.errors import MachineError, MissingInterpreterError
from docs_matrix.toolchains import uv, without_uv

__all__ = ["Interpreter", "find", "installed", "remedy"]

LISTING = 120.0
"""The seconds that a listing may take. uv caches it, so only the first one on a slow machine takes more than some ms."""

DOWNLOAD = 120.0
"""The seconds that the one try to download an interpreter may take."""


@dataclass(frozen=True)
class Interpreter:
    """A CPython of this machine: its file (not a link to it), and its full version ("3.13.0")."""

    path: Path
    version: str


def installed() -> tuple[Interpreter, ...]:
    """Return all CPythons of this machine, the newest first, each once, without free-threaded ones; raises `MachineError`."""
    listed = _listed_by_uv() if uv.program() else without_uv.interpreters(_folders())
    found: dict[Path, Interpreter] = {}
    for path, version in listed:
        found.setdefault(path, Interpreter(path, version))
    return tuple(sorted(found.values(), key=_release, reverse=True))


def _listed_by_uv() -> Iterator[tuple[Path, str]]:
    finished = uv.run(
        "python", "list", "--only-installed", "--output-format", "json",
        timeout=LISTING,
        env={"PATH": os.pathsep.join(_folders())},
    )  # fmt: skip
    try:
        listed = json.loads(finished.stdout)
    except ValueError as error:
        raise MachineError(f"uv cannot list the interpreters of this machine: {uv.reason(finished)}") from error
    for entry in listed:
        if entry["implementation"] == "cpython" and entry["variant"] == "default":
            yield Path(entry["path"]).resolve(), entry["version"]


def find(
    wanted: str, *, offline: bool = False, among: tuple[Interpreter, ...] | None = None
) -> tuple[Interpreter, str | None]:
    """Return the interpreter for `wanted`, a minor ("3.13") or a full release ("3.13.5"), and a notice or None.

    For a minor it is the newest final patch release on this machine. For a full release it is this release, else the newest one of
    its minor, with a notice. If there is none, uv tries once to download it, unless `offline`. `among` is the result of
    `installed`, for callers that ask more than once. Raises `MissingInterpreterError` with the commands that install it.
    """
    chosen = _chosen(wanted, installed() if among is None else among)
    if chosen is None and not offline and _downloaded(wanted):
        chosen = _chosen(wanted, installed())
    if chosen is None:
        raise MissingInterpreterError(
            f"no Python {wanted} on this machine (not on PATH, not in pyenv, not among uv's); install it: {remedy(wanted)}"
        )
    if len(Version(wanted).release) < 3 or chosen.version == wanted:
        return chosen, None
    return chosen, f"Python {wanted} is not on this machine; {chosen.version} is used in its place"


def _chosen(wanted: str, among: tuple[Interpreter, ...]) -> Interpreter | None:
    """Return the best of `among`, the newest first: exactly `wanted`, else the first final release of its minor."""
    for interpreter in among:
        if interpreter.version == wanted:
            return interpreter
    minor = Version(wanted).release[:2]
    for interpreter in among:
        release = _release(interpreter)
        if release.release[:2] == minor and not release.is_prerelease:
            return interpreter
    return None


def _release(interpreter: Interpreter) -> Version:
    try:
        return Version(interpreter.version)
    except InvalidVersion:  # the user's own build, "3.14.0+local.x/y"
        return Version("0")


def _folders() -> list[str]:
    """Return the folders to search: PATH, and pyenv's versions.

    Pyenv's shims are left out: they fail for a version that is not active.
    """
    roots = {Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser(), Path("~/.pyenv").expanduser()}
    shims = {str(root / "shims") for root in roots}
    folders = [folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if folder not in shims]
    for root in sorted(roots):
        found = glob.glob("versions/*/bin", root_dir=root)  # noqa: PTH207 (a Path fails if the folder is another user's)
        folders += sorted(str(root / folder) for folder in found)
    return folders


def remedy(wanted: str) -> str:
    """Return the command that installs Python `wanted` here."""
    if shutil.which("pyenv"):
        return f"pyenv install {wanted}, or uv python install {wanted}"
    return f"uv python install {wanted}, or the system's own packages"


@functools.cache
def _downloaded(wanted: str) -> bool:
    """Return whether uv could download `wanted`; this process tries it once."""
    try:
        finished = uv.run(
            "python", "install", wanted, "--no-bin",
            timeout=DOWNLOAD,
            env={"UV_HTTP_RETRIES": "0", "UV_HTTP_TIMEOUT": "20"},
        )  # fmt: skip
    except MachineError:
        return False
    return finished.returncode == 0
