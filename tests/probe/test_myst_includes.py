"""A message of a part of a file that MyST includes has that file and its line, however MyST counts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from docs_matrix.builds.order import Order
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Cell, Recipe

from tests.conftest import ROOT

pytestmark = pytest.mark.builds

PAGE = """# Top

```{include} ../NOTES.md
:end-before: <!-- middle -->
```

Own {nosuch}`three`.

```{include} ../NOTES.md
:start-after: <!-- middle -->
```
"""
NOTES = "# Notes\n\nA {nosuch}`one` here.\n\n<!-- middle -->\n\nText.\n\nA {nosuch}`two` there.\n"


@pytest.mark.parametrize("release", ["4.0.1", "5.1.0", "5.2.0"])
def test_a_mistake_in_an_included_part_is_at_its_line(release: str, tmp_path: Path, store: Path) -> None:
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    for name, text in {
        "docs/conf.py": 'extensions = ["myst_parser"]\n',
        "docs/index.md": PAGE,
        "NOTES.md": NOTES,
    }.items():
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_text(text)
    date = datetime(2026, 11, 29, tzinfo=UTC)
    pins = (f"myst-parser=={release}", "markdown-it-py<5")
    cell = Cell(f"py3.13-docutils0.21.2-sphinx8.1.3-myst{release}", "3.13", "0.21.2", "8.1.3", date, pins)
    provided = bench.provide(cell, ())
    order = Order(provided.environment, bench.trees.open(tmp_path / "tree"), Recipe("sphinx", "docs", "docs"), None)
    build = bench.runner.build(order).build
    assert build.status == "ok", build.reason
    unknown = {(one.path, one.line) for one in build.diagnostics if "nosuch" in one.message}
    assert unknown == {("NOTES.md", 3), ("docs/index.md", 7), ("NOTES.md", 9)}
