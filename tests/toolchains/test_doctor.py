"""The doctor says each lack with what to do about it, and changes nothing."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docs_matrix.builds import host_tools
from docs_matrix.config.matrix import Cell, Matrix
from docs_matrix.errors import MachineError
from docs_matrix.toolchains import doctor, environments, interpreters, locks
from docs_matrix.toolchains.interpreters import Interpreter
from docs_matrix.toolchains.locks import Lock

from tests.support.machine import lacks

LOCKS = Path(__file__).parents[2] / "locks"

MISSING = Cell("py3.99-docutils0.23-sphinx9.2.0", "3.99", "0.23", "9.2.0", datetime(2026, 11, 1, tzinfo=UTC))


def examined(cell: Cell, store: Path, **change: object) -> list[doctor.Lack]:
    matrix = Matrix(path=LOCKS.parent / "matrix.yaml", cells=(cell,), trees={})
    arguments = {"committed": LOCKS, "store": store, "tools": host_tools.tools(), "offline": True, **change}
    return [lack for lack in doctor.examine(matrix, (), **arguments) if lack.needed]  # type: ignore[arg-type]


def cell_of(lock: Lock, cells: tuple[Cell, ...]) -> Cell:
    return next(cell for cell in cells if cell.name == lock.cell)


def test_a_missing_interpreter_and_a_missing_lock_are_told_with_their_commands(tmp_path: Path) -> None:
    interpreter, lock = examined(MISSING, tmp_path)
    assert interpreter.what == f"cell {MISSING.name}: no Python 3.99 here"
    assert "install 3.99" in interpreter.remedy
    assert lock.what == f"cell {MISSING.name}: there is no lock {MISSING.name}.txt"
    assert lock.remedy == f"docs-matrix lock {MISSING.name}"


def test_a_machine_with_all_lacks_nothing_and_stays_as_it_is(
    buildable: tuple[Lock, Interpreter], cells: tuple[Cell, ...], tmp_path: Path
) -> None:
    store = tmp_path / "not/yet/there"
    assert examined(cell_of(buildable[0], cells), store) == []
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_does_not_answer_is_told_with_the_reason(
    buildable: tuple[Lock, Interpreter], cells: tuple[Cell, ...], tmp_path: Path
) -> None:
    cell = dataclasses.replace(cell_of(buildable[0], cells), date=datetime(2020, 1, 1, tzinfo=UTC))
    (lack,) = examined(cell, tmp_path)
    assert "and 2020-01-01T00:00:00Z is asked for" in lack.what


def test_what_makes_it_slower_is_told_and_not_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    monkeypatch.setattr("docs_matrix.toolchains.uv.program", lambda: None)
    matrix = Matrix(path=LOCKS.parent / "matrix.yaml", cells=(), trees={})
    found = doctor.examine(matrix, (), committed=LOCKS, store=tmp_path, tools={}, offline=True)
    assert [(lack.what.split()[0], lack.remedy, lack.needed) for lack in found if "not installed" in lack.what] == [
        ("uv", "python3 -m pip install uv", False),
        ("isal", "python3 -m pip install isal", False),
    ]


def test_a_store_that_cannot_be_written_is_told(
    buildable: tuple[Lock, Interpreter], cells: tuple[Cell, ...], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    for store, reason in (("file/store", "cannot be written: Not a directory"), ("file", "is not a folder")):
        (lack,) = examined(cell_of(buildable[0], cells), tmp_path / store)
        assert lack.what == f"the store {tmp_path / store} {reason}"
    (lack,) = examined(cell_of(buildable[0], cells), tmp_path)
    assert (
        lack.what
        == f"the store {tmp_path} is not a store of docs-matrix: it is not empty, and has no file docs-matrix-store"
    )


def test_an_index_that_does_not_answer_is_told_while_something_must_be_fetched(
    buildable: tuple[Lock, Interpreter], cells: tuple[Cell, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    (lack,) = examined(cell_of(buildable[0], cells), tmp_path, offline=False)
    assert lack.what.startswith("environments are still to be made, and the package index does not answer: ")
    assert "UV_DEFAULT_INDEX" in lack.remedy


def test_programs_that_are_not_there_are_told_and_those_of_kernels_are_not_needed(
    buildable: tuple[Lock, Interpreter], cells: tuple[Cell, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    matrix = Matrix(path=LOCKS.parent / "matrix.yaml", cells=(), trees={})
    lacks = doctor.examine(matrix, (), committed=LOCKS, store=tmp_path, tools=host_tools.tools())
    assert [(lack.what.split()[0], lack.needed) for lack in lacks] == [
        ("git", True),
        ("make", False),
        ("perl", False),
        ("dot", False),
    ]


def test_a_cells_state_says_where_its_environment_is_and_whether_it_is_made(
    buildable: tuple[Lock, Interpreter], cells: tuple[Cell, ...], tmp_path: Path
) -> None:
    lock, interpreter = buildable
    cell = cell_of(lock, cells)
    among = interpreters.installed()
    before = doctor.state(cell, (), committed=LOCKS, store=tmp_path, among=among)
    assert (before.interpreter, before.lock, before.made, before.lacks) == (interpreter, lock, False, ())
    assert before.environment == environments.locate(lock, interpreter, tmp_path)
    try:
        environments.provide(lock, interpreter, store=tmp_path)
    except MachineError as error:
        lacks(error)
    assert doctor.state(cell, (), committed=LOCKS, store=tmp_path, among=among).made
    full = dataclasses.replace(cell, python=f"{cell.python}.99")
    assert "is used in its place" in str(doctor.state(full, (), committed=LOCKS, store=tmp_path).notice)
    assert locks.read(lock.path) == lock
