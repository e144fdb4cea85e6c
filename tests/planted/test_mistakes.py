"""Mistakes are planted where they are said to be, and the same seed plants the same."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path
from random import Random

import pytest

from tests.planted.mistakes import KINDS, KNOWN, Site, known_page
from tests.planted.plain import Entry
from tests.planted.projects import OWN

DOCUMENTS = ("index", "wrapping", "sending", "api", "modules", "generated/parcels.string", KNOWN)
FUNCTIONS = ("parcels.post.send", "parcels.string.cut", "parcels.string.tie", "parcels.paper.fold")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    root = tmp_path / "parcels"
    shutil.copytree(OWN / "parcels", root)
    (root / "docs" / f"{KNOWN}.rst").write_text(known_page(".rst"))
    documents = tuple(Entry(name, "std:doc", f"{name}.html") for name in DOCUMENTS)
    functions = tuple(Entry(name, "py:function", "api.html") for name in FUNCTIONS)
    return Site(root, "docs", (*documents, *functions))


def test_the_documents_of_a_site_are_those_that_the_tree_has(site: Site) -> None:
    assert site.documents() == [f"docs/{name}.rst" for name in ("api", "index", "modules", "sending", "wrapping")]
    assert site.suffix == ".rst"


@pytest.mark.parametrize("kind", ["document", "reference", "docstring", "included", "code"])
@pytest.mark.parametrize("seed", range(5))
def test_a_mistake_stands_at_its_place(site: Site, kind: str, seed: int) -> None:
    places = KINDS[kind](site, Random(seed))
    assert places
    for place in places:
        assert place.line is not None
        line = site.read(place.path).split("\n")[place.line - 1]
        assert "planted" in line.lower() or "code-block" in line


def test_what_a_project_has_not_cannot_be_changed(site: Site) -> None:
    assert KINDS["notebook"](site, Random(0)) is None
    assert KINDS["translation"](site, Random(0)) is None


def test_a_changed_module_is_still_one(site: Site) -> None:
    for kind in ("docstring", "functions-swapped", "harmless-docstring"):
        assert KINDS[kind](site, Random(1)) is not None
    for path in site.files("*.py"):
        ast.parse(site.read(path))


def test_functions_change_places_with_their_docstrings(site: Site) -> None:
    before = site.read("src/parcels/string.py")
    assert KINDS["functions-swapped"](site, Random(0)) == ()
    after = site.read("src/parcels/string.py")
    assert before.index("def cut") < before.index("def tie")
    assert after.index("def tie") < after.index("def cut")
    assert sorted(before) == sorted(after)


def test_a_removed_label_is_one_that_another_document_refers_to(site: Site) -> None:
    before = {path: site.read(path) for path in site.documents()}
    assert KINDS["label-removed"](site, Random(0)) == ()
    (path,) = (name for name in before if site.read(name) != before[name])
    gone = set(before[path].split("\n")) - set(site.read(path).split("\n"))
    assert gone <= {".. _wrapping:", ".. _knots:", ".. _sending:"}


def test_the_known_mistakes_are_repaired(site: Site) -> None:
    KINDS["repaired"](site, Random(0))
    text = site.read(f"docs/{KNOWN}.rst")
    assert "**" not in text
    assert ":ref:" not in text


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_same_seed_plants_the_same(site: Site, kind: str, tmp_path: Path) -> None:
    other = Site(tmp_path / "other", site.source, site.entries)
    shutil.copytree(site.root, other.root)
    assert KINDS[kind](site, Random(3)) == KINDS[kind](other, Random(3))
    assert site.files("*") == other.files("*")
    assert all((site.root / path).read_bytes() == (other.root / path).read_bytes() for path in site.files("*"))
