"""The text of a new matrix.yaml is read back as what was found."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Cell, Install, Recipe
from docs_matrix.questions.init.matrix_text import TREE, matrix_text
from docs_matrix.questions.init.project_facts import ProjectFacts

CELL = Cell("py3.13-docutils0.21.2-sphinx8.1.3", "3.13", "0.21.2", "8.1.3", datetime(2025, 6, 1, tzinfo=UTC), why="x")


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe("sphinx", "docs", "docs"),
        Recipe("sphinx", "docs/source", "docs/source", folder="docs", builder="dirhtml", options=("-n", "-D", "a=b")),
        Recipe("make", "doc", "doc", target="htmldocs", variables={}),
    ],
)
def test_a_recipe_is_read_back(tmp_path: Path, recipe: Recipe) -> None:
    commands = ("doxygen", 'a "b"\nc: d')
    project = ProjectFacts(recipe, (), {}, Install((".",)), (), setup=commands)
    path = tmp_path / "matrix.yaml"
    path.write_text(matrix_text([CELL], (), project))
    tree = matrix.load(path).trees[TREE]
    assert (tree.recipe, tree.setup, tree.install) == (recipe, commands, Install((".",)))


@pytest.mark.parametrize(
    ("install", "line"), [(Install(), "install: none"), (Install(release=True), "install: release")]
)
def test_packages_that_the_user_names_are_read_back(tmp_path: Path, install: Install, line: str) -> None:
    project = ProjectFacts(Recipe("sphinx", "docs", "docs"), (), {}, install, (), named_install=True)
    path = tmp_path / "matrix.yaml"
    path.write_text(matrix_text([CELL], (), project))
    assert line in path.read_text()
    assert matrix.load(path).trees[TREE].install == install
