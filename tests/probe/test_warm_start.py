"""A head that starts from its base's build says what one from nothing says: in an old, a middle and the newest cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from docs_matrix.builds.order import Order
from docs_matrix.builds.result import Build
from docs_matrix.check.verify import differences
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Recipe
from docs_matrix.errors import MissingInterpreterError

from tests.conftest import MIDDLE, NEWEST, ROOT
from tests.support.machine import lacks

pytestmark = pytest.mark.builds

CELLS = ("py3.9-docutils0.16-sphinx3.4.3", MIDDLE, NEWEST)
CONF = "import sys\nsys.path.insert(0, '.')\nextensions = ['ext']\nhtml_theme = 'basic'\n"
CONF += "templates_path = ['_templates']\nhtml_additional_pages = {'more': 'more.html'}\n"
CONF += "html_logo = html_favicon = 'logo.svg'  # the second copy looks at the first\n"
EXTENSION = """\
import os, subprocess, sys
from docutils import nodes
from docutils.parsers.rst import Directive

class Count(Directive):
    required_arguments = 1
    def run(self):
        folder = os.path.join(self.state.document.settings.env.srcdir, self.arguments[0])
        for name in sorted(os.listdir(folder)):
            if not open(os.path.join(folder, name)).read().strip():
                self.state.document.reporter.warning('%s is empty' % name, line=self.lineno)
        return []

class Shout(Directive):
    required_arguments = 1
    def run(self):
        sys.stderr.write('%s:1: warning: shouted\\n' % self.arguments[0])
        return []

class Ask(Directive):
    required_arguments = 1
    def run(self):
        folder = os.path.join(self.state.document.settings.env.srcdir, self.arguments[0])
        said = subprocess.run(['find', folder, '-name', '*.bad'], stdout=subprocess.PIPE).stdout.decode()
        for name in sorted(said.split()):
            self.state.document.reporter.warning('bad: %s' % os.path.basename(name), line=self.lineno)
        return []

class Tell(Directive):
    seen = set()
    required_arguments = 1
    def run(self):
        env = self.state.document.settings.env
        path = os.path.join(env.srcdir, self.arguments[0])
        env.note_dependency(path)
        if path not in self.seen:
            self.seen.add(path)
            from sphinx.util import logging
            for number, line in enumerate(open(path).read().splitlines(), 1):
                if 'bad' in line:
                    logging.getLogger('ext').warning(line, location='%s:%d' % (path, number))
        return []

def setup(app):
    for kind in (Count, Shout, Ask, Tell):
        app.add_directive(kind.__name__.lower(), kind)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
"""


def page(title: str, *blocks: str) -> str:
    return "\n\n".join([f"{title}\n{'=' * len(title)}", *blocks, ""])


BASE = {
    "conf.py": CONF,
    "ext.py": EXTENSION,
    "index.rst": page("Index", ".. toctree::\n   :glob:\n\n   parts/*\n   gone"),
    "parts/a.rst": page("A", ".. _here:\n\nHere\n----", "A *mistake.", ".. shout:: a.c", ".. tell:: code.c"),
    "parts/b.rst": page(
        "B",
        ".. _here:\n\nThere\n-----",
        "See :ref:`missing`, :ref:`here` and :term:`word`.",
        ".. shout:: b.c",
        ".. image:: /a.png",
    ),
    "parts/c.rst": page("C", ".. include:: /piece.inc", ".. count:: counted", ".. ask:: asked", ".. tell:: code.c"),
    "parts/d.rst": page(
        "D", ".. option:: --fast", ":doc:`/parts/e` :option:`--fast` :py:func:`run`", ".. glossary::\n\n   word\n      Text."
    ),
    "parts/e.rst": page("E", ".. option:: --fast", ".. c:function:: int run(int one)", "See [Q]_ and :numref:`here`."),
    "parts/p.rst": page("P", ".. _spot:", "Text, see :ref:`the spot <spot>`."),
    "parts/q.rst": page("Q", ".. _spot:", "Text."),
    "piece.inc": "An |unknown| thing.\n",
    "code.c": "good\nbad one\n",
    "counted/one.txt": "text",
    "asked/one.txt": "text",
    "unrelated.txt": "text",
    "a.png/no-picture": "text",
    "_templates/more.html": "text",
    "logo.svg": "<svg/>",
}  # fmt: skip


@dataclass(frozen=True)
class Heads:
    """A head that started from the base's build, and the same from nothing."""

    warm: Build
    whole: Build


def heads(folder: Path, store: Path, cell: str, changed: Mapping[str, str | None]) -> Heads:
    """Build BASE, then BASE with `changed` files (None for one that goes), both ways; they must say the same."""
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    place = folder / "tree"
    for name, text in BASE.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    try:
        environment = bench.provide(next(one for one in bench.matrix.cells if one.name == cell), ()).environment
    except MissingInterpreterError as missing:
        lacks(missing)
    base = bench.trees.open(place)
    recipe = Recipe("sphinx", ".", ".")
    before = bench.runner.build(Order(environment, base, recipe, keep=True)).build
    assert before.status == "ok", before.reason
    assert before.diagnostics or BASE is NUMBERED
    for name, content in changed.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            (place / name).unlink()
        else:
            (place / name).write_text(content)
    head = bench.trees.open(place)
    warm = bench.runner.build(Order(environment, head, recipe, warm=True)).build
    whole = bench.runner.build(Order(environment, head, recipe)).build
    assert whole.resumed is None
    assert [str(item) for item in differences(warm.diagnostics, whole.diagnostics)] == []
    assert sorted(warm.unclassified) == sorted(whole.unclassified)
    assert sorted(map(str, warm.suppressed)) == sorted(map(str, whole.suppressed))
    assert set(warm.read) == set(whole.read)
    return Heads(warm, whole)


CHANGES: dict[str, tuple[Mapping[str, str | None], set[str] | None]] = {
    "a paragraph": ({"parts/d.rst": BASE["parts/d.rst"] + "A *word.\n"}, {"parts/d"}),
    "nothing that is read": ({"unrelated.txt": "other"}, set()),
    "the first owner of a duplicate label": (
        {"parts/a.rst": page("A", "No label.")},
        {"parts/a", "parts/b", "parts/c"},
    ),
    "the second owner of a duplicate label": (
        {"parts/b.rst": page("B", ":ref:`here`")},
        {"parts/a", "parts/b", "parts/c"},
    ),
    "the last owner of a label without a title": ({"parts/q.rst": page("Q", "Text.")}, {"parts/p", "parts/q"}),
    "a label that another document wants": (
        {"parts/d.rst": BASE["parts/d.rst"] + ".. _missing:\n\nFound\n-----\n"},
        {"parts/d"},
    ),
    "a label that another document wants, among many": (
        {
            "parts/d.rst": BASE["parts/d.rst"]
            + "".join(
                f".. _{name}:\n\nFound {name}\n{'-' * 20}\n\n"
                for name in ["missing", *(f"more-{n}" for n in range(30))]
            )
        },
        {"parts/d"},
    ),
    "a label that another document has": ({"parts/c.rst": BASE["parts/c.rst"] + ".. _here:\n\nAgain\n-----\n"}, None),
    "a term that another document wants": ({"parts/d.rst": page("D", ":option:`--fast`")}, None),
    "an option that two documents describe": ({"parts/e.rst": page("E", "Text.")}, None),
    "an object that another document wants": (
        {"parts/e.rst": BASE["parts/e.rst"] + ".. py:function:: run()\n"},
        {"parts/e"},
    ),
    "an included file": ({"piece.inc": "A *broken* |other| thing.\n"}, None),
    "a file that a directive finds": ({"counted/two.txt": ""}, None),
    "a file that a program finds": ({"asked/two.bad": "x"}, None),
    "a file of which one document tells": ({"code.c": "bad two\ngood\nbad three\n"}, None),
    "the document that tells of a file": ({"parts/a.rst": page("A", "Nothing told.")}, None),
    "a document that comes": ({"parts/f.rst": page("F", ".. _here:\n\nMore\n----")}, None),
    "a document that was missed": ({"gone.rst": page("Gone", "Text.")}, None),
    "a document that goes": ({"parts/e.rst": None}, None),
    "a document that moves": ({"parts/e.rst": None, "parts/z.rst": BASE["parts/e.rst"]}, None),
}


EVERYWHERE = ("the first owner of a duplicate label", "a label that another document wants", "a document that moves")
"""What the quick tests try in every cell; the rest they try in the newest."""


def _cases() -> list[Any]:
    pairs = [(change, cell) for change in CHANGES for cell in CELLS]
    quick = [cell == NEWEST or change in EVERYWHERE for change, cell in pairs]
    return [
        pytest.param(*pair, marks=() if now else pytest.mark.acceptance) for pair, now in zip(pairs, quick, strict=True)
    ]


@pytest.mark.parametrize(("change", "cell"), _cases())
def test_what_is_read_again_is_enough(change: str, cell: str, tmp_path: Path, store: Path) -> None:
    changed, read = CHANGES[change]
    both = heads(tmp_path, store, cell, changed)
    assert both.warm.resumed is not None, both.warm.cold
    assert len(both.warm.resumed) < len(both.whole.read)
    if read is not None:  # Sphinx itself always reads a document again whose toctree names one that is not there
        assert set(both.warm.resumed) >= {"index", *read}
        assert cell != NEWEST or len(both.warm.resumed) == len({"index", *read})


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"conf.py": CONF + "nitpicky = True\n"}, "conf.py has changed"),
        ({"ext.py": EXTENSION.replace("bad:", "worse:")}, "ext.py has changed"),
        ({"_templates/more.html": "other"}, "_templates/more.html has changed"),
        ({"_templates/page.html": "other"}, "_templates has changed"),
        ({"parts/d.rst": "Text.\n"}, "what tables of contents say has changed"),
    ],
)
def test_what_counts_for_all_documents_has_all_read_again(
    changed: Mapping[str, str | None], reason: str, tmp_path: Path, store: Path
) -> None:
    both = heads(tmp_path, store, NEWEST, changed)
    assert both.warm.resumed is None
    assert both.warm.cold == reason


NUMBERED = {
    "conf.py": "numfig = True\n",
    "index.rst": page("Index", ".. toctree::\n   :numbered:\n\n   one\n   two"),
    "one.rst": page("One", ".. _a-section:\n\nPart\n----", ".. _a-figure:\n\n.. figure:: a.png\n\n   Text."),
    "two.rst": page("Two", "See :numref:`a-section` and :numref:`a-figure`."),
    "a.png": "text",
}


@pytest.mark.parametrize("cell", [CELLS[0], NEWEST])
@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"index.rst": NUMBERED["index.rst"].replace("   :numbered:\n", "")}, {"a-section"}),
        ({"index.rst": NUMBERED["index.rst"].replace("   one\n", "")}, {"a-section", "a-figure"}),
        ({"one.rst": NUMBERED["one.rst"].replace("\n\n   Text.", "")}, {"a-figure"}),
    ],
)
def test_a_number_that_another_document_wants_is_missed(
    changed: Mapping[str, str], told: set[str], cell: str, tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.probe.test_warm_start.BASE", NUMBERED)
    both = heads(tmp_path, store, cell, changed)
    assert both.warm.resumed is not None, both.warm.cold
    assert "two" not in both.warm.resumed
    said = [one.message for one in both.warm.diagnostics if one.path == "two.rst"]
    assert {name for name in ("a-section", "a-figure") if any(name in message for message in said)} == told


TODOS = {
    "conf.py": "extensions = ['sphinx.ext.todo']\ntodo_include_todos = True\n",
    "index.rst": page("Index", ".. toctree::\n\n   a\n   b", "A *mistake."),
    "a.rst": page("A", "Text."),
    "b.rst": page("B", ".. todolist::"),
}


@pytest.mark.parametrize("cell", [CELLS[0], NEWEST])
def test_a_list_of_what_is_to_do_is_made_again(
    cell: str, tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.probe.test_warm_start.BASE", TODOS)
    both = heads(tmp_path, store, cell, {"a.rst": page("A", ".. todo:: See :ref:`nothing`.")})
    assert both.warm.resumed == ("a",), both.warm.cold


ROLES = {
    "conf.py": "",
    "index.rst": page("Index", ".. toctree::\n\n   a\n   b\n   c\n   d"),
    "a.rst": page("A", ".. role:: red"),
    "b.rst": page("B", "Text."),
    "c.rst": page("C", "A :red:`word`."),
    "d.rst": page("D", "A :blue:`word`."),
}


@pytest.mark.parametrize("cell", [CELLS[0], NEWEST])
@pytest.mark.parametrize(
    ("changed", "read", "told"),
    [
        ({"a.rst": page("A", "Text.")}, {"a", "c"}, {"c.rst", "d.rst"}),
        ({"c.rst": ROLES["c.rst"] + "More.\n"}, {"a", "c"}, {"d.rst"}),
        ({"b.rst": page("B", "A :red:`word`.")}, {"a", "b", "c"}, {"d.rst"}),
        ({"b.rst": page("B", ".. role:: blue")}, {"b", "d"}, set()),
    ],
)
def test_a_role_that_another_document_defines_is_there_and_missed_as_in_a_whole_build(
    changed: Mapping[str, str],
    read: set[str],
    told: set[str],
    cell: str,
    tmp_path: Path,
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.probe.test_warm_start.BASE", ROLES)
    both = heads(tmp_path, store, cell, changed)
    assert both.warm.resumed is not None, both.warm.cold
    assert set(both.warm.resumed) == read
    assert {one.path for one in both.warm.diagnostics} == told


CARDS = {
    "conf.py": "import sys\nsys.path.insert(0, '.')\nextensions = ['cards']\n",
    "cards.py": """\
from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.util import logging

class Card(Directive):
    required_arguments = 1
    def run(self):
        env = self.state.document.settings.env
        name = self.arguments[0]
        if name in getattr(env, 'cards', {}):
            logging.getLogger('cards').warning('%s is in %s', name, env.cards[name], location=env.docname)
        env.cards = dict(getattr(env, 'cards', {}), **{name: env.docname})
        return []

def role(name, raw, text, line, inliner, options={}, content=[]):
    return [nodes.literal(text, text, card=text)], []

def purge(app, env, document):
    env.cards = {name: owner for name, owner in getattr(env, 'cards', {}).items() if owner != document}

def resolve(app, tree, document):
    for node in getattr(tree, 'findall', tree.traverse)(nodes.literal):
        if node.get('card', 'ace') not in app.env.cards:
            logging.getLogger('cards').warning('no card %s', node['card'], location=document)

def setup(app):
    app.add_directive('card', Card)
    app.add_role('card', role)
    app.connect('env-purge-doc', purge)
    app.connect('doctree-resolved', resolve)
    return {'parallel_read_safe': False}
""",
    "index.rst": page("Index", ".. toctree::\n\n   a\n   b\n   c"),
    "a.rst": page("A", ".. card:: ace", ".. card:: king"),
    "b.rst": page("B", "The :card:`king` and the :card:`ten`."),
    "c.rst": page("C", "Text."),
}


@pytest.mark.parametrize("cell", [CELLS[0], NEWEST])
@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"a.rst": page("A", ".. card:: ace")}, {"no card king", "no card ten"}),
        ({"c.rst": page("C", ".. card:: ten")}, set()),
        ({"c.rst": page("C", "More.")}, {"no card ten"}),
        (
            {"0.rst": page("0", ".. card:: ace")},
            {"no card ten", "ace is in 0", "document isn't included in any toctree"},
        ),
    ],
)
def test_what_an_extension_keeps_in_the_environment_counts_for_what_it_resolves(
    changed: Mapping[str, str], told: set[str], cell: str, tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.probe.test_warm_start.BASE", CARDS)
    both = heads(tmp_path, store, cell, changed)
    assert both.warm.resumed is not None, both.warm.cold
    assert "b" not in both.warm.resumed
    assert {one.message for one in both.warm.diagnostics} == told
