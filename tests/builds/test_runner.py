"""What the runner gives to a build."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from harness import matrix
from harness.builds.orders import Order
from harness.errors import MissingInterpreterError
from harness.investigate.bench import Bench
from harness.matrix import Recipe
from tests.conftest import MIDDLE, ROOT

MAKEFILE = """\
htmldocs:
\tPYTHONPYCACHEPREFIX=$(BUILDDIR)/__pycache__ $(SPHINXBUILD) $(SPHINXOPTS) -b html docs $(BUILDDIR)
"""


def test_a_makefile_that_has_bytecode_kept_in_its_output_has_none_made_of_sphinx(tmp_path: Path, store: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "Makefile").write_text(MAKEFILE)
    (tmp_path / "docs/conf.py").write_text("import sys\nif sys.pycache_prefix: raise ValueError(sys.pycache_prefix)\n")
    (tmp_path / "docs/index.rst").write_text(f"Index\n=====\n\n*half {uuid.uuid4()}\n")  # no store has this
    bench = Bench(matrix.load(ROOT / "matrix.yaml"), store)
    try:
        environment = bench.provide(next(one for one in bench.matrix.cells if one.name == MIDDLE), ()).environment
    except MissingInterpreterError as missing:
        pytest.skip(str(missing))
    build = bench.runner.build(Order(environment, bench.trees.open(tmp_path), Recipe("make", "docs", "docs"))).build
    assert (build.status, build.reason, len(build.diagnostics)) == ("ok", None, 1)
