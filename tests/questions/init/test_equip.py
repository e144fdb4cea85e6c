"""What cells are equipped with; what the package index has is answered here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from docs_matrix.config.matrix import Cell, Install, Recipe
from docs_matrix.questions.init.equip import equip_with_wheels
from docs_matrix.questions.init.project_facts import ProjectFacts
from docs_matrix.toolchains import compatible
from packaging.specifiers import SpecifierSet

CELLS = [
    Cell(f"py{python}", python, "0.21.2", "8.1.3", datetime(2025, 6, 1, tzinfo=UTC), why="x")
    for python in ("3.12", "3.13")
]
PROJECT = ProjectFacts(
    Recipe("sphinx", "docs", "docs"),
    ("fattools", "furo"),
    {"sphinx": SpecifierSet(), "docutils": SpecifierSet()},
    Install(),
    (),
    pins=("fattools==1", "furo==2"),
    sources={"fattools": "test/requirements.txt:3"},
)


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """The names of packages and Pythons for which there is no wheel."""
    lacking: set[tuple[str, str]] = set()

    def resolved(wanted: Sequence[str], python: str, *_: object, **__: object) -> dict[str, str] | str:
        return "a conflict. More" if any((text.split("==")[0], python) in lacking for text in wanted) else {}

    monkeypatch.setattr(compatible, "resolved", resolved)
    return lacking


DATES: dict[str, datetime | str] = {"fattools==1": "no wheel", "furo==2": datetime(2024, 1, 1, tzinfo=UTC)}


def test_a_package_without_any_wheel_is_left_out_and_said(no_wheel: set[tuple[str, str]]) -> None:
    no_wheel |= {("fattools", "3.12"), ("fattools", "3.13")}
    project, equipped = equip_with_wheels(CELLS, PROJECT, DATES, offline=True)
    assert (project.requirements, project.pins) == (("furo",), ("furo==2",))
    assert [one.cell.requirements for one in equipped] == [("furo==2",), ("furo==2",)]
    assert project.notices == (
        "fattools: left out, since the package index has no wheel of it (test/requirements.txt:3)",
    )


def test_a_package_that_has_a_wheel_for_one_cell_stays_and_leaves_the_other_cell_out(
    no_wheel: set[tuple[str, str]],
) -> None:
    no_wheel.add(("fattools", "3.13"))
    project, equipped = equip_with_wheels(CELLS, PROJECT, DATES, offline=True)
    assert project == PROJECT
    assert [one.reason for one in equipped] == ["", "there is no fattools for Python 3.13"]
