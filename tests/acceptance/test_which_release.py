"""Which release did it: a table of real changes, found by building every release, and found again by bisect.

The documents are in `changes/`. The table was written down from `--all-changes` over the whole ranges, whose builds know no
search; `test_the_scan_finds_what_is_in_the_table` does that again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.conftest import NEWEST, Command

pytestmark = pytest.mark.acceptance

TREE = Path(__file__).parent / "changes"
RANGES = {"docutils": ("0.16", "0.23"), "sphinx": ("3.4.3", "9.2.0")}
OLDEST = "py3.9-docutils0.16-sphinx3.4.3"


class Row(NamedTuple):
    """A change: what moved, where, a text that finds it, the release with it, the last without, and what changed."""

    axis: str
    path: str
    find: str
    first: str
    last_without: str
    what: str


TABLE = (
    Row("docutils", "directives.rst", "image file not readable", "0.21", "0.20.1", "line 5 -> 4"),
    Row("docutils", "directives.rst", 'Error in "figure" directive', "0.22", "0.21.2", "another wording"),
    Row("docutils", "inline.rst", 'Duplicate explicit target name: "dup"', "0.22", "0.21.2", "is gone"),
    Row("docutils", "inline.rst", "Too many autonumbered footnote", "0.22.1", "0.22", "another wording"),
    Row("docutils", "structure.rst", "Unexpected section title", "0.22.1", "0.22", "level CRITICAL -> ERROR"),
    Row(
        "docutils", "structure.rst", "Title overline & underline mismatch", "0.22.1", "0.22", "level CRITICAL -> ERROR"
    ),
    Row("docutils", "tables.rst", "Malformed table", "0.22.1", "0.22", "line 4 -> 5, another wording"),
    Row("docutils", "directives.rst", 'Problems with "include"', "0.23", "0.22.4", "level CRITICAL -> ERROR"),
    Row("docutils", "directives.rst", 'Problems with "raw"', "0.23", "0.22.4", "level CRITICAL -> ERROR"),
    Row("sphinx", "index.rst", "duplicated entry found in toctree", "4.0.0", "3.5.4", "appeared"),
    Row("sphinx", "inline.rst", "undefined label", "5.1.0", "5.0.2", "another wording"),
    Row("sphinx", "inline.rst", "unknown document", "5.1.0", "5.0.2", "another wording"),
    Row("sphinx", "inline.rst", "term not in glossary", "5.1.0", "5.0.2", "another wording"),
    Row("sphinx", "inline.rst", "A title or caption not found", "5.1.0", "5.0.2", "another wording"),
    Row("sphinx", "code.rst", "duplicate object description of g", "7.2.0", "7.1.2", "another wording"),
)


def bisected(docs_matrix: Command, axis: str, *arguments: str | Path) -> dict[str, Any]:
    first, last = RANGES[axis]
    asked = ("bisect", axis, "--tree", TREE, "--cell", NEWEST, "--from", first, "--to", last)
    answer = docs_matrix(*asked, *arguments, "--json")
    assert answer.status == 0, answer.stderr
    value: dict[str, Any] = json.loads(answer.stdout)
    return value


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.axis}-{row.first}-{row.find[:20]}")
def test_bisect_finds_what_the_scan_found(docs_matrix: Command, row: Row) -> None:
    value = bisected(docs_matrix, row.axis, "--path", row.path, "--find", row.find)
    assert (value["first"], value["last_without"]) == (row.first, row.last_without)
    assert value["cause"] == "axis"
    told = next(change for change in value["changes"] if change["first"] == row.first)
    assert row.what in [pair["what"].removesuffix(", category none -> docutils") for pair in told["pairs"]]
    assert value["rounds"] <= 8
    assert not value["returns"]


@pytest.mark.parametrize("axis", RANGES)
def test_the_scan_finds_what_is_in_the_table(docs_matrix: Command, axis: str) -> None:
    """Everything that the axis itself changed in the documents is in the table, and the other way round."""
    value = bisected(docs_matrix, axis, "--find", "/./", "--all-changes")
    made = {
        (change["first"], pair["before"]["path"] if pair["before"] else pair["after"]["path"])
        for change in value["changes"]
        if change["cause"] == "axis"
        for pair in change["pairs"]
    }
    assert made == {(row.first, row.path) for row in TABLE if row.axis == axis}


def test_a_release_that_brings_another_along_is_not_blamed_for_it(docs_matrix: Command) -> None:
    """Sphinx 9.0 is the first that goes along with docutils 0.22."""
    value = bisected(docs_matrix, "sphinx", "--path", "structure.rst", "--find", "Unexpected section title")
    assert value["cause"] == "company"
    assert value["culprit"]["axis"] == "docutils"
    assert (value["culprit"]["first"], value["culprit"]["last_without"]) == ("0.22.1", "0.22")


def test_the_day_is_narrowed_to_the_package_that_came_out(docs_matrix: Command) -> None:
    asked = ("bisect", "date", "--tree", TREE, "--path", "structure.rst", "--find", "Unexpected section title")
    answer = docs_matrix(*asked, "--from", "2025-11-20", "--to", "2025-12-10", "--json")
    assert answer.status == 0, answer.stderr
    value = json.loads(answer.stdout)
    assert value["first"] == "2025-11-30"
    assert (value["culprit"]["axis"], value["culprit"]["first"]) == ("docutils", "0.22.1")


def test_everything_that_two_cells_say_otherwise_has_a_release_behind_it(docs_matrix: Command) -> None:
    answer = docs_matrix("compare", OLDEST, NEWEST, "--tree", TREE, "--json")
    assert answer.status == 0, answer.stderr
    value = json.loads(answer.stdout)
    assert value["differences"]
    assert all(difference["steps"] for difference in value["differences"])
    behind = {(step["culprit"] or {}).get("axis") for step in value["steps"]}
    assert behind == {"docutils", "sphinx"}
    made = {(step["culprit"]["axis"], step["culprit"]["first"]) for step in value["steps"]}
    assert made <= {(row.axis, row.first) for row in TABLE}


@pytest.mark.parametrize("ends", [("--from", "0.16", "--to", "0.23"), ()], ids=["whole", "default"])
def test_the_table_of_the_thread_moved_with_docutils_0_22_1(
    docs_matrix: Command, linux_6_12: Path, thread_patch: Path, ends: tuple[str, ...]
) -> None:
    asked = ("bisect", "docutils", "--tree", linux_6_12, "--patch", thread_patch, "--find", "Malformed table")
    answer = docs_matrix(*asked, "--path", "Documentation/driver-api/vfio.rst", *ends, "--json")
    assert answer.status == 0, answer.stderr
    value = json.loads(answer.stdout)
    assert (value["first"], value["date"], value["last_without"]) == ("0.22.1", "2025-09-17", "0.22")
    assert (value["before"]["line"], value["after"]["line"]) == (391, 392)
    assert value["rounds"] <= 6
    assert sorted(tried["release"] for tried in value["tried"] if tried["round"] == 1) == [
        value["candidates"][0],
        value["candidates"][-1],
    ]
