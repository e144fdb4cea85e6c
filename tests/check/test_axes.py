"""What an axis moves, and what it says of what moved along; nothing here asks the index."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from docs_matrix.check.axes import (
    Candidate,
    Days,
    Package,
    Surroundings,
    difference,
    named_by_content,
    pinned,
    with_release,
)
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import InputError
from docs_matrix.questions.bisect.ranges import choose
from docs_matrix.toolchains.interpreters import Interpreter

from tests.conftest import ROOT

CELL = Cell("newest", "3.13", "0.23", "9.2.0", datetime(2026, 11, 1, tzinfo=UTC), ("furo==2025.1",))
OLD = Cell("old", "3.9", "0.16", "3.4.3", datetime(2021, 2, 1, tzinfo=UTC))
HERE = tuple(Interpreter(ROOT, version) for version in ("3.13.0", "3.12.1", "3.9.18", "3.6.15", "2.7.18"))
AROUND = Surroundings((OLD, CELL), HERE, (), offline=True)


def test_the_first_way_holds_everything_else_still() -> None:
    candidate = Candidate("0.22.1", datetime(2025, 9, 17, tzinfo=UTC))
    way = next(Package("docutils", (candidate,), CELL, AROUND).ways(candidate))
    assert way.company == ""
    assert replace(way.cell, name="", docutils="0.23") == replace(CELL, name="")


def test_a_release_that_is_newer_than_the_cell_moves_the_day_of_the_rest() -> None:
    candidate = Candidate("0.17", datetime(2021, 4, 3, tzinfo=UTC))
    way = next(Package("docutils", (candidate,), OLD, AROUND).ways(candidate))
    assert way.cell.date == datetime(2021, 4, 4, tzinfo=UTC)
    assert way.company == "the rest as of 2021-04-04"


def test_any_package_can_be_moved() -> None:
    assert with_release(CELL, "docutils", "0.22").docutils == "0.22"
    assert with_release(CELL, "sphinx", "9.0").sphinx == "9.0"
    assert with_release(CELL, "furo", "2024.8").requirements == ("furo==2024.8",)
    assert with_release(CELL, "pygments", "2.19").requirements == ("furo==2025.1", "pygments==2.19")


def test_a_pinned_cell_holds_every_package() -> None:
    cell = pinned(CELL, {"docutils": "0.22", "sphinx": "9.0", "jinja2": "3.1", "babel": "2.17"})
    assert (cell.docutils, cell.sphinx) == ("0.22", "9.0")
    assert cell.requirements == ("babel==2.17", "jinja2==3.1")


def test_cells_that_differ_in_anything_have_different_names() -> None:
    others = (
        CELL,
        replace(CELL, requirements=()),
        replace(CELL, date=OLD.date),
        replace(CELL, python="3.12"),
        replace(CELL, docutils="0.22"),
    )
    assert len({named_by_content(cell).name for cell in others}) == len(others)


def test_what_moved_along_is_told_without_the_axis() -> None:
    moved = replace(CELL, sphinx="5.3.0", docutils="0.16", python="3.11")
    assert difference(CELL, moved, "docutils") == "Python 3.11 (the cell has 3.13), Sphinx 5.3.0 (the cell has 9.2.0)"
    assert difference(CELL, replace(CELL, docutils="0.16"), "docutils") == ""


def test_what_a_neighbour_needed_is_used_where_it_needed_another_python() -> None:
    axis = Package("docutils", (), CELL, AROUND)
    there = named_by_content(replace(OLD, docutils="0.16"))
    way = axis.with_packages_of(Candidate("0.17", datetime(2021, 4, 3, tzinfo=UTC)), next(axis.ways(Candidate("0.22"))))
    assert way is None
    neighbour = replace(next(axis.ways(Candidate("0.16"))), cell=there)
    way = axis.with_packages_of(Candidate("0.17", datetime(2021, 4, 3, tzinfo=UTC)), neighbour)
    assert way is not None
    assert (way.cell.python, way.cell.docutils, way.cell.sphinx) == ("3.9", "0.17", "3.4.3")
    assert "Python 3.9" in way.company


def test_the_days_are_those_from_one_to_the_other() -> None:
    chosen = choose("date", "2025-09-15", "2025-09-18", CELL, AROUND)
    assert isinstance(chosen.axis, Days)
    assert [candidate.name for candidate in chosen.axis.candidates] == [f"2025-09-{day}" for day in (15, 16, 17, 18)]
    assert chosen.note is None


def test_the_pythons_are_those_that_are_here_and_that_builds_can_be_observed_on() -> None:
    assert AROUND.minors == ("3.6", "3.9", "3.12", "3.13")
    chosen = choose("python", None, None, CELL, AROUND)
    assert [candidate.name for candidate in chosen.axis.candidates] == ["3.9", "3.12", "3.13"]
    assert chosen.note == Note("range", ("3.9", "3.13", "the Pythons of the matrix's cells"))


@pytest.mark.parametrize(
    ("axis", "first", "last", "says"),
    [
        ("python", "3.13", "3.9", "wrong order"),
        ("python", "3.11", "3.13", "python 3.11: is not on this machine; here are 3.6, 3.9"),
        ("python", "3.13", "3.13", "this range has only 3.13"),
        ("date", "2025-09-18", "2025-09-15", "wrong order"),
        ("date", "yesterday", None, "is not a day such as"),
        ("docutils", "0.23", "0.16", "wrong order"),
        ("docutils", "0.16", "latest", "is not a version"),
    ],
)
def test_a_range_that_is_none_is_refused(axis: str, first: str, last: str | None, says: str) -> None:
    with pytest.raises(InputError, match=says):
        choose(axis, first, last, CELL, AROUND)
