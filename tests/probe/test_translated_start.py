"""A head of a translated project starts from its base: Sphinx compiles the catalogs in each build, and they are no change."""

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
from tests.support.machine import lacks

pytestmark = pytest.mark.builds

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
PO = HEAD + 'msgid "One text."\nmsgstr "Ein Text."\n'
FILES = {
    "conf.py": "language = 'de'\nlocale_dirs = ['locale']\ngettext_compact = False\n",
    "index.rst": "Top\n===\n\n.. toctree::\n\n   one\n   two\n   both/a\n   both/b\n",
    "one.rst": "One\n===\n\nOne text.\n",
    "two.rst": "Two\n===\n\nTwo.\n",
    "both/a.rst": "A\n=\n\nOne text.\n",
    "both/b.rst": "B\n=\n\nOne text.\n",
    "locale/de/LC_MESSAGES/one.po": PO,
}


def head(folder: Path, store: Path, cell: str, name: str, text: str) -> Build:
    """Build FILES, then FILES with another `text` of the file `name`, which starts from it."""
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    for path, content in {**FILES, "unique.txt": str(uuid.uuid4())}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    try:
        environment = bench.provide(next(one for one in bench.matrix.cells if one.name == cell), ()).environment
    except MissingInterpreterError as missing:
        lacks(missing)
    recipe = Recipe("sphinx", ".", ".")
    base = bench.runner.build(Order(environment, bench.trees.open(folder), recipe, keep=True)).build
    assert base.status == "ok", base.reason
    (folder / name).write_text(text)
    return bench.runner.build(Order(environment, bench.trees.open(folder), recipe, warm=True)).build


@pytest.mark.parametrize("cell", ["py3.9-docutils0.16-sphinx3.4.3", NEWEST])
def test_a_changed_document_alone_is_read_again(cell: str, tmp_path: Path, store: Path) -> None:
    build = head(tmp_path, store, cell, "two.rst", FILES["two.rst"] + "\nMore *text.\n")
    assert (build.cold, build.resumed) == (None, ("two",))
    assert [said.path for said in build.diagnostics] == ["two.rst"]


@pytest.mark.parametrize(
    ("compact", "document", "read"),
    [("False", "one", ("one",)), ("True", "one", ("one",)), ("True", "both", ("both/a", "both/b"))],
)
def test_a_changed_translation_means_the_documents_that_show_it(
    compact: str, document: str, read: tuple[str, ...], tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = f"locale/de/LC_MESSAGES/{document}.po"
    monkeypatch.setitem(FILES, "conf.py", FILES["conf.py"].replace("False", compact))
    monkeypatch.setitem(FILES, catalog, PO)
    build = head(tmp_path, store, NEWEST, catalog, PO.replace("Ein Text", "Ein *Text"))
    assert (build.cold, build.resumed) == (None, read)
    assert {(said.path, said.line) for said in build.diagnostics} == {(f"{name}.rst", 4) for name in read}
