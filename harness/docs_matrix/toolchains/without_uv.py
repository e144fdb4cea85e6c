"""Lists interpreters and makes environments by Python itself, on a machine without uv.

An environment takes some five times as long as with uv. Nothing here resolves requirements or lists releases.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from docs_matrix import process
from docs_matrix.errors import MachineError
from docs_matrix.toolchains import uv

__all__ = ["SLOWER", "install", "interpreters", "no_network", "reason"]

SLOWER = f"uv is not installed: venv and pip made the environment, which takes longer ({uv.INSTALLING})"

ASKING = 20.0
"""The seconds that one interpreter may take to print its version; it takes some 20 ms."""

_NAME = re.compile(r"python3(\.\d+)?")

_QUESTION = """
import json, os, platform, sys, sysconfig
path = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
standard = sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED")
print(json.dumps([path, platform.python_version(), standard]))
"""

_KEPT = re.compile(
    r"(?!PIP_|PYTHON)|PIP_(INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|TRUSTED_HOST|CERT|CLIENT_CERT|PROXY"
    r"|KEYRING_PROVIDER|DEFAULT_TIMEOUT|TIMEOUT|RETRIES|CACHE_DIR|NO_CACHE_DIR|CONFIG_FILE)$"
)
"""The variables that pip gets. Of pip's own variables these are only those that name the source of packages."""


def interpreters(folders: Iterable[str]) -> Iterator[tuple[Path, str]]:
    """Yield each CPython in `folders` once, without free-threaded ones: its file (not a link to it), and its full version."""
    seen: set[Path] = set()
    for file in _programs(folders):
        try:
            answer = process.run([file, "-I", "-S", "-c", _QUESTION], timeout=ASKING)
            path, version, standard = json.loads(answer.stdout)
        except (MachineError, ValueError):
            continue  # it does not run
        if standard and Path(path) not in seen:
            seen.add(Path(path))
            yield Path(path), version


def _programs(folders: Iterable[str]) -> Iterator[Path]:
    """Yield the files with the name of an interpreter, each once."""
    managed = os.environ.get("UV_PYTHON_INSTALL_DIR") or Path(
        os.environ.get("XDG_DATA_HOME") or "~/.local/share", "uv", "python"
    )
    found: dict[Path, None] = {}
    for folder in (*map(Path, folders), *sorted(Path(managed).expanduser().glob("*/bin"))):
        try:
            names = sorted(path.name for path in folder.iterdir())
        except OSError:
            continue
        found |= dict.fromkeys((folder / name).resolve() for name in names if _NAME.fullmatch(name))
    return iter(found)


def install(folder: Path, interpreter: Path, requirements: str, *, name: str, timeout: float) -> process.Finished:
    """Make an environment called `name` at `folder` on `interpreter`, only with the hashed wheels of `requirements`.

    Return how the last command ended; the environment is complete if it ended with 0. `timeout` is in seconds, for each command.
    Raises `MachineError` if a command does not end in time.

    pip is not one of the requirements. So it is in a second environment, and is run by the interpreter of the first one.
    """
    with tempfile.TemporaryDirectory(prefix="docs-matrix-") as scratch:
        helper, wanted = Path(scratch, "helper"), Path(scratch, "requirements.txt")
        wanted.write_text(requirements, encoding="utf-8")
        made = _run(timeout, interpreter, "-I", "-m", "venv", helper)
        if made.returncode == 0:
            made = _run(timeout, interpreter, "-I", "-m", "venv", "--without-pip", "--prompt", name, folder)
        if made.returncode == 0:
            (pip,) = helper.glob("lib/python*/site-packages/pip")
            made = _run(
                timeout,
                folder / "bin" / "python", "-I", pip, "install", "--require-hashes", "--only-binary", ":all:",
                "--no-deps", "--ignore-installed", "--no-input", "--disable-pip-version-check", "--quiet", "-r", wanted,
            )  # fmt: skip
        return made


def _run(timeout: float, *command: str | Path) -> process.Finished:
    kept = {name: value for name, value in os.environ.items() if _KEPT.match(name)}
    finished = process.run(command, timeout=timeout, env=kept)
    if finished.timed_out:
        raise MachineError(f"{command[3]} did not end within {timeout:.0f} s; is the network slow?")
    return finished


def reason(finished: process.Finished) -> str:
    """Return what venv or pip printed about a failure, in one line."""
    if "ensurepip" in finished.error_text + finished.text:
        return "this Python has no venv with pip; on Debian and Ubuntu the package python3-venv brings it"
    return uv.reason(finished)


def no_network(finished: process.Finished) -> str | None:
    """Return the reason why pip could not reach the package index; None if it failed for another reason."""
    if "Retrying (" not in finished.error_text:
        return None
    cause = re.search(r"\[Errno -?\d+\] ([^'\"\\]+)", finished.error_text)
    return cause[1] if cause else "no answer"
