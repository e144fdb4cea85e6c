"""Finds the release of a package that is compatible with others, by the resolver, before a lock is made."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from packaging.utils import canonicalize_name

from docs_matrix.toolchains import uv

__all__ = ["nearest", "resolved"]

RESOLVING = 300.0
"""The seconds that one resolution may take; usually it takes less than one."""

_PINNED = re.compile(r"(?m)^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)")


def resolved(
    wanted: Iterable[str], python: str, date: datetime, *, lowest: bool = False, offline: bool = False
) -> Mapping[str, str] | str:
    """Return the versions, by canonical name, that fulfil the requirements `wanted` on `python` as of `date`.

    If there are none, return uv's reason. `lowest` takes the lowest releases of the named packages. Raises `MachineError` if the
    package index cannot be asked.
    """
    return _resolved(tuple(wanted), python, date, lowest, offline)


@functools.lru_cache(maxsize=1024)
def _resolved(
    wanted: tuple[str, ...], python: str, date: datetime, lowest: bool, offline: bool
) -> Mapping[str, str] | str:
    finished = uv.run(
        "pip", "compile", "-",
        "--python", sys.executable, "--python-version", ".".join(python.split(".")[:2]), "--python-platform", "linux",
        "--exclude-newer", date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "--only-binary", ":all:",
        "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--no-python-downloads",
        "--no-sources", "--quiet",
        *(("--resolution", "lowest-direct") if lowest else ()),
        *(("--offline",) if offline else ()),
        timeout=RESOLVING,
        stdin="\n".join((*wanted, "")).encode(),
    )  # fmt: skip
    if finished.returncode == 0:
        return {canonicalize_name(name): version for name, version in _PINNED.findall(finished.text)}
    if uv.no_network(finished):
        raise uv.unreachable(finished, f"{' '.join(wanted)} cannot be resolved", offline=offline)
    return uv.reason(finished)


def nearest(
    package: str, version: str, others: Iterable[str], python: str, date: datetime, *, offline: bool = False
) -> str | None:
    """Return the release of `package` nearest to `version` that is compatible with the requirements `others`.

    It is the newest one up to `version`, else the oldest one above; None if there is none.
    """
    rest = tuple(others)
    for bound, lowest in ((f"{package}<={version}", False), (f"{package}>={version}", True)):
        found = resolved((*rest, bound), python, date, lowest=lowest, offline=offline)
        if not isinstance(found, str):
            return found.get(canonicalize_name(package))
    return None
