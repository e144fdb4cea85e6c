"""Random changes of real projects: heads that start from a warm base say what heads from nothing say."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import MIDDLE, NEWEST
from tests.random_warm_starts.rounds import rounds
from tests.support.sdists import sdist

pytestmark = pytest.mark.acceptance

CELLS = ("py3.9-docutils0.16-sphinx3.4.3", MIDDLE, NEWEST)


@pytest.mark.parametrize(
    ("release", "source", "requirements"),
    [("peewee==3.17.9", "docs", ("sphinx-rtd-theme",)), ("gunicorn==23.0.0", "docs/source", ("sphinx-rtd-theme",))],
)
def test_no_head_from_a_warm_base_says_anything_else(
    release: str, source: str, requirements: tuple[str, ...], tmp_path: Path, store: Path
) -> None:
    (tmp_path / "sdist").mkdir()
    subprocess.run(["tar", "-C", tmp_path, "-xf", sdist(release, tmp_path / "sdist")], check=True)
    tree = next(path for path in tmp_path.iterdir() if path.name.startswith(release.partition("==")[0]))
    done = list(rounds(tree, source, CELLS, 5, 1, store, tmp_path, requirements=requirements))
    assert [str(one) for one in done if not one.agrees] == []
    assert any(one.warm.resumed is not None for one in done)
