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


@pytest.mark.parametrize("together", [(), ("-j", "2")], ids=["one after another", "side by side"])
def test_the_sessions_of_two_cells_end_with_one_report_on_both(
    write: Write, store: Path, together: tuple[str, ...]
) -> None:
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
    names = [f"docs-matrix({name})" for name in (MIDDLE, NEWEST)]
    done = subprocess.run(
        [sys.executable, "-m", "nox", *together, "-s", *names],
        cwd=folder,
        env={**os.environ, "DOCS_MATRIX_STORE": str(store), "CI": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    verdict = "docs, compared with nothing (no diagnostic is accepted): 1 new diagnostic in 2 cells"
    assert done.returncode == 1, done.stderr
    assert done.stdout.count(verdict) + done.stderr.count(verdict) == 1
    assert (folder / "docs-matrix-report/report.html").exists()
