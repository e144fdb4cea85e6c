"""`docs-matrix isolate`, and the readings that it rests on, as a user runs them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MIDDLE, Command
from tests.support.leaking_project import LEAKING

pytestmark = pytest.mark.builds

Write = Callable[[str, Mapping[str, str]], Path]


@pytest.fixture
def tree(write: Write) -> Path:
    return write("project", LEAKING)


def isolated(docs_matrix: Command, tree: Path, path: str, find: str = "Something is left") -> dict[str, Any]:
    answer = docs_matrix("isolate", "--tree", tree, "--find", find, "--path", path, "--cell", MIDDLE, "--json")
    assert answer.status == 0, answer.stderr
    value: dict[str, Any] = json.loads(answer.stdout)
    assert value["builds"] <= 25
    return value


def test_the_document_that_leaves_something_behind_is_found(docs_matrix: Command, tree: Path) -> None:
    value = isolated(docs_matrix, tree, "d30.rst")
    assert (value["verdict"], value["before"], value["smallest"]) == ("depends", ["d17.rst"], True)
    assert [(proof["cell"], proof["holds"]) for proof in value["proofs"]] == [(MIDDLE, True)]
    assert (value["message"]["path"], value["message"]["line"]) == ("d30.rst", 4)


def test_two_documents_that_only_do_it_together_are_found(docs_matrix: Command, tree: Path) -> None:
    value = isolated(docs_matrix, tree, "d31.rst")
    assert (value["verdict"], value["before"], value["smallest"]) == ("depends", ["d17.rst", "d22.rst"], True)
    assert [proof["without"] for proof in value["proofs"]] == [[False, False]]


def test_a_message_that_depends_on_nothing_is_told_so(docs_matrix: Command, tree: Path) -> None:
    value = isolated(docs_matrix, tree, "d32.rst", "start-string without end-string")
    assert (value["verdict"], value["before"], value["builds"]) == ("independent", [], 1)


def test_a_message_that_nobody_says_is_told_so(docs_matrix: Command, tree: Path) -> None:
    assert isolated(docs_matrix, tree, "d32.rst", "Something is left")["verdict"] == "absent"


def test_the_printed_commands_show_the_message_and_do_not(docs_matrix: Command, tree: Path) -> None:
    value = isolated(docs_matrix, tree, "d31.rst")
    shows = docs_matrix(*shlex.split(value["shows"])[1:])
    assert (shows.status, shows.places("new")) == (1, [("d31.rst", 4)])
    hides = docs_matrix(*shlex.split(value["hides"])[1:])
    assert (hides.status, hides.places("new")) == (0, [])


def test_without_json_the_answer_is_told_in_lines(docs_matrix: Command, tree: Path) -> None:
    asked = ("--tree", tree, "--find", "Something is left", "--path", "d30", "--cell", MIDDLE)
    lines = docs_matrix("isolate", *asked).stdout.splitlines()
    assert "the message depends on what was read before; d30.rst gives it after 1 document:" in lines
    assert "  d17.rst" in lines
    assert f"{MIDDLE}: proven: the message appears after this document, and not without it" in lines
