"""The key of a build: all that its diagnostics depend on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docs_matrix
import pytest
from docs_matrix.builds import order as orders
from docs_matrix.builds.order import Order, Reading, build_key
from docs_matrix.config.matrix import Recipe
from docs_matrix.toolchains.environments import Environment
from docs_matrix.toolchains.interpreters import Interpreter
from docs_matrix.toolchains.locks import Lock
from docs_matrix.trees import Tree

PACKAGE = Path(docs_matrix.__file__).parent
FILES = sorted(
    path.relative_to(PACKAGE).as_posix()
    for folder in ("probe", "capture")
    for path in (PACKAGE / folder).rglob("*")
    if path.suffix != ".pyc" and path.is_file()
)
LOCK = Lock(Path("lock"), "cell", "3.13", "2026-01-01", (), (), {}, digest="1" * 64, text="")
ENVIRONMENT = Environment(Path("/e"), Interpreter(Path("/usr/bin/python3"), "3.13.0"), LOCK)
ORDER = Order(ENVIRONMENT, Tree("tree", "a" * 40, "a" * 40, "b" * 64), Recipe("sphinx", "docs", "docs"))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the package's files, whose keys are made."""
    copy = tmp_path / "docs_matrix"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(docs_matrix, "__file__", str(copy / "__init__.py"))
    orders.capture_version.cache_clear()
    yield copy
    orders.capture_version.cache_clear()


def key() -> str:
    orders.capture_version.cache_clear()
    return build_key(ORDER)


def test_the_files_of_which_a_key_is_made_are_those_of_the_probe_and_of_what_reads_its_records() -> None:
    assert {"probe/probe.py", "probe/warm_start.py", "capture/records.py", "capture/stderr_parser.py"} <= set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_an_edit_of_a_file_that_a_build_depends_on_changes_the_key(package: Path, name: str) -> None:
    before = key()
    with (package / name).open("a") as stream:
        stream.write("# edited\n")
    assert key() != before


@pytest.mark.parametrize(
    "name", ["probe/another.py", "capture/another.py", "probe/below/another.py", "probe/table.json"]
)
def test_a_file_more_changes_the_key(package: Path, name: str) -> None:
    before = key()
    (package / name).parent.mkdir(exist_ok=True)
    (package / name).write_text("")
    assert key() != before


def test_bytecode_and_files_of_other_folders_do_not_change_the_key(package: Path) -> None:
    before = key()
    (package / "probe/__pycache__").mkdir()
    (package / "probe/__pycache__/probe.cpython-313.pyc").write_bytes(b"x")
    (package / "reports/junit.py").write_text("")
    assert key() == before


@pytest.mark.parametrize(
    "other",
    [
        {"environment": replace(ENVIRONMENT, lock=replace(LOCK, digest="2" * 64))},
        {"environment": replace(ENVIRONMENT, interpreter=Interpreter(Path("/usr/bin/python3"), "3.13.1"))},
        {"tree": Tree("tree", "c" * 40, "c" * 40, "b" * 64)},
        {"recipe": Recipe("sphinx", "docs", "docs", jobs=2)},
        {"recipe": Recipe("make", "docs", "docs")},
        {"documents": ("a.rst",)},
        {"reading": Reading(readers=2)},
        {"all_pages": True},
        {"plain": True},
    ],
    ids=lambda other: "-".join(other),
)
def test_another_order_has_another_key(other: dict[str, Any]) -> None:
    assert build_key(replace(ORDER, **other)) != build_key(ORDER)


@pytest.mark.parametrize(
    "more",
    [{"documents": ("a.rst",)}, {"reading": Reading()}, {"keep": True}, {"warm": True}],
    ids=lambda more: "-".join(more),
)
def test_a_plain_build_is_of_all_documents_from_nothing(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a plain build has no"):
        replace(ORDER, plain=True, **more)
