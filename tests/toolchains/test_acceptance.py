"""Every cell of matrix.yaml, made real: its environment builds a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_matrix import process
from docs_matrix.config import matrix
from docs_matrix.errors import MissingInterpreterError
from docs_matrix.toolchains import environments, interpreters, locks

from tests.support.machine import lacks

ROOT = Path(__file__).parents[2]


@pytest.mark.acceptance
@pytest.mark.parametrize("cell", matrix.load(ROOT / "matrix.yaml").cells, ids=lambda cell: cell.name)
@pytest.mark.parametrize("requirements", [(), ("alabaster", "pyyaml")], ids=["bare", "kernel"])
def test_the_environment_of_every_cell_builds_a_page(
    cell: matrix.Cell, requirements: tuple[str, ...], tmp_path: Path
) -> None:
    try:
        interpreter, _ = interpreters.find(cell.python)
    except MissingInterpreterError as error:
        lacks(error)
    lock = locks.provide(cell, requirements, committed=ROOT / "locks", store=tmp_path, offline=True)
    environment = environments.provide(lock, interpreter, store=tmp_path)
    (tmp_path / "conf.py").write_text("import yaml\n" if requirements else "")
    (tmp_path / "index.rst").write_text("Title\n=====\n\n:ref:`nowhere`\n")
    command: list[str | Path] = [environment.python, "-m", "sphinx", "-b", "html", tmp_path, tmp_path / "out"]
    finished = process.run(command, timeout=120)
    assert finished.returncode == 0, finished.error_text
    assert "undefined label" in finished.error_text
    assert (tmp_path / "out/index.html").exists()
