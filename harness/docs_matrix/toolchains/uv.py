"""Runs uv without the user's uv configuration, and with the user's package index and cache."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import threading
from collections.abc import Mapping

from docs_matrix import process
from docs_matrix.errors import MachineError

__all__ = ["INSTALLING", "index_lack", "no_network", "program", "reason", "run", "unreachable"]

INSTALLING = "python3 -m pip install uv"

KEPT = re.compile(
    r"UV_(CACHE_DIR|DEFAULT_INDEX|INDEX|INDEX_.*|EXTRA_INDEX_URL|FIND_LINKS|KEYRING_PROVIDER|INSECURE_HOST|NATIVE_TLS"
    r"|SYSTEM_CERTS|CREDENTIALS_DIR|HTTP_.*|REQUEST_TIMEOUT|CONCURRENT_.*|OFFLINE|PYTHON_INSTALL_DIR|PYTHON_INSTALL_MIRROR"
    r"|PYTHON_DOWNLOADS_JSON_URL)"
)
"""The variables of uv that name the source of packages. All others are removed: they would change the resolution."""

NO_NETWORK = (
    "Failed to fetch",
    "error sending request",
    "dns error",
    "client error (Connect)",
    "network was disabled",
    "network connectivity is disabled",
    "operation timed out",
    "docutils was not found in the package registry",
    "sphinx was not found in the package registry",
)
"""Texts that uv prints if it could not reach the index, or if the address is not an index."""


_FINDING = threading.Lock()
"""Held during the search for uv: two threads that call sysconfig for the first time disturb each other (Python 3.11)."""


def program() -> str | None:
    """Return the uv that is installed beside docs-matrix, else the one on PATH; None if there is neither."""
    with contextlib.suppress(ImportError, FileNotFoundError), _FINDING:
        from uv import find_uv_bin

        return find_uv_bin()
    return shutil.which("uv")


def run(*arguments: str, timeout: float, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> process.Finished:
    """Run uv with `arguments`, and with the variables `env` in addition; `timeout` is in seconds.

    Raises `MachineError` if uv is not installed, or does not end in time.
    """
    found = program()
    if found is None:
        raise MachineError(
            f"uv is not installed; without it no package can be resolved and no list of releases be read: {INSTALLING}"
        )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UV_") or KEPT.fullmatch(name)}
    finished = process.run(
        [found, *arguments, "--no-config", "--no-progress", "--color", "never"],
        timeout=timeout,
        stdin=stdin,
        env={**kept, "VIRTUAL_ENV": "", **(env or {})},
    )
    if finished.timed_out:
        raise MachineError(f"uv {' '.join(arguments[:2])} did not end within {timeout:.0f} s; is the network slow?")
    return finished


def reason(finished: process.Finished) -> str:
    """Return what uv printed about its failure, in one line."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", finished.error_text)
    lines = [re.sub(r"^(error|cause|hint): ", "", line.strip()) for line in text.splitlines()]
    if len(lines) > 1 and lines[0].startswith("No solution found"):
        del lines[0]
    told = " ".join(line for line in lines if line)
    told = re.sub(
        r"(, we can conclude that your requirements are unsatisfiable| Consider using [^.]*)(?=\.|$)", "", told
    )
    told = "".join(character if character.isprintable() else "�" for character in told)
    return told if len(told) <= 600 else told[:597] + "…"


def no_network(finished: process.Finished) -> bool:
    """Return whether uv failed because it could not, or was not allowed to, ask the package index."""
    return any(words in finished.error_text for words in NO_NETWORK)


def unreachable(finished: process.Finished, what: str, *, offline: bool) -> MachineError:
    """Return the error for `what`, for which uv could not reach the package index."""
    if offline:
        return MachineError(f"call again without --offline: {what}: {reason(finished)}")
    host = re.search(r"https?://(?:[^/\s@]*@)?([^/\s)`]+)", finished.error_text)
    cause = next((line.strip() for line in reversed(finished.error_text.splitlines()) if line.strip()), "no answer")
    cause = re.sub(r"^(?:cause|error): |^failed to lookup address information: ", "", cause.lower(), count=2)
    return MachineError(f"the package index cannot be reached ({host[1] if host else 'its address'}: {cause}): {what}")


def index_lack() -> str | None:
    """Return None if the package index answers now, else uv's reason. Raises `MachineError` if uv does not run."""
    finished = run(
        "pip", "compile", "-", "--no-deps", "--no-cache", "--quiet", "--python", sys.executable,
        timeout=60,
        stdin=b"docutils\n",
        env={"UV_HTTP_RETRIES": "0"},
    )  # fmt: skip
    return reason(finished) if finished.returncode else None
