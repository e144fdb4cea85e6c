"""A head with another release than its base starts from it all the same, and reads again what shows the release."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from docs_matrix.builds.order import Order
from docs_matrix.builds.result import Build
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Recipe
from docs_matrix.errors import MissingInterpreterError

from tests.conftest import NEWEST, ROOT
from tests.support.git import git
from tests.support.machine import lacks

pytestmark = pytest.mark.builds

CONF = """\
import os, subprocess, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
extensions = ["ext"]
release = subprocess.run(["git", "describe", "--tags"], stdout=subprocess.PIPE, check=True).stdout.decode().strip()
"""
EXTENSION = """\
from docutils.parsers.rst import Directive

class Edition(Directive):
    def run(self):
        self.state.document.reporter.warning("edition " + self.state.document.settings.env.config.release, line=self.lineno)
        return []

def setup(app):
    app.add_directive("edition", Edition)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
"""
CLOSURE = (
    "def setup(app):\n    app.connect('source-read', lambda app, name, text: text.append(release) if 0 else None)\n"
)
PAGES = {
    "index": ".. toctree::\n\n   shows\n   warns\n   plain",
    "shows": "|release|",
    "warns": ".. edition::",
    "plain": "*Half",
}


def project(root: Path, conf: str) -> None:
    (root / "docs").mkdir()
    (root / "docs/conf.py").write_text(conf)
    (root / "docs/ext.py").write_text(f"# {uuid.uuid4()}: no store has this\n{EXTENSION}")
    for name, text in PAGES.items():
        (root / f"docs/{name}.rst").write_text(f"{name}\n{'=' * len(name)}\n\n{text}\n")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "base")
    git(root, "tag", "v1.0")


def head(root: Path, store: Path, cell: str, conf: str | None = None) -> Build:
    """The build of a head with a changed document, another tag and another `conf`, from its base's."""
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    try:
        found = bench.provide(next(one for one in bench.matrix.cells if one.name == cell), ()).environment
    except MissingInterpreterError as missing:
        lacks(missing)
    recipe = Recipe("sphinx", "docs", "docs")
    base = Order(found, bench.trees.open(root), recipe, keep=True)
    assert bench.runner.build(base).build.reason is None
    with (root / "docs/index.rst").open("a") as stream:
        stream.write("\nMore.\n")
    if conf:
        (root / "docs/conf.py").write_text(conf)
    git(root, "commit", "-qam", "head")
    git(root, "tag", "v2.0")
    return bench.runner.build(Order(found, bench.trees.open(root), recipe, warm=True)).build


@pytest.mark.parametrize("cell", ["py3.9-docutils0.16-sphinx3.4.3", NEWEST])
def test_what_shows_the_release_is_read_again(tmp_path: Path, store: Path, cell: str) -> None:
    project(tmp_path, CONF)
    build = head(tmp_path, store, cell)
    assert (build.status, build.cold, build.resumed) == ("ok", None, ("index", "shows", "warns"))
    said = sorted((diagnostic.path, diagnostic.message.partition(" ")[0]) for diagnostic in build.diagnostics)
    assert said == [("docs/plain.rst", "Inline"), ("docs/warns.rst", "edition")]
    assert any("edition v2.0" in diagnostic.message for diagnostic in build.diagnostics)


def test_a_function_of_conf_py_that_uses_the_release_has_all_read(tmp_path: Path, store: Path) -> None:
    project(tmp_path, CONF + CLOSURE)
    build = head(tmp_path, store, NEWEST)
    assert (build.status, build.resumed) == ("ok", None)
    assert build.cold == "a function of conf.py uses release, which has another value"


OWN = CONF + "release = 'one'\n"
CHANGES = {
    "a comment": (OWN + "# A comment.\n\n", ("index",)),
    "the text of a release": (CONF + "release = 'two'\n", ("index", "shows", "warns")),
    "another setting": (OWN + "nitpicky = True\n", None),
}


@pytest.mark.parametrize("change", CHANGES)
def test_conf_py_counts_by_its_code_and_the_values_of_its_settings(change: str, tmp_path: Path, store: Path) -> None:
    after, read = CHANGES[change]
    project(tmp_path, OWN)
    build = head(tmp_path, store, NEWEST, after)
    assert (build.status, build.resumed) == ("ok", read)
    assert build.cold == (None if read else "docs/conf.py has changed")
