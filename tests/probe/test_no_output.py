"""An html build that renders nothing says what one that renders says."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_matrix.builds.order import Order
from docs_matrix.check.verify import differences
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Recipe
from docs_matrix.errors import MissingInterpreterError

from tests.conftest import MIDDLE, NEWEST, ROOT
from tests.support.machine import lacks

pytestmark = pytest.mark.builds

CONF = """\
html_theme = 'alabaster'
html_static_path = ['nowhere']
html_sidebars = {'*': ['about.html'], 'a*': ['about.html']}
extensions = ['ext', 'sphinx.ext.viewcode']
"""
EXTENSION = """\
from sphinx.util import logging
log = logging.getLogger('ext')

def context(app, page, template, context, doctree):
    if page == 'a':
        log.warning('said when %s is rendered', page, location=page)

def pages(app):
    log.warning('said when pages are collected')
    return []

def setup(app):
    app.connect('html-page-context', context)
    app.connect('html-collect-pages', pages)
"""
DOCUMENTS = {
    "conf.py": CONF,
    "ext.py": EXTENSION,
    "index.rst": "Index\n=====\n\n.. toctree::\n\n   a\n   gone\n",
    "a.rst": (
        "A\n=\n\n.. code-block:: python\n\n   this is ( not python $\n\n.. code-block:: nolexer\n\n   text\n\n"
        ".. index:: triple: one\n\n:ref:`nowhere` and :download:`nothing.txt` and *half\n\n.. math:: \\frac\n"
    ),
}


@pytest.mark.parametrize("cell", ["py3.9-docutils0.16-sphinx3.4.3", MIDDLE, NEWEST])
def test_a_quiet_build_says_what_a_loud_one_says(cell: str, tmp_path: Path, store: Path) -> None:
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    place = tmp_path / "tree"
    place.mkdir()
    for name, text in DOCUMENTS.items():
        (place / name).write_text(
            text.replace("extensions = ['ext'", "import sys\nsys.path.insert(0, '.')\nextensions = ['ext'")
        )
    said = both_ways(bench, cell, place, Recipe("sphinx", ".", "."), ())
    assert any("said when a is rendered" in message for message in said)
    assert any("said when pages are collected" in message for message in said)
    assert len(said) > 6


WANTED = """\
import os

def styled(app, exception):
    with open(os.path.join(str(app.outdir), "_static", "pygments.css"), "a") as stream:
        stream.write("/* mine */")

def setup(app):
    app.connect("build-finished", styled)
    app.connect("build-finished", FINISHED)
"""
PAGE = "lambda app, exception: open(os.path.join(str(app.outdir), 'index.html')).close()"


@pytest.mark.parametrize("finished", ["print", PAGE], ids=["a static file", "a page"])
@pytest.mark.parametrize("cell", ["py3.9-docutils0.16-sphinx3.4.3", NEWEST])
def test_an_extension_has_what_it_wants_of_the_output(cell: str, finished: str, tmp_path: Path, store: Path) -> None:
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    (tmp_path / "conf.py").write_text(WANTED.replace("FINISHED", finished))
    (tmp_path / "index.rst").write_text("Index\n=====\n\n*half\n")
    said = both_ways(bench, cell, tmp_path, Recipe("sphinx", ".", "."), ())
    assert said == ["Inline emphasis start-string without end-string."]


COUNTED = """\
def fails(*arguments):
    raise RuntimeError("always")

def setup(app):
    with open(COUNT, "a") as stream:
        stream.write("x")
    app.connect(EVENT, fails)
"""


@pytest.mark.parametrize(("event", "builds"), [("source-read", "x"), ("build-finished", "xx")])
def test_only_what_is_broken_off_behind_the_reading_is_built_again(
    event: str, builds: str, tmp_path: Path, store: Path
) -> None:
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    count = tmp_path / "count"
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "conf.py").write_text(COUNTED.replace("COUNT", repr(str(count))).replace("EVENT", repr(event)))
    (tree / "index.rst").write_text("Index\n=====\n")
    wanted = next(one for one in bench.matrix.cells if one.name == MIDDLE)
    environment = bench.provide(wanted, ()).environment
    build = bench.runner.build(Order(environment, bench.trees.open(tree), Recipe("sphinx", ".", "."))).build
    assert build.status == "failed"
    assert "always" in str(build.reason)
    assert count.read_text() == builds


def both_ways(bench: Workbench, cell: str, place: Path, recipe: Recipe, requirements: tuple[str, ...]) -> list[str]:
    """The messages of a quiet build and of a loud one, which have to be the same."""
    try:
        wanted = next(one for one in bench.matrix.cells if one.name == cell)
        environment = bench.provide(wanted, requirements).environment
    except MissingInterpreterError as missing:
        lacks(missing)
    tree = bench.trees.open(place)
    quiet = bench.runner.build(Order(environment, tree, recipe)).build
    loud = bench.runner.build(Order(environment, tree, recipe, loud=True)).build
    assert (quiet.status, loud.status) == ("ok", "ok"), (quiet.reason, loud.reason)
    assert [str(item) for item in differences(quiet.diagnostics, loud.diagnostics)] == []
    return [diagnostic.message for diagnostic in quiet.diagnostics]
