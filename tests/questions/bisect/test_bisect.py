"""`docs-matrix bisect` and `compare` as a user runs them, on small trees in real toolchains."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NEWEST, Command
from tests.support.machine import needs_index, needs_python

pytestmark = pytest.mark.builds

OLD = "py3.9-docutils0.16-sphinx3.4.3"
Write = Callable[[str, Mapping[str, str]], Path]

TITLE = """\
Top
===

.. note::

   Inner
   -----

   Text.
"""
BREAKS_BETWEEN = """\
import docutils
if docutils.__version__ not in ("0.22", "0.22.2"):
    raise RuntimeError("this project cannot")
"""


@pytest.fixture(autouse=True)
def _needs_the_newest_cell_and_the_index() -> None:
    needs_python("3.13")
    needs_index()


@pytest.fixture
def tree(write: Write) -> Path:
    return write("project", {"conf.py": "", "index.rst": TITLE, "other.rst": "Other\n=====\n\n`broken\n"})


def test_the_release_that_changed_a_level_is_found(docs_matrix: Command, tree: Path) -> None:
    asked = ("bisect", "docutils", "--tree", tree, "--find", "Unexpected section title", "--path", "index.rst")
    answer = docs_matrix(*asked, "--from", "0.22", "--to", "0.22.2", "--cell", NEWEST, "--json")
    assert answer.status == 0, answer.stderr
    value: dict[str, Any] = json.loads(answer.stdout)
    assert (value["axis"], value["first"], value["last_without"]) == ("docutils", "0.22.1", "0.22")
    assert value["date"] == "2025-09-17"
    assert (value["before"]["level"], value["after"]["level"]) == ("CRITICAL", "ERROR")
    assert value["cause"] == "axis"
    assert sorted(tried["release"] for tried in value["tried"]) == ["0.22", "0.22.1", "0.22.2"]
    assert value["documents"] == "index.rst"
    assert any("section title" in entry for entry in value["history"]["entries"])


@pytest.mark.acceptance
def test_the_command_that_shows_it_again_does(docs_matrix: Command, tree: Path) -> None:
    asked = ("bisect", "docutils", "--tree", tree.name, "--find", "section title", "--from", "0.22", "--to", "0.22.2")
    first = docs_matrix(*asked, "--what", "level", cwd=tree.parent)
    command = first.stdout.rstrip().splitlines()[-1].removeprefix("again: docs-matrix ")
    assert "--what level" in command
    again = docs_matrix(*shlex.split(command))
    assert again.status == 0, again.stderr
    assert again.stdout.splitlines()[0] == first.stdout.splitlines()[0]
    assert "0.22.1 (2025-09-17) made the change" in first.stdout.splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("docutils", "--from", "0.22.2", "--to", "0.22"), 2, "the ends are in the wrong order"),
        (("docutils", "--from", "0.22.1", "--to", "0.22.2"), 2, "0.22.1 and 0.22.2 do not differ in"),
        (("docutils", "--from", "0.22", "--to", "0.22.9"), 2, "docutils 0.22.9: the package index has no such release"),
        (("docutils", "--from", "old", "--to", "0.22"), 2, "docutils 'old': is not a version"),
        (
            ("no-such-package-of-docs-matrix", "--add-package"),
            2,
            "the package index has no package of this name, or none with a wheel",
        ),
        (("date", "--from", "2025-9", "--to", "2025-10-01"), 2, "is not a day such as 2025-09-17"),
        (("python", "--from", "2.7", "--to", "3.13"), 2, "python 2.7: is not on this machine"),
    ],
    ids=["order", "equal", "release", "version", "package", "day", "python"],
)
def test_a_range_that_is_none_is_refused_in_one_line(
    docs_matrix: Command, tree: Path, arguments: tuple[str, ...], status: int, says: str
) -> None:
    answer = docs_matrix("bisect", *arguments, "--tree", tree, "--find", "section title")
    errors = [line for line in answer.stderr.splitlines() if line.startswith("docs-matrix: ")]
    assert answer.status == status
    assert len(errors) == 1
    assert says in errors[0]
    assert answer.stdout == ""


def test_a_middle_that_never_builds_is_said_with_its_reason(docs_matrix: Command, write: Write) -> None:
    folder = write("broken", {"conf.py": BREAKS_BETWEEN, "index.rst": TITLE})
    asked = ("bisect", "docutils", "--tree", folder, "--find", "section title", "--from", "0.22", "--to", "0.22.2")
    answer = docs_matrix(*asked)
    assert answer.status == 3
    assert "none of the 1 between could be built: 0.22.1: the build failed" in answer.stderr.splitlines()[-1]
    assert "this project cannot" in answer.stderr


SAYS_FOR_ONE = """\
import docutils
if docutils.__version__ == "0.22.1":
    from sphinx.util import logging
    logging.getLogger("conf").warning("said for a while")
"""
WARNS_ALONE = """\
import docutils, sphinx
def setup(app):
    from sphinx.util import logging
    if docutils.__version__ == "0.18.1" and sphinx.version_info < (5,):
        logging.getLogger("conf").warning("both together")
"""


def test_what_one_release_brings_and_the_next_takes_away_is_found_between(docs_matrix: Command, write: Write) -> None:
    folder = write("while", {"conf.py": SAYS_FOR_ONE, "index.rst": TITLE})
    asked = ("bisect", "docutils", "--tree", folder, "--find", "said for a while", "--from", "0.22", "--to", "0.22.2")
    answer = docs_matrix(*asked, "--json")
    assert answer.status == 0, answer.stderr
    value = json.loads(answer.stdout)
    assert [(one["first"], one["last_without"]) for one in value["changes"]] == [
        ("0.22.1", "0.22"),
        ("0.22.2", "0.22.1"),
    ]
    assert value["returns"]


def test_the_nearest_releases_that_differ_in_nothing_else_are_compared(docs_matrix: Command, write: Write) -> None:
    """docutils 0.18 cannot be built with the Sphinx of the others: what it is built with says nothing of docutils."""
    needs_python("3.9")
    folder = write("alone", {"conf.py": WARNS_ALONE, "index.rst": "Top\n===\n\nText.\n"})
    asked = ("bisect", "docutils", "--tree", folder, "--find", "both together", "--cell", OLD)
    answer = docs_matrix(*asked, "--from", "0.17.1", "--to", "0.18.1", "--json")
    assert answer.status == 0, answer.stderr
    value = json.loads(answer.stdout)
    assert (value["cause"], value["last_without"], value["first"]) == ("axis", "0.17.1", "0.18.1")
    assert [skipped["release"] for skipped in value["gap"]] == ["0.18"]


def test_a_project_that_fails_alike_at_both_ends_stops_there(docs_matrix: Command, write: Write) -> None:
    folder = write("failing", {"conf.py": "raise RuntimeError('never')\n", "index.rst": TITLE})
    asked = ("bisect", "docutils", "--tree", folder, "--find", "section title", "--from", "0.21", "--to", "0.22.2")
    answer = docs_matrix(*asked)
    assert answer.status == 3
    assert "docutils 0.21 and 0.22.2 fail alike, so nothing between them was tried: the build failed" in answer.stderr


def test_nothing_that_is_asked_for_is_said_after_all_documents_were_read(docs_matrix: Command, tree: Path) -> None:
    asked = ("bisect", "docutils", "--tree", tree, "--find", "no such words", "--path", "index.rst")
    answer = docs_matrix(*asked, "--from", "0.22", "--to", "0.22.2")
    assert answer.status == 2
    assert "neither docutils 0.22 nor 0.22.2 has this message at index.rst, and none of the 1 between" in answer.stderr


@pytest.mark.acceptance
def test_what_shows_only_with_other_documents_is_found_by_reading_more(docs_matrix: Command, write: Write) -> None:
    """A label is a duplicate only where both documents are read; the refusal quotes what was found then."""
    label = ".. _twice:\n\nTitle\n=====\n"
    folder = write("project", {"conf.py": "", "index.rst": label, "b.rst": f"{label}\nmore\n"})
    asked = ("bisect", "docutils", "--tree", folder, "--find", "duplicate label", "--path", "index.rst")
    answer = docs_matrix(*asked, "--from", "0.22", "--to", "0.22.1")
    assert "do not differ in --find duplicate label (index.rst:" in answer.stderr


@pytest.mark.acceptance
def test_anything_that_changes_in_a_document_is_found_without_a_text(docs_matrix: Command, tree: Path) -> None:
    asked = ("bisect", "docutils", "--tree", tree, "--path", "index.rst", "--from", "0.22", "--to", "0.22.2")
    answer = docs_matrix(*asked, "--json")
    assert answer.status == 0, answer.stderr
    assert json.loads(answer.stdout)["first"] == "0.22.1"
    other = docs_matrix(*(word if word != "index.rst" else "other.rst" for word in asked))
    assert other.status == 2
    assert "do not differ in what they say of other.rst" in other.stderr


def test_a_package_that_the_cell_lacks_is_asked_for_by_an_explicit_word(docs_matrix: Command, tree: Path) -> None:
    answer = docs_matrix("bisect", "sphinxx", "--tree", tree, "--find", "Inner", "--cell", NEWEST)
    assert answer.status == 2
    assert "sphinxx: " in answer.stderr
    assert "did you mean sphinx?" in answer.stderr
    assert "--add-package" in answer.stderr
