"""A second `init`: cells are added to a matrix that people changed, and every other line stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docs_matrix.config.matrix import Cell
from docs_matrix.errors import InputError
from docs_matrix.questions.init.update import with_cells

from tests.conftest import MIDDLE, NEWEST, Command

Write = Callable[[str, Mapping[str, str]], Path]
CELL = Cell(
    "py3.12-docutils0.21.2-sphinx8.1.3-mine", "3.12", "0.21.2", "8.1.3", datetime(2025, 1, 1, tzinfo=UTC), (), "new"
)
ADDED = """
{0}- python: "3.12"
{0}  docutils: "0.21.2"
{0}  sphinx: "8.1.3"
{0}  date: "2025-01-01T00:00:00Z"
{0}  label: "mine"
{0}  why: "new"
"""


@pytest.mark.parametrize("indent", ["", "  ", "    "])
def test_a_cell_follows_the_last_one_and_comments_stay(indent: str) -> None:
    before = f"cells: # mine\n{indent}- python: '3.13'\n{indent}  requirements:\n{indent}  - furo # why\n"
    after = "\n# about the trees\ntrees: {}\n"
    assert with_cells(Path("matrix.yaml"), before + after, [CELL]) == before + ADDED.format(indent) + after


@pytest.mark.parametrize("text", ["cells: [{python: '3.13'}]\n", "products: []\n", "cells: []\n"])
def test_cells_of_another_form_are_left_to_the_user(text: str) -> None:
    with pytest.raises(InputError, match=r"add these by hand: py3\.12"):
        with_cells(Path("matrix.yaml"), text, [CELL])


@pytest.mark.builds
def test_a_second_init_adds_the_cell_that_is_named_and_loses_nothing(docs_matrix: Command, write: Write) -> None:
    folder = write("project", {"docs/conf.py": "", "docs/index.rst": "Index\n=====\n\n*open\n"})
    assert docs_matrix("init", folder, "--cell", NEWEST).status == 0
    file = folder / "matrix.yaml"
    file.write_text(file.read_text() + "# mine\n")
    before = file.read_text()
    assert docs_matrix("init", folder, "--cell", NEWEST, "--nox").status == 0
    assert file.read_text() == before
    assert (folder / "noxfile.py").exists()
    answer = docs_matrix("init", folder, "--cell", MIDDLE)
    assert f"{MIDDLE}: added" in answer.stdout, answer.stdout
    assert "accepted in the added cells: 1 diagnostic (of the documents)" in answer.stdout
    assert set(before.splitlines()) < set(file.read_text().splitlines())
    checked = docs_matrix("check", cwd=folder, CI="true")
    assert (checked.status, checked.places("known")) == (0, [("docs/index.rst", 4)])
    assert list(checked.findings["cells"]) == [NEWEST, MIDDLE]
