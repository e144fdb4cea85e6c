"""Lists the releases of a package in the configured index, with the time of their upload.

uv is asked for the newest release, then for the newest one below it, and so on. uv knows the user's indexes, credentials and
certificates, and it caches answers. Releases that uv would not choose by itself (yanked ones, ones without wheels) are not listed.
"""

from __future__ import annotations

import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from docs_matrix import process
from docs_matrix.errors import InputError
from docs_matrix.toolchains import uv

__all__ = ["Release", "between", "one", "version"]

ASKING = 120.0
"""The seconds that one question to uv may take; it takes a tenth of one."""

ANY_PYTHON = "3.99"
"""A Python for which all releases are listed. Whether a release runs on a cell's Python is checked later, when it is resolved."""


@dataclass(frozen=True)
class Release:
    """A release of a package: its version as the index writes it, and the time of its upload (UTC), None if it is not known."""

    package: str
    version: str
    date: datetime | None


def version(package: str, text: str) -> Version:
    """Return `text` as a version of `package`; raises `InputError` if it is not one."""
    try:
        return Version(text)
    except InvalidVersion as error:
        raise InputError(f"{package} {text!r}: is not a version such as 0.21.2") from error


def one(package: str, text: str, *, offline: bool = False) -> Release:
    """Return the release `text` of `package`, yanked or not.

    Raises `InputError`, with the nearest releases, if the index does not have it.
    """
    name = canonicalize_name(package)
    wanted = version(name, text)
    found = _newest_or_oldest(name, f"=={wanted}", prereleases=True, offline=offline)
    if found is None:
        below = _newest_or_oldest(name, f"<{wanted}", prereleases=False, offline=offline)
        above = _newest_or_oldest(name, f">{wanted}", prereleases=False, offline=offline, oldest=True)
        near = " and ".join(release.version for release in (below, above) if release)
        raise InputError(
            f"{name} {text}: the package index has no such release with a wheel"
            + (f"; near it are {near}" if near else "")
        )
    return found


def between(
    package: str, first: str | None, last: str | None, *, prereleases: bool = False, offline: bool = False
) -> tuple[Release, ...]:
    """Return the releases of `package` from `first` to `last` (None: no limit), both included, the oldest first.

    A yanked release is included only if it is `first` or `last`. Raises `InputError` if the index has no such package or no
    such release, `MachineError` if it cannot be asked.
    """
    name = canonicalize_name(package)
    ends = [one(name, end, offline=offline) for end in (first, last) if end is not None]
    found = {Version(release.version): release for release in ends}
    walk = partial(_walk, name, first, last, found, prereleases=prereleases, offline=offline)
    with ThreadPoolExecutor(max_workers=2) as pool:
        for walked in [pool.submit(walk, oldest=oldest) for oldest in (False, True)]:
            walked.result()
    if not found:
        raise InputError(f"{name}: the package index has no package of this name, or none with a wheel")
    return tuple(found[key] for key in sorted(found))


def _walk(
    name: str,
    first: str | None,
    last: str | None,
    found: dict[Version, Release],
    *,
    prereleases: bool,
    offline: bool,
    oldest: bool,
) -> None:
    """Add the releases from `first` to `last` to `found`, until one is already in it.

    The walk goes from the newest down, or, if `oldest`, from the oldest up.
    """
    low = f">={Version(first)}" if first else ""
    high = f"<={Version(last)}" if last else ""
    ask = partial(_newest_or_oldest, name, prereleases=prereleases, oldest=oldest)
    release = ask(",".join(filter(None, (low, high))), offline=offline)
    ends = {Version(end) for end in (first, last) if end is not None}
    while release is not None:
        here = Version(release.version)
        if here in found and here not in ends:
            return
        found[here] = release
        bounds = (f">={here}", high) if oldest else (low, f"<={here}")
        beyond = ",".join(filter(None, (*bounds, f"!={here}")))
        # Only the first question must go to the index; uv's cache can answer the others, if it has the package.
        release = ask(beyond, offline=True) or (None if offline else ask(beyond, offline=False))


def _newest_or_oldest(
    name: str, specifier: str, *, prereleases: bool, offline: bool, oldest: bool = False
) -> Release | None:
    """Return the newest release that `specifier` allows, or the oldest if `oldest`; None if there is none."""
    finished = uv.run(
        "pip", "compile", "-",
        "--no-deps", "--format", "pylock.toml", "--no-header", "--no-annotate", "--quiet",
        "--python", sys.executable, "--python-version", ANY_PYTHON, "--python-platform", "linux",
        "--only-binary", ":all:", "--no-python-downloads", "--no-sources",
        "--prerelease", "allow" if prereleases else "if-necessary",
        *(("--resolution", "lowest") if oldest else ()),
        *(("--offline",) if offline else ()),
        timeout=ASKING,
        stdin=f"{name}{specifier}\n".encode(),
    )  # fmt: skip
    if finished.returncode:
        _refuse(name, finished, offline=offline)
        return None
    packages = tomllib.loads(finished.text).get("packages", ())
    found = next((entry for entry in packages if canonicalize_name(entry["name"]) == name), None)
    if found is None:
        return None
    times = [wheel["upload-time"] for wheel in found.get("wheels", ()) if "upload-time" in wheel]
    return Release(name, found["version"], min(times).astimezone(UTC) if times else None)


def _refuse(name: str, finished: process.Finished, *, offline: bool) -> None:
    """Raise `MachineError` if uv failed because the index cannot be reached, and not because there is no such release."""
    if uv.no_network(finished) and not offline:
        raise uv.unreachable(finished, f"the releases of {name} cannot be listed", offline=False)
