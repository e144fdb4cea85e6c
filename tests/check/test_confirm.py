"""`check` of patches to documents that leave something behind, or that say something only behind others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import MIDDLE, NEWEST, Answer, Command
from tests.support.git import git
from tests.support.leaking_project import LEAKING

pytestmark = pytest.mark.builds

Write = Callable[[str, Mapping[str, str]], Path]
DEPENDS = "depends on what was read before"
AFRESH = ("--docs", "all", "--repeat", "2")
"""Builds that are repeated are made from nothing: a head that started from its base would read again what differs alone."""


@pytest.fixture
def check(docs_matrix: Command, write: Write) -> Callable[..., Answer]:
    """Check a change of the leaking project, over its whole tree if not told otherwise."""

    def check(changed: Mapping[str, str], *options: str, base: Mapping[str, str] | None = None) -> Answer:
        tree = write("project", {**LEAKING, **(base or {})})
        git(tree, "init", "-q")
        git(tree, "add", ".")
        git(tree, "commit", "-qm", "base")
        write("project", changed)
        return docs_matrix("check", "--tree", tree, "--base", "HEAD", "--cell", MIDDLE, *(options or ("--docs", "all")))

    return check


def test_what_only_the_order_takes_away_is_not_fixed(check: Callable[..., Answer]) -> None:
    answer = check({"d17.rst": "D17\n===\n\nNothing is left here.\n"}, *AFRESH)
    assert (answer.status, answer.places("new"), answer.places("fixed")) == (0, [], [])
    assert answer.places("flaky") == [("d30.rst", 4), ("d31.rst", 4)]
    assert {finding["reason"] for finding in answer.of("flaky")} == {DEPENDS}
    assert f"flaky: d30.rst:4: WARNING: Something is left. (in the one cell; {DEPENDS})" in answer.stdout
    assert "docs-matrix isolate --tree" in answer.stdout


def test_what_only_the_order_brings_is_not_new_and_what_the_change_brings_is(check: Callable[..., Answer]) -> None:
    before = {"d17.rst": "D17\n===\n"}
    answer = check({"d17.rst": "D17\n===\n\n.. leave:: one\n\n`broken\n"}, *AFRESH, base=before)
    assert (answer.status, answer.places("new"), answer.places("fixed")) == (1, [("d17.rst", 6)], [])
    assert answer.places("flaky") == [("d30.rst", 4), ("d31.rst", 4)]


def test_a_head_that_starts_from_its_base_says_nothing_new_and_nothing_fixed_by_the_order(
    check: Callable[..., Answer],
) -> None:
    answer = check({"d17.rst": "D17\n===\n\nNothing is left here.\n"})
    assert (answer.status, answer.places("new"), answer.places("fixed")) == (0, [], [])


@pytest.mark.parametrize("docs", ["all", "affected"])
def test_a_touched_document_that_says_it_behind_others_says_nothing_new(
    check: Callable[..., Answer], docs: str
) -> None:
    answer = check({"d30.rst": "D30\n===\n\nMore text.\n\n.. look:: one\n"}, "--docs", docs)
    assert (answer.status, answer.places("new"), answer.places("fixed")) == (0, [], [])


def test_what_one_document_says_of_another_stays_new(check: Callable[..., Answer]) -> None:
    answer = check({"d35.rst": "D35\n===\n\n.. _twice:\n\nOther\n-----\n"})
    assert (answer.status, [path for path, _ in answer.places("new")], answer.of("flaky")) == (1, ["d35.rst"], [])


def test_a_role_that_another_document_defined_is_missed(check: Callable[..., Answer]) -> None:
    before = {"d17.rst": "D17\n===\n\n.. role:: red\n", "d30.rst": "D30\n===\n\nA :red:`word`.\n"}
    answer = check({"d17.rst": "D17\n===\n"}, base=before)
    assert (answer.status, {path for path, _ in answer.places("new")}) == (1, {"d30.rst"})


def test_what_an_extension_that_cannot_merge_says_of_two_documents_is_new(check: Callable[..., Answer]) -> None:
    extension = (
        "from docutils.parsers.rst import Directive\n"
        "class Card(Directive):\n"
        "    def run(self):\n"
        "        env = self.state.document.settings.env\n"
        "        if getattr(env, 'card', env.docname) != env.docname:\n"
        "            self.state.document.reporter.warning('also in %s' % env.card, line=self.lineno)\n"
        "        env.card = env.docname\n"
        "        return []\n"
        "def setup(app):\n"
        "    app.add_directive('card', Card)\n"
        "    app.connect('env-purge-doc', lambda app, env, name: getattr(env, 'card', None) == name and delattr(env, 'card'))\n"
    )
    before = {
        "conf.py": LEAKING["conf.py"] + "import sys\nsys.path.insert(0, '.')\nextensions = [*extensions, 'cards']\n",
        "cards.py": extension,
        "d17.rst": "D17\n===\n\n.. card::\n",
    }
    answer = check({"d30.rst": "D30\n===\n\n.. card::\n"}, base=before)
    assert (answer.status, answer.places("new"), answer.of("flaky")) == (1, [("d30.rst", 4)], [])


def test_what_is_really_fixed_is_fixed(check: Callable[..., Answer]) -> None:
    answer = check({"d32.rst": "D32\n===\n\nMended.\n"})
    assert (answer.status, answer.places("fixed"), answer.of("flaky")) == (0, [("d32.rst", 4)], [])


def test_a_reader_more_makes_nothing_new(check: Callable[..., Answer]) -> None:
    answer = check({"d33.rst": "D33\n===\n\nMore.\n"}, "--docs", "all", "--readers", "each")
    assert (answer.status, answer.places("known"), answer.of("flaky")) == (0, [("d32.rst", 4)], [])


def test_what_documents_say_that_were_tried_alone_takes_no_other_build(check: Callable[..., Answer]) -> None:
    broken = {name: f"{name}\n===\n\nA *broken\n" for name in ("d12.rst", "d13.rst")}
    answer = check(broken, "--docs", "affected")
    assert (answer.places("new"), answer.of("flaky")) == ([("d12.rst", 4), ("d13.rst", 4)], [])
    assert answer.findings["cells"][MIDDLE]["built"] == 2, "the base and the head"


def test_what_a_file_brings_that_a_document_includes_takes_no_other_build(check: Callable[..., Answer]) -> None:
    before = {"d12.rst": "D12\n===\n\n.. include:: part.txt\n", "part.txt": "Fine.\n"}
    answer = check({"part.txt": "A *broken\n", "d13.rst": "D13\n===\n"}, "--docs", "affected", base=before)
    assert (answer.places("new"), answer.of("flaky")) == ([("part.txt", 1)], [])
    assert answer.findings["cells"][MIDDLE]["built"] == 2, "the base and the head"


def test_of_many_documents_those_are_tried_that_the_change_touches(check: Callable[..., Answer]) -> None:
    before = {f"d{number}.rst": f"D{number}\n===\n\nSee d12.rst.\n" for number in range(14, 39)}
    broken = {name: f"{name}\n===\n\nA *broken\n" for name in ("d12.rst", "d13.rst")}
    answer = check(broken, "--docs", "affected", base=before)
    assert (answer.places("new"), answer.of("flaky")) == ([("d12.rst", 4), ("d13.rst", 4)], [])
    assert answer.findings["cells"][MIDDLE]["built"] == 2, "the base and the head"


def test_what_one_says_that_only_mentions_the_change_is_read_apart(check: Callable[..., Answer]) -> None:
    before = {"d17.rst": "D17\n===\n", "d30.rst": "D30\n===\n\nSee d17.rst.\n\n.. look:: one\n"}
    answer = check({"d17.rst": "D17\n===\n\n.. leave:: one\n"}, "--docs", "affected", base=before)
    assert (answer.places("new"), answer.places("flaky")) == ([], [("d30.rst", 6)])
    assert answer.findings["cells"][MIDDLE]["built"] > 2


def test_a_folder_is_read_in_both_versions(check: Callable[..., Answer]) -> None:
    before = {"sub/a.rst": "A\n=\n\nA *broken\n", "sub/b.rst": "B\n=\n"}
    answer = check({"sub/b.rst": "B\n=\n\n`broken\n"}, "--docs", "sub", base=before)
    assert (answer.places("new"), answer.places("known")) == ([("sub/b.rst", 4)], [("sub/a.rst", 4)])


def test_what_they_do_not_say_alone_is_read_apart(check: Callable[..., Answer]) -> None:
    answer = check(
        {"d17.rst": "D17\n===\n", "d30.rst": "D30\n===\n\nA *broken\n\n.. look:: one\n"}, "--docs", "affected"
    )
    assert (answer.places("new"), answer.places("flaky")) == ([("d30.rst", 4)], [("d30.rst", 4)])
    assert answer.findings["cells"][MIDDLE]["built"] > 2


GENERATED = {
    "docs/conf.py": (
        "import sys, os\nsys.path.insert(0, os.path.abspath('../src'))\n"
        "extensions = ['sphinx.ext.autodoc', 'sphinx.ext.autosummary']\nautosummary_generate = True\n"
    ),
    "docs/index.rst": "Top\n===\n\n.. toctree::\n\n   first\n\n.. autosummary::\n   :toctree: api\n\n   pkg.first\n   pkg.other\n",
    "docs/first.rst": "First\n=====\n",
    "docs/_templates/autosummary/module.rst": "{{ fullname }}\n{{ underline }}\n\n.. automodule:: {{ fullname }}\n   :members:\n",
    "src/pkg/__init__.py": "",
    "src/pkg/first.py": 'def run():\n    """Run."""\n',
    "src/pkg/other.py": 'def count():\n    """Count."""\n',
}


@pytest.mark.parametrize("cell", ["py3.9-docutils0.16-sphinx3.4.3", MIDDLE, NEWEST])
def test_a_mistake_in_a_generated_page_is_new(docs_matrix: Command, write: Write, cell: str) -> None:
    files = {**GENERATED, "docs/conf.py": GENERATED["docs/conf.py"] + "templates_path = ['_templates']\n"}
    tree = write("project", files)
    git(tree, "init", "-q")
    git(tree, "add", ".")
    git(tree, "commit", "-qm", "base")
    write("project", {"src/pkg/other.py": 'def count():\n    """Count.\n\n    It is *quick.\n    """\n'})
    answer = docs_matrix("check", "--tree", tree, "--base", "HEAD", "--docs", "all", "--cell", cell)
    assert (answer.status, answer.of("flaky")) == (1, [])
    assert [finding["path"] for finding in answer.of("new")] == ["src/pkg/other.py"]
