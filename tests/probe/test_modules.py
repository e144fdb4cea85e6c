"""A changed module of the project means the documents that describe it; one that an extension uses means all."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from docs_matrix.builds.order import Order
from docs_matrix.builds.result import Build
from docs_matrix.check.verify import differences
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Recipe
from docs_matrix.errors import MissingInterpreterError

from tests.conftest import NEWEST, ROOT
from tests.support.machine import lacks

pytestmark = pytest.mark.builds

OLD = "py3.9-docutils0.16-sphinx3.4.3"
CONF = """\
import os, sys
sys.path[:0] = [os.path.abspath("../src"), os.path.abspath("ext")]
import pkg
release = pkg.VERSION
extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "own"]
autosummary_generate = True
"""
FILES = {
    "docs/conf.py": CONF,
    "docs/ext/own.py": "def setup(app):\n    from helper import connect\n    connect(app)\n",
    "docs/ext/helper.py": "def connect(app):\n    pass\n",
    "docs/index.rst": "Top\n===\n\n.. toctree::\n\n   one\n   two\n   table\n   prose\n",
    "docs/one.rst": "One\n===\n\n.. automodule:: pkg.one\n   :members:\n",
    "docs/two.rst": "Two\n===\n\n.. automodule:: pkg.two\n   :members:\n   :inherited-members:\n",
    "docs/table.rst": "Table\n=====\n\n.. autosummary::\n   :toctree: made\n\n   pkg.three.third\n",
    "docs/prose.rst": "Text\n====\n\nAn *open one.\n",
    "src/pkg/__init__.py": '"""All."""\nVERSION = "1"\nfrom pkg import one, two, three\n',
    "src/pkg/one.py": '"""The first."""\nclass Base:\n    """A base."""\n    def method(self):\n        """Do it."""\n',
    "src/pkg/two.py": (
        '"""The second."""\nfrom pkg import one, text\n\nclass Derived(one.Base):\n    """A derived one."""\n\n'
        "def composed():\n    pass\n\ncomposed.__doc__ = text.DOC\n"
        "def make(name):\n    def function():\n        pass\n    function.__doc__ = f'Be *{name}.'\n    return function\n\n"
        "for name in text.NAMES:\n    globals()[name] = make(name)\n"
    ),
    "src/pkg/three.py": '"""The third."""\ndef third():\n    """Be the third, *open here."""\n',
    "src/pkg/text.py": 'DOC = "Composed text."\nNAMES = ["made"]\n',
}

Rebuild = Callable[..., Build]


@pytest.fixture(params=[NEWEST, OLD])
def rebuild(request: pytest.FixtureRequest, tmp_path: Path, store: Path) -> Rebuild:
    """Build the project, then with changed files from what is kept and from nothing, which must say the same."""
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    try:
        environment = bench.provide(
            next(one for one in bench.matrix.cells if one.name == request.param), ()
        ).environment
    except MissingInterpreterError as missing:
        lacks(missing)

    def build(changed: Mapping[str, str], *, warm: bool = True) -> Build:
        for name, text in changed.items():
            (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "tree" / name).write_text(text)
        tree = bench.trees.open(tmp_path / "tree")
        return bench.runner.build(
            Order(environment, tree, Recipe("sphinx", "docs", "docs"), keep=warm, warm=warm)
        ).build

    def rebuild(*changes: Mapping[str, str]) -> Build:
        assert build({**FILES, "docs/prose.rst": f"{FILES['docs/prose.rst']}\n{uuid.uuid4()}\n"}).resumed is None
        for changed in changes:
            warm = build(changed)
        whole = build({}, warm=False)
        assert whole.resumed is None
        assert [str(item) for item in differences(warm.diagnostics, whole.diagnostics)] == []
        assert set(warm.read) == set(whole.read)
        return warm

    return rebuild


def worse(path: str, old: str) -> Mapping[str, str]:
    return {path: FILES[path].replace(old, f"{old} An `open")}


def test_a_docstring_means_the_documents_that_describe_it(rebuild: Rebuild) -> None:
    three = rebuild(worse("src/pkg/three.py", "Be the third"))
    assert three.resumed is not None, three.cold
    assert {"made/pkg.three.third", "table"} <= set(three.resumed)
    assert not {"one", "two", "prose"} & set(three.resumed)


def test_in_a_chain_too_and_with_what_is_inherited_or_composed(rebuild: Rebuild) -> None:
    last = rebuild(
        worse("src/pkg/three.py", "Be the third"),
        worse("src/pkg/one.py", "Do it."),
        worse("src/pkg/text.py", "Composed text."),
    )
    assert last.resumed is not None, last.cold
    assert "two" in last.resumed
    assert not {"one", "prose", "table"} & set(last.resumed)
    assert sum("nline interpreted text" in one.message for one in last.diagnostics) >= 4


def test_a_name_that_another_module_makes_means_the_documents_that_describe_where_it_is(rebuild: Rebuild) -> None:
    more = rebuild({"src/pkg/text.py": FILES["src/pkg/text.py"].replace('["made"]', '["made", "more"]')})
    assert more.resumed is not None, more.cold
    assert "two" in more.resumed
    assert sum("nline emphasis" in one.message for one in more.diagnostics if one.document == "two") == 2


def test_what_an_extension_imports_means_all_documents(rebuild: Rebuild) -> None:
    helper = rebuild({"docs/ext/helper.py": "def connect(app):\n    app.config\n"})
    assert (helper.resumed, helper.cold) == (None, "docs/ext/helper.py has changed")


def test_source_that_is_asked_for_without_a_module_ends_no_build(rebuild: Rebuild) -> None:
    ask = "from sphinx.pycode import ModuleAnalyzer\ndef ask(app):\n    try:\n        ModuleAnalyzer.for_module(None)\n"
    ask += "    except Exception:\n        pass\ndef connect(app):\n    app.connect('builder-inited', ask)\n"
    assert rebuild({"docs/ext/helper.py": ask}).status == "ok"
