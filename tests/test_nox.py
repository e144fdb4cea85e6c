"""The nox sessions of a matrix, as a project's own noxfile has them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import MIDDLE, NEWEST, ROOT
from tests.support.machine import needs_python

Write = Callable[[str, Mapping[str, str]], Path]

pytestmark = pytest.mark.builds


@pytest.fixture
def run(write: Write, store: Path) -> Callable[..., tuple[Path, subprocess.CompletedProcess[str]]]:
    """Run nox on the sessions of two cells in a project with one mistake; it returns the project and how nox ended."""
    needs_python("3.11")
    needs_python("3.13")
    cells = (ROOT / "matrix.yaml").read_text().partition("trees:")[0].replace("tree: example", "tree: docs")
    tree = "  docs:\n    path: .\n    recipe: {sphinx: {source: docs}}\n    requirements: []\n"
    tree += f"    cells: [{MIDDLE}, {NEWEST}]\n"
    folder = write(
        "project",
        {
            "docs/conf.py": "",
            "docs/index.rst": "Top\n===\n\nAn *open one.\n",
            "matrix.yaml": f"{cells}trees:\n{tree}",
            "noxfile.py": "from docs_matrix.nox import sessions\n\nsessions('matrix.yaml')\n",
        },
    )

    def started(
        *options: str, cells: tuple[str, ...] = (MIDDLE, NEWEST), more: tuple[str, ...] = ()
    ) -> tuple[Path, subprocess.CompletedProcess[str]]:
        names = [f"docs-matrix({name})" for name in cells]
        done = subprocess.run(
            [sys.executable, "-m", "nox", *options, "-s", *names, "--", *more],
            cwd=folder,
            env={**os.environ, "DOCS_MATRIX_STORE": str(store), "CI": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        return folder, done

    return started


@pytest.mark.parametrize("together", [(), ("-j", "2")], ids=["one after another", "side by side"])
def test_the_sessions_of_two_cells_end_with_one_report_on_both(
    run: Callable[..., tuple[Path, subprocess.CompletedProcess[str]]], together: tuple[str, ...]
) -> None:
    folder, done = run(*together)
    verdict = "docs, compared with nothing (no diagnostic is accepted): 1 new diagnostic in 2 cells"
    assert done.returncode == 1, done.stderr
    assert done.stdout.count(verdict) + done.stderr.count(verdict) == 1
    assert (folder / "docs-matrix-report/report.html").exists()


def test_a_job_of_one_cell_ends_well_if_another_job_reports(
    run: Callable[..., tuple[Path, subprocess.CompletedProcess[str]]],
) -> None:
    folder, done = run(cells=(NEWEST,), more=("--exit-zero",))
    assert done.returncode == 0, done.stderr
    assert "1 new diagnostic in 1 cell" in done.stdout + done.stderr
    assert list((folder / "docs-matrix-report/cells").glob("*.json"))
