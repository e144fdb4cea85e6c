"""The releases of a package in the configured index, with the time of their upload.

uv is asked for the newest release, then for the newest one below it, and so on: it knows the user's indexes, their
credentials and certificates, and what it has seen once it remembers. What it would not choose by itself (a yanked
release, one without wheels) is no candidate.
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
"""Seconds for one question to uv; it takes a tenth."""

ANY_PYTHON = "3.99"
"""Which Python a release runs on is asked where it is resolved; here all are listed."""


@dataclass(frozen=True)
class Release:
    """A release of a package: its version as the index writes it, and when it was uploaded (UTC), where that is known."""

    package: str
    version: str
    date: datetime | None


def version(package: str, text: str) -> Version:
    """Return `text` as a version of `package`; raises `InputError` where it is none."""
    try:
        return Version(text)
    except InvalidVersion as error:
        raise InputError(f"{package} {text!r}: is not a version such as 0.21.2") from error


def one(package: str, text: str, *, offline: bool = False) -> Release:
    """Return the release `text` of `package`, yanked or not.

    Raises `InputError` where the index has none such, with those next to it.
    """
    name = canonicalize_name(package)
    wanted = version(name, text)
    found = _newest(name, f"=={wanted}", prereleases=True, offline=offline)
    if found is None:
        below = _newest(name, f"<{wanted}", prereleases=False, offline=offline)
        above = _newest(name, f">{wanted}", prereleases=False, offline=offline, lowest=True)
        near = " and ".join(release.version for release in (below, above) if release)
        raise InputError(
            f"{name} {text}: the package index has no such release with a wheel"
            + (f"; near it are {near}" if near else "")
        )
    return found


def between(
    package: str, first: str | None, last: str | None, *, prereleases: bool = False, offline: bool = False
) -> tuple[Release, ...]:
    """Return the releases of `package` from `first` to `last` (None: as far as there are any), both with, the oldest first.

    A yanked release takes part where it is named as an end. Raises `InputError` where the index has no such package or no
    such release, `MachineError` where it cannot be asked.
    """
    name = canonicalize_name(package)
    ends = [one(name, end, offline=offline) for end in (first, last) if end is not None]
    found = {Version(release.version): release for release in ends}
    walk = partial(_walk, name, first, last, found, prereleases=prereleases, offline=offline)
    with ThreadPoolExecutor(max_workers=2) as pool:
        for walked in [pool.submit(walk, lowest=lowest) for lowest in (False, True)]:
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
    lowest: bool,
) -> None:
    """Put the releases from `first` to `last` into `found`, until one is there already.

    The walk goes from the newest down, or from the lowest up.
    """
    low = f">={Version(first)}" if first else ""
    high = f"<={Version(last)}" if last else ""
    ask = partial(_newest, name, prereleases=prereleases, lowest=lowest)
    release = ask(",".join(filter(None, (low, high))), offline=offline)
    ends = {Version(end) for end in (first, last) if end is not None}
    while release is not None:
        here = Version(release.version)
        if here in found and here not in ends:
            return
        found[here] = release
        bounds = (f">={here}", high) if lowest else (low, f"<={here}")
        beyond = ",".join(filter(None, (*bounds, f"!={here}")))
        # the first answer is of now; the others come from what uv has just been told, where it has been
        release = ask(beyond, offline=True) or (None if offline else ask(beyond, offline=False))


def _newest(name: str, specifier: str, *, prereleases: bool, offline: bool, lowest: bool = False) -> Release | None:
    """Return the newest (or lowest) release that `specifier` allows; None where there is none."""
    finished = uv.run(
        "pip", "compile", "-",
        "--no-deps", "--format", "pylock.toml", "--no-header", "--no-annotate", "--quiet",
        "--python", sys.executable, "--python-version", ANY_PYTHON, "--python-platform", "linux",
        "--only-binary", ":all:", "--no-python-downloads", "--no-sources",
        "--prerelease", "allow" if prereleases else "if-necessary",
        *(("--resolution", "lowest") if lowest else ()),
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
    """Raise where uv's failure says more than that there is no such release: no index."""
    if uv.no_network(finished) and not offline:
        raise uv.unreachable(finished, f"the releases of {name} cannot be listed", offline=False)
