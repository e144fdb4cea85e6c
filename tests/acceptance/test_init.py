"""`init` on projects whose source distributions carry their documentation: the first run is green."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, Command
from tests.support.sdists import sdist

pytestmark = pytest.mark.acceptance

ACTION = f"owner/docs-matrix@{'0123456789' * 4}"


@pytest.mark.parametrize(
    ("release", "cells"),
    [
        ("pluggy==1.7.0", ["py3.12-docutils0.20.1-sphinx7.2.6"]),
        ("markupsafe==3.0.4", ["py3.13-docutils0.21.2-sphinx8.1.3", "py3.13-docutils0.23-sphinx9.2.0"]),
        ("attrs==26.1.0", ["py3.13-docutils0.21.2-sphinx8.1.3", "py3.13-docutils0.22.4-sphinx9.0.4"]),
    ],
)
def test_a_project_begins_and_its_first_run_is_green(
    docs_matrix: Command, tmp_path: Path, release: str, cells: list[str]
) -> None:
    subprocess.run(["tar", "-xf", sdist(release, tmp_path)], cwd=tmp_path, check=True)
    folder = next(path for path in tmp_path.iterdir() if path.is_dir() and path.name != "report")
    named = [word for cell in cells for word in ("--cell", cell)]
    begun = docs_matrix("init", folder, *named, "--action", ACTION, "--nox", cwd=ROOT)
    assert begun.status == 0, begun.stderr
    assert f"{len(cells)} of {len(cells)} cells build it" in begun.stdout, begun.stdout
    assert docs_matrix("lock", "--check", cwd=folder).status == 0
    answer = docs_matrix("check", cwd=folder, CI="true")
    assert answer.status == 0, answer.stdout
    assert list(answer.findings["cells"]) == cells
    assert all(cell["status"] == "ok" and cell["read"] > 2 for cell in answer.findings["cells"].values())
