"""The cells that a project has for itself; the package index is asked, and nothing is installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from docs_matrix.config.matrix import Cell
from docs_matrix.questions.init.own_cells import pinned
from docs_matrix.questions.init.pins import dates_of
from docs_matrix.questions.init.project_facts import look
from docs_matrix.toolchains.interpreters import Interpreter

pytestmark = pytest.mark.builds

Write = Callable[[str, Mapping[str, str]], Path]
HERE = tuple(Interpreter(Path(version), version) for version in ("3.14.0", "3.13.1", "3.12.1", "3.11.7"))


def cell(write: Write, files: Mapping[str, str]) -> Cell | str | None:
    project = look(write("project", {"docs/conf.py": "", **files}))
    return pinned(project, HERE, dates_of(project.every_pin, offline=False), offline=False)


def test_the_toolchain_that_a_project_pins_is_a_cell_dated_by_its_newest_pin(write: Write) -> None:
    pins = "sphinx==8.1.3\nalabaster==1.0.0\n"
    found = cell(write, {"docs/requirements.txt": pins, ".readthedocs.yaml": "build: {tools: {python: '3.11'}}\n"})
    assert isinstance(found, Cell)
    assert found.name == "py3.11-docutils0.21.2-sphinx8.1.3-pinned"
    assert f"{found.date:%Y-%m-%d}" == "2024-10-14"
    assert found.requirements == ("alabaster==1.0.0",)


def test_without_a_named_python_it_has_the_newest_that_was_there(write: Write) -> None:
    found = cell(write, {"docs/requirements.txt": "sphinx==8.1.3\n"})
    assert isinstance(found, Cell)
    assert found.python == "3.12"


def test_a_project_that_pins_neither_sphinx_nor_docutils_has_none(write: Write) -> None:
    assert cell(write, {"docs/requirements.txt": "sphinx>=8\n"}) is None


def test_a_pin_that_was_never_released_is_the_reason_that_there_is_none(write: Write) -> None:
    found = cell(write, {"docs/requirements.txt": "sphinx==8.1.99\n"})
    assert isinstance(found, str)
    assert "sphinx==8.1.99" in found.lower()
