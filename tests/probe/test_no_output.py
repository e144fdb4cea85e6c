"""A build that throws its pages away says what `sphinx-build` says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from docs_matrix.builds.order import Order
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Recipe
from docs_matrix.confinement.confinement import choose
from docs_matrix.errors import MissingInterpreterError
from docs_matrix.probe.no_output import FEW
from docs_matrix.toolchains.environments import Environment

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


CELLS = ["py3.9-docutils0.16-sphinx3.4.3", MIDDLE, NEWEST]
MANY = {f"many/{number}.rst": f":orphan:\n\nM{number}\n=====\n" for number in range(FEW)}
"""With these a project has so many documents that its pages are thrown away."""


def written(place: Path, files: Mapping[str, str]) -> Path:
    """The folder `place` with these files."""
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    return place


@pytest.mark.parametrize("more", [{}, MANY], ids=["few", "many"])
@pytest.mark.parametrize("cell", CELLS)
def test_it_says_what_sphinx_build_says(cell: str, more: Mapping[str, str], tmp_path: Path, store: Path) -> None:
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    place = written(tmp_path / "tree", more)
    place.mkdir(exist_ok=True)
    for name, text in DOCUMENTS.items():
        (place / name).write_text(
            text.replace("extensions = ['ext'", "import sys\nsys.path.insert(0, '.')\nextensions = ['ext'")
        )
    said = both_ways(bench, cell, place, Recipe("sphinx", ".", "."), ())
    assert any("said when a is rendered" in message for message in said)
    assert any("said when pages are collected" in message for message in said)
    assert len(said) > 6


SPEAKING = {
    "conf.py": (
        "html_theme = 'alabaster'\ntemplates_path = ['_templates']\nhtml_context = {'call': lambda: 1}\n"
        "html_additional_pages = {'more': 'more.html'}\n"
    ),
    "_templates/more.html": "{{ warn }}",
    "data/file.txt": "text\n",
    "picture.png/file.txt": "text\n",
    "index.rst": "Index\n=====\n\n.. toctree::\n\n   a\n   untitled\n\n:download:`data`\n\n.. image:: picture.png\n",
    "a.rst": "A\n=\n\n.. toctree::\n\n   below\n",
    "below.rst": "Below\n=====\n\n.. toctree::\n\n   empty\n",
    "empty.rst": "Text.\n",
    "untitled.rst": "Text.\n",
}


@pytest.mark.parametrize("more", [{}, MANY], ids=["few", "many"])
@pytest.mark.parametrize("cell", CELLS)
def test_what_copying_and_rendering_say_is_heard_as_often(
    cell: str, more: Mapping[str, str], tmp_path: Path, store: Path
) -> None:
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    said = both_ways(bench, cell, written(tmp_path, {**SPEAKING, **more}), Recipe("sphinx", ".", "."), ())
    assert any(message.startswith("cannot copy downloadable file") for message in said)
    assert any(message.startswith("cannot copy image file") for message in said)
    assert len([message for message in said if "doesn't have a title" in message]) > 2
    assert any("unpickleable" in message for message in said) == (cell == NEWEST)


@pytest.mark.parametrize("more", [{}, MANY], ids=["few", "many"])
@pytest.mark.parametrize("page", ["page.html", "genindex.html", "search.html", "more.html"])
def test_a_template_that_cannot_be_rendered_fails_the_build(
    page: str, more: Mapping[str, str], tmp_path: Path, store: Path
) -> None:
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    files = {**SPEAKING, f"_templates/{page}": "{{ nothing.there }}", **more}
    build = bench.runner.build(
        Order(environment_of(bench, NEWEST), bench.trees.open(written(tmp_path, files)), Recipe("sphinx", ".", "."))
    ).build
    assert build.status == "failed"
    assert "'nothing' is undefined" in str(build.reason)


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
    conf = WANTED.replace("FINISHED", finished)
    written(tmp_path, {"conf.py": conf, "index.rst": "Index\n=====\n\n*half\n", **MANY})
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
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store, confinement=choose("none"))  # it counts outside
    count = tmp_path / "count"
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "conf.py").write_text(COUNTED.replace("COUNT", repr(str(count))).replace("EVENT", repr(event)))
    written(tree, {"index.rst": "Index\n=====\n", **MANY})
    environment = environment_of(bench, MIDDLE)
    build = bench.runner.build(Order(environment, bench.trees.open(tree), Recipe("sphinx", ".", "."))).build
    assert build.status == "failed"
    assert "always" in str(build.reason)
    assert count.read_text() == builds


@pytest.mark.parametrize("cell", CELLS)
def test_a_build_of_many_documents_is_made_once(cell: str, tmp_path: Path, store: Path) -> None:
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store, confinement=choose("none"))  # it counts outside
    count = tmp_path / "count"
    conf = f"with open({str(count)!r}, 'a') as stream:\n    stream.write('x')\n"
    tree = written(tmp_path / "tree", {"conf.py": conf, "index.rst": "Index\n=====\n", **MANY})
    order = Order(environment_of(bench, cell), bench.trees.open(tree), Recipe("sphinx", ".", "."))
    build = bench.runner.build(order).build
    assert (build.status, build.reason) == ("ok", None)
    assert count.read_text() == "x"


def environment_of(bench: Workbench, cell: str, requirements: tuple[str, ...] = ()) -> Environment:
    """The environment of `cell`; skips if it has no interpreter."""
    try:
        wanted = next(one for one in bench.matrix.cells if one.name == cell)
        return bench.provide(wanted, requirements).environment
    except MissingInterpreterError as missing:
        lacks(missing)


def both_ways(bench: Workbench, cell: str, place: Path, recipe: Recipe, requirements: tuple[str, ...]) -> list[str]:
    """The messages of a build with shortcuts and of a plain one, which have to be the same."""
    environment = environment_of(bench, cell, requirements)
    tree = bench.trees.open(place)
    quiet = bench.runner.build(Order(environment, tree, recipe)).build
    plain = bench.runner.build(Order(environment, tree, recipe, plain=True)).build
    assert (quiet.status, plain.status) == ("ok", "ok"), (quiet.reason, plain.reason)
    assert sorted(map(str, quiet.diagnostics)) == sorted(map(str, plain.diagnostics))
    return [diagnostic.message for diagnostic in quiet.diagnostics]
