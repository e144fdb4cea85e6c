"""Inventories of other projects, which `sphinx.ext.intersphinx` reads: fetched once for all builds, and kept by content.

A build has no network. It records the addresses that it wants. They are fetched here, and the build gets the inventories as files.
An inventory that is older than `FRESH` is fetched again; if that fails, the old one is used. Within one process an address has one
answer, so base and head get the same.

`<store>/inventories/` has `<digest>.inv`, the content; `<digest of the address>.json`, the result of the last fetch; and
`<key>.wanted.json`, the addresses that a build wants.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import shutil
import threading
import time
import urllib.request
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docs_matrix import files, json_values
from docs_matrix.store import room

__all__ = ["PRIVATE", "Given", "Inventories", "put"]

FRESH = 7 * 24 * 3600.0
"""The age in seconds after which an inventory is fetched again."""
PATIENCE = 10.0
"""The seconds to wait for each part of an answer."""
LONGEST = 30.0
"""The seconds that one fetch may take."""
LARGEST = 32 << 20
"""The most bytes of an inventory."""
MOST = 100
"""The most addresses of one build."""
PRIVATE = "DOCS_MATRIX_PRIVATE_INVENTORIES"
"""The variable that allows addresses in private networks and of this machine, if it is set."""
HEADERS = {"User-Agent": "Mozilla/5.0 (docs-matrix, for Sphinx)", "Accept": "*/*"}


@dataclass(frozen=True)
class Given:
    """The inventory that a build gets for an address: its digest and its final address; `digest` is None if there is none."""

    url: str
    digest: str | None = None
    final: str = ""


@dataclass(frozen=True)
class _Fetched:
    digest: str
    final: str
    at: float


@dataclass(frozen=True)
class _Wanted:
    urls: tuple[str, ...]


class Inventories:
    """The inventories in the store `folder`; safe to use from several threads."""

    def __init__(self, folder: Path, *, offline: bool = False) -> None:
        """`offline` forbids fetching."""
        self._folder = folder
        self._offline = offline
        self._lock = threading.Lock()
        self._answers: dict[str, Future[Given]] = {}

    def wanted(self, *keys: str) -> tuple[str, ...] | None:
        """Return the addresses that the first known build of `keys` wants; None if none of them is known."""
        for key in keys:
            found = json_values.read_or_none(self._folder / "inventories" / f"{key}.wanted.json", _Wanted)
            if found is not None:
                return found.urls
        return None

    def note(self, key: str, urls: Iterable[str]) -> None:
        """Note the addresses that the build `key` wants."""
        place = room(self._folder, "inventories")
        json_values.write(place / f"{key}.wanted.json", _Wanted(tuple(sorted(set(urls)))[:MOST]))

    def given(self, urls: Iterable[str]) -> tuple[Given, ...]:
        """Return the inventories that builds get for `urls`; fetches them if necessary."""
        with ThreadPoolExecutor(8) as pool:
            return tuple(pool.map(self._answer, sorted(set(urls))))

    def _answer(self, url: str) -> Given:
        with self._lock:
            future = self._answers.get(url)
            mine = future is None
            if future is None:
                future = self._answers[url] = Future()
        if mine:
            try:
                future.set_result(self._kept_or_fetched(url))
            except BaseException as error:
                future.set_exception(error)
        return future.result()

    def _kept_or_fetched(self, url: str) -> Given:
        note = self._folder / "inventories" / f"{files.digest(url)[:32]}.json"
        last = json_values.read_or_none(note, _Fetched)
        if last is not None and not (self._folder / "inventories" / f"{last.digest}.inv").is_file():
            last = None
        if last is None or (time.time() - last.at > FRESH and not self._offline):
            fetched = None if self._offline else _fetch(url)
            if fetched is not None:
                content, final = fetched
                last = _Fetched(files.digest(content)[:32], final, time.time())
                files.write_whole(room(self._folder, "inventories") / f"{last.digest}.inv", content)
                json_values.write(note, last)
        return Given(url, last.digest, last.final) if last else Given(url)


def put(given: Iterable[Given], store: Path, folder: Path) -> dict[str, tuple[str, str] | None]:
    """Copy inventories from `store` into `folder`, and return what the probe wants to know of them.

    For each address this is the file and the final address, or None if it has no inventory.
    """
    placed: dict[str, tuple[str, str] | None] = {}
    for one in given:
        placed[one.url] = None
        if one.digest is not None:
            folder.mkdir(exist_ok=True)
            shutil.copyfile(store / "inventories" / f"{one.digest}.inv", folder / one.digest)
            placed[one.url] = str(folder / one.digest), one.final
    return placed


# ---- the network


class _PrivateAddressError(OSError):
    """The address is one of a private network, or of this machine."""


def _check(connection: http.client.HTTPConnection) -> None:
    address = ipaddress.ip_address(connection.sock.getpeername()[0].partition("%")[0])
    if not (address.is_global or os.environ.get(PRIVATE)):
        connection.close()
        raise _PrivateAddressError(address)


class _Http(http.client.HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _check(self)


class _Https(http.client.HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _check(self)


class _HttpHandler(urllib.request.HTTPHandler):
    def http_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(http.client.HTTPConnection if _by_proxy(request) else _Http, request)


class _HttpsHandler(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(http.client.HTTPSConnection if _by_proxy(request) else _Https, request)


def _by_proxy(request: urllib.request.Request) -> bool:
    """Return whether the request goes to the user's proxy, which decides itself which addresses it allows."""
    return request.has_proxy() or bool(getattr(request, "_tunnel_host", None))


def _fetch(url: str) -> tuple[bytes, str] | None:
    """Return the inventory at `url` and its final address; None if it cannot be fetched, for whatever reason."""
    if not url.startswith(("http://", "https://")):
        return None
    # Only http and https: the default opener would also open files and FTP.
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        _HttpHandler(),
        _HttpsHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    request = urllib.request.Request(url, headers=HEADERS)  # noqa: S310 (http alone, see above)
    end = time.monotonic() + LONGEST
    content = b""
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            while block := answer.read1(1 << 16):
                content += block
                if len(content) > LARGEST or time.monotonic() > end:
                    return None
            return (content, answer.url) if content.startswith(b"# Sphinx inventory version ") else None
    except (OSError, ValueError, http.client.HTTPException):
        return None
