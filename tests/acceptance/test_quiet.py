"""An html build that renders nothing says what one that renders says: on real documentation, in every default cell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from docs_matrix.check.subject import resolve
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.asked import Asked

from tests.conftest import ROOT
from tests.probe.test_no_output import both_ways
from tests.support.sdists import sdist

MATRIX = matrix.load(ROOT / "matrix.yaml")

pytestmark = [pytest.mark.acceptance, pytest.mark.parametrize("cell", MATRIX.cells, ids=lambda cell: cell.name)]


def test_it_does_on_driver_api(cell: Cell, linux_6_12: Path, store: Path) -> None:
    bench = Workbench(MATRIX, store)
    found = resolve(Asked(str(linux_6_12)), bench)
    recipe = replace(found.recipe, variables={**(found.recipe.variables or {}), "SPHINXDIRS": "driver-api"})
    assert both_ways(bench, cell.name, linux_6_12, recipe, found.requirements)


def test_it_does_on_the_documentation_of_the_cell_s_sphinx(cell: Cell, tmp_path: Path, store: Path) -> None:
    bench = Workbench(MATRIX, store)
    archive = sdist(f"sphinx=={cell.sphinx}", tmp_path)
    found = resolve(Asked(str(archive)), bench)
    both_ways(bench, cell.name, archive, found.recipe, found.requirements)
