"""What the tests of cells share: real locks, real interpreters, one store for the environments that nobody breaks."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Cell
from docs_matrix.errors import MissingInterpreterError
from docs_matrix.toolchains import interpreters, locks
from docs_matrix.toolchains.interpreters import Interpreter
from docs_matrix.toolchains.locks import Lock

from tests.support.machine import lacks

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def cells() -> tuple[Cell, ...]:
    return matrix.load(ROOT / "matrix.yaml").cells


@pytest.fixture(scope="session")
def buildable(cells: tuple[Cell, ...]) -> tuple[Lock, Interpreter]:
    """The committed lock and the interpreter of the newest cell that can be built here."""
    among = interpreters.installed()
    for cell in reversed(cells):
        with suppress(MissingInterpreterError):
            interpreter, _ = interpreters.find(cell.python, offline=True, among=among)
            return locks.read(ROOT / "locks" / locks.file_name(cell, ())), interpreter
    return lacks("no cell of matrix.yaml has its interpreter here")


@pytest.fixture(scope="session")
def small(buildable: tuple[Lock, Interpreter], tmp_path_factory: pytest.TempPathFactory) -> tuple[Lock, Interpreter]:
    """As `buildable`, with docutils alone in the lock, so that its environment is soon made."""
    lock, interpreter = buildable
    entries = re.split(r"\n(?=\S)", lock.text.rstrip())
    path = tmp_path_factory.mktemp("lock") / "docutils.txt"
    path.write_text("\n".join(entry for entry in entries if entry.startswith(("#", "docutils=="))) + "\n")
    return locks.read(path), interpreter
