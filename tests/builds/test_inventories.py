"""Inventories of other projects, from a host of our own: fetched once, kept by content, given to builds."""

from __future__ import annotations

import contextlib
import threading
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from docs_matrix.builds import inventories
from docs_matrix.builds.inventories import PRIVATE, Given, Inventories
from docs_matrix.builds.order import Order
from docs_matrix.builds.result import Build
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Recipe

from tests.conftest import MIDDLE, NEWEST, ROOT, Answer, Command
from tests.probe.test_no_output import environment_of
from tests.support.git import git

CELLS = ["py3.9-docutils0.16-sphinx3.4.3", MIDDLE, NEWEST]
HEAD = b"# Sphinx inventory version 2\n# Project: other\n# Version: 1\n# The remainder of this file is compressed using zlib.\n"


def inventory(*names: str) -> bytes:
    """The inventory of a project that has functions with these names."""
    return HEAD + zlib.compress("".join(f"other.{name} py:function 1 api.html#$ -\n" for name in names).encode())


class Host:
    """A host in a thread that answers with `content` to every path, and counts what it was asked."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.asked = 0
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked += 1
                if self.path == "/moved":
                    self.send_response(302)
                    self.send_header("Location", "/objects.inv")
                    self.end_headers()
                    return
                self.send_response(200)
                self.end_headers()
                self.wfile.write(host.content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """A host with an inventory, which may be asked although it is this machine."""
    monkeypatch.setenv(PRIVATE, "1")
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    host = Host(inventory("run"))
    yield host
    with contextlib.suppress(OSError):
        host.stop()


def test_an_inventory_is_fetched_once_and_kept(host: Host, tmp_path: Path) -> None:
    url = f"{host.address}/moved"
    [first] = Inventories(tmp_path / "store").given([url])
    assert (first.url, first.final) == (url, f"{host.address}/objects.inv")
    assert first.digest is not None
    host.stop()
    assert Inventories(tmp_path / "store").given([url]) == (first,)
    placed = inventories.put([first, Given("http://nowhere/")], tmp_path / "store", tmp_path / "here")
    assert placed == {url: (str(tmp_path / "here" / first.digest), first.final), "http://nowhere/": None}
    assert (tmp_path / "here" / first.digest).read_bytes() == host.content


def test_one_that_is_old_is_fetched_again_and_used_if_that_fails(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = [f"{host.address}/objects.inv"]
    [first] = Inventories(tmp_path / "store").given(urls)
    host.content = inventory("run", "walk")
    assert Inventories(tmp_path / "store").given(urls) == (first,)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + inventories.FRESH + 1)
    assert Inventories(tmp_path / "store", offline=True).given(urls) == (first,)
    [second] = Inventories(tmp_path / "store").given(urls)
    assert second.digest != first.digest
    monkeypatch.setattr(time, "time", lambda: now + 2 * inventories.FRESH + 2)
    host.stop()
    assert Inventories(tmp_path / "store").given(urls) == (second,)


def test_what_cannot_be_had_is_tried_once_in_a_process_and_again_in_the_next(host: Host, tmp_path: Path) -> None:
    url = f"{host.address}/objects.inv"
    host.content = b"<html>Log in to this network"
    here = Inventories(tmp_path / "store")
    assert here.given([url]) == here.given([url]) == (Given(url),)
    assert host.asked == 1
    host.content = inventory("run")
    assert here.given([url]) == (Given(url),)
    assert Inventories(tmp_path / "store").given([url]) != (Given(url),)


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/objects.inv", "file:///etc/hostname", "http://", "http://127.0.0.1:1/"]
)
def test_no_other_address_is_asked(url: str, host: Host, tmp_path: Path) -> None:
    assert Inventories(tmp_path / "store").given([url]) == (Given(url),)


def test_a_private_address_is_not_asked_unless_it_is_allowed(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PRIVATE)
    url = f"{host.address}/objects.inv"
    assert Inventories(tmp_path / "store").given([url]) == (Given(url),)
    assert host.asked == 0


def test_what_is_too_large_is_not_taken(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventories, "LARGEST", 10)
    url = f"{host.address}/objects.inv"
    assert Inventories(tmp_path / "store").given([url]) == (Given(url),)


CONF = """\
extensions = ["sphinx.ext.intersphinx"]
intersphinx_mapping = {"other": ("%s/", None), "mine": ("https://example.org/", "mine.inv")}
nitpicky = True
"""
INDEX = "Index\n=====\n\n:py:func:`other.run` and :py:func:`mine.run`.\n"


def project(folder: Path, address: str) -> Path:
    """A project with references into another one at `address`, and into one whose inventory is a file of the project."""
    folder.mkdir()
    (folder / "conf.py").write_text(CONF % address)
    (folder / "index.rst").write_text(INDEX)
    (folder / "mine.inv").write_bytes(HEAD + zlib.compress(b"mine.run py:function 1 api.html#$ -\n"))
    return folder


@pytest.mark.builds
@pytest.mark.parametrize("cell", CELLS)
def test_what_hangs_on_an_inventory_that_cannot_be_had_is_of_the_network(
    cell: str, host: Host, tmp_path: Path, store: Path
) -> None:
    place = project(tmp_path / "tree", host.address)

    def build() -> Build:
        bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)  # as another process
        order = Order(environment_of(bench, cell), bench.trees.open(place), Recipe("sphinx", ".", "."))
        return bench.runner.build(order).build

    host.content = b"out of order"
    down = build()
    assert (down.status, len(down.diagnostics)) == ("ok", 2), down.reason
    assert [str(diagnostic) for diagnostic in down.diagnostics if not diagnostic.of_network] == []
    host.content = inventory("run")
    up = build()
    assert (up.status, up.diagnostics) == ("ok", ())
    host.stop()
    assert build() == up


@pytest.mark.builds
def test_an_outage_is_neither_new_nor_fixed_nor_accepted(host: Host, tmp_path: Path, docs_matrix: Command) -> None:
    place = project(tmp_path / "tree", host.address)
    git(place, "init", "-q")
    git(place, "add", ".")
    git(place, "commit", "-qm", "base")
    (place / "index.rst").write_text(INDEX + "\nMore, and *half.\n")

    def check(*options: str) -> Answer:
        return docs_matrix("check", "--tree", place, "--base", "HEAD", "--cell", NEWEST, "--docs", "all", *options)

    host.content = b"out of order"
    answer = check()
    assert (answer.status, answer.places("new")) == (1, [("index.rst", 6)])
    assert len(answer.of("environment")) == 2
    accepted = tmp_path / "accepted.yaml"
    assert docs_matrix("baseline", "write", "--tree", place, "--baseline", accepted, "--cell", NEWEST).status == 0
    assert "half" not in accepted.read_text() or "could not be fetched" not in accepted.read_text()
    host.content = inventory("run")
    answer = check()
    assert (answer.status, answer.places("new"), answer.of("environment")) == (1, [("index.rst", 6)], [])
