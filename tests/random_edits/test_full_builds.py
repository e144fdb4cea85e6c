"""Random edits of known truth through whole Sphinx builds."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix

from tests.conftest import NEWEST, ROOT
from tests.random_edits.full_builds import Whole

pytestmark = pytest.mark.acceptance


@pytest.mark.parametrize(("cell", "rounds"), [(NEWEST, 10), ("py3.13-docutils0.21.2-sphinx8.1.3", 4)])
def test_random_edits_of_sphinx_s_own_documentation_are_judged_right(
    sphinx_archive: Path, tmp_path: Path, store: Path, cell: str, rounds: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with tarfile.open(sphinx_archive) as tar:
        tar.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.iterdir()
    total = Whole(tree, "usage", Workbench(matrix.load(ROOT / "matrix.yaml"), store), cell).rounds(rounds, 25, 1)
    with capsys.disabled():
        print(f"\n{total}", *total.misses, sep="\n")  # noqa: T201 (the counts are what this is run for)
    assert total.edits > rounds * 15
    assert not total.wrong
