"""What switches warnings off is noticed: settings are told, and what goes behind Sphinx's back fails the build."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from docs_matrix.builds.order import Order
from docs_matrix.builds.result import Build
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Recipe
from docs_matrix.errors import MissingInterpreterError

from tests.conftest import NEWEST, ROOT
from tests.support.machine import lacks

pytestmark = pytest.mark.builds


@pytest.fixture
def build(tmp_path: Path, store: Path) -> Callable[[str], Build]:
    def built(conf: str) -> Build:
        bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
        try:
            environment = bench.provide(next(one for one in bench.matrix.cells if one.name == NEWEST), ()).environment
        except MissingInterpreterError as missing:
            lacks(missing)
        folder = tmp_path / "tree"
        folder.mkdir()
        (folder / "conf.py").write_text(conf)
        (folder / "index.rst").write_text(f"Index\n=====\n\n*half {uuid.uuid4()}\n")
        return bench.runner.build(Order(environment, bench.trees.open(folder), Recipe("sphinx", ".", "."))).build

    return built


@pytest.mark.parametrize(
    ("conf", "reason"),
    [
        ("import logging\nlogging.disable(logging.CRITICAL)", "logging is disabled (logging.disable)"),
        (
            "def setup(app):\n    import logging\n    logging.getLogger('sphinx').handlers.clear()",
            "the handler that prints Sphinx's warnings was removed",
        ),
        (
            "def setup(app):\n    import logging\n    logging.getLogger('sphinx').setLevel(logging.ERROR)",
            "the level of Sphinx's logger is above WARNING",
        ),
    ],
)
def test_a_build_that_switches_warnings_off_is_a_failed_one(
    build: Callable[[str], Build], conf: str, reason: str
) -> None:
    built = build(conf)
    assert (built.status, built.reason) == ("failed", reason)


def test_settings_that_hide_warnings_are_told(build: Callable[[str], Build]) -> None:
    conf = (
        "import logging\nsuppress_warnings = ['ref.ref']\nnitpicky = True\n"
        "class Quiet(logging.Filter):\n    pass\n"
        "def setup(app):\n    logging.getLogger('sphinx').addFilter(Quiet())\n"
    )
    built = build(conf)
    assert built.status == "ok"
    assert len(built.diagnostics) == 1
    assert [text for text in built.hidden if not text.startswith("a filter")] == ["suppress_warnings: ref.ref"]
    assert any(text.endswith("Quiet") for text in built.hidden)


def test_a_build_that_hides_nothing_tells_nothing_else(build: Callable[[str], Build]) -> None:
    built = build("")
    assert (built.status, built.hidden) == ("ok", ("nitpicky: off",))
