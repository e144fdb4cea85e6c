"""What a change can affect, as a build shows that one cell keeps: it serves the question in every cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest
from docs_matrix.builds.order import Order
from docs_matrix.check import build_index
from docs_matrix.check.read_set import ReadSet, choose
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Recipe
from docs_matrix.diagnostics.notes import Note
from docs_matrix.trees import Tree

from tests.conftest import MIDDLE, ROOT

pytestmark = pytest.mark.builds

RECIPE = Recipe("sphinx", "docs", "docs")
EXTENSION = """
import os
from docutils.parsers.rst import Directive

class Every(Directive):
    required_arguments = 1

    def run(self):
        folder = os.path.join(self.state.document.settings.env.srcdir, self.arguments[0])
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name)) as file:
                file.read()
        return []

class One(Directive):
    required_arguments = 1

    def run(self):
        with open(os.path.join(self.state.document.settings.env.srcdir, self.arguments[0])) as file:
            file.read()
        return []

def setup(app):
    app.add_directive("every", Every)
    app.add_directive("one", One)
    return {"parallel_read_safe": True}
"""


def page(text: str = "Text.") -> str:
    return f"A page\n======\n\n{text}\n"


FILES = {
    "docs/conf.py": "import os, sys\nsys.path.insert(0, os.path.abspath('.'))\nextensions = ['ext', 'sphinx.ext.autodoc']\n",
    "docs/ext.py": EXTENSION,
    "docs/index.rst": page(".. toctree::\n   :glob:\n\n   parts/*\n   sure/one"),
    "docs/parts/folder.rst": page(".. every:: ../rules"),
    "docs/parts/people.rst": page(".. one:: ../PEOPLE"),
    "docs/parts/mentions.rst": page("PEOPLE, and include PEOPLE, and rules/first."),
    "docs/parts/comment.rst": page(".. See PEOPLE."),
    "docs/parts/there.rst": ".. _a place:\n\n" + page(".. py:function:: pack.run()"),
    "docs/parts/refers.rst": page("See :ref:`a place` and :doc:`/sure/one`."),
    "docs/parts/module.rst": page(".. automodule:: things\n   :members:"),
    "docs/parts/incomplete.rst": page(".. image:: /missing.png"),
    "docs/sure/one.rst": page(),
    "docs/things.py": 'def thing():\n    """Return it."""\n',
    "PEOPLE": "Somebody\n",
    "rules/first": "first\n",
    "other/file.c": "int x;\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


@pytest.fixture(scope="module")
def bench(folder: Path, store: Path) -> Workbench:
    """A workbench whose store has a build of FILES in one cell of eight."""
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    cell = next(cell for cell in bench.matrix.cells if cell.name == MIDDLE)
    order = Order(bench.provide(cell, ()).environment, tree(bench, folder, FILES), RECIPE, keep=True, warm=True)
    build = bench.runner.build(order).build
    assert build.status == "ok", build.reason
    return bench


@pytest.fixture
def affected(bench: Workbench, folder: Path) -> Callable[..., ReadSet]:
    """What is read for a change of the base `FILES`, or of a base with `before` that no cell has built."""

    def affected(changed: Mapping[str, str | None], before: Mapping[str, str | None] | None = None) -> ReadSet:
        files = {**FILES, **(before or {})}
        base, head = tree(bench, folder, files), tree(bench, folder, {**files, **changed})
        near = partial(build_index.near, recipe=RECIPE, bench=bench)
        return choose(("affected",), base, head, RECIPE, bench.trees, near)

    return affected


def tree(bench: Workbench, folder: Path, files: Mapping[str, str | None]) -> Tree:
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        path.unlink()
    for name, text in files.items():
        if text is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
    return bench.trees.open(folder)


@pytest.mark.parametrize(
    ("changed", "read"),
    [
        pytest.param({"PEOPLE": "Somebody else\n"}, {"people"}, id="a file that many texts mention and one document reads"),
        pytest.param({"rules/second": "second\n"}, {"folder"}, id="a file that comes into a folder that a document lists"),
        pytest.param({"rules/first": "other\n"}, {"folder"}, id="a file that a document reads and none names"),
        pytest.param({"other/file.c": "int y;\n"}, set(), id="a file that no document has read"),
        pytest.param({"docs/parts/comment.rst": page("New.")}, {"comment"}, id="a document alone"),
        pytest.param({"docs/parts/there.rst": page()}, {"there", "refers"}, id="a label that goes"),
        pytest.param({"docs/parts/comment.rst": page(":ref:`a place`")}, {"comment", "there"}, id="what defines a target"),
        pytest.param({"docs/parts/comment.rst": page(":func:`run`")}, {"comment", "there"}, id="what defines an object"),
        pytest.param({"docs/things.py": 'def thing():\n    """Say it."""\n'}, {"module"}, id="a module that is described"),
        pytest.param({"docs/parts/new.rst": page()}, {"new", "index"}, id="a document that comes where a pattern is"),
        pytest.param({"docs/sure/one.rst": None}, {"index", "refers"}, id="a document that goes"),
        pytest.param({"docs/missing.png": "text"}, {"incomplete"}, id="a file that a message says is missing"),
    ],
)  # fmt: skip
def test_the_documents_are_read_that_looked_at_what_changed(
    affected: Callable[..., ReadSet], changed: Mapping[str, str | None], read: set[str]
) -> None:
    found = affected(changed)
    assert {Path(name).stem for name in (("all",) if found.head is None else found.head)} - {"one"} == read
    assert found.notes == (Note("read meant"),)


def test_a_changed_extension_means_all_documents(affected: Callable[..., ReadSet]) -> None:
    found = affected({"docs/ext.py": EXTENSION + "\n"})
    assert (found.head, found.notes) == (None, (Note("read all", ("touches", "docs/ext.py")),))


def test_of_files_that_the_build_saw_otherwise_the_text_tells(affected: Callable[..., ReadSet]) -> None:
    before = {"docs/parts/comment.rst": page("See :ref:`a place`."), "docs/parts/mentions.rst": page("Other.")}
    found = affected({"docs/parts/there.rst": page()}, before)
    assert {Path(name).stem for name in found.head or ()} == {"there", "refers", "comment"}
