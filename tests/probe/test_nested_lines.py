"""A message of text that a directive takes from a file has that file and its line, in an old and the newest cell."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_matrix.builds.order import Order
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Recipe
from docs_matrix.errors import MissingInterpreterError

from tests.conftest import NEWEST, ROOT
from tests.support.machine import lacks

pytestmark = pytest.mark.builds

EXTENSION = """\
import io, os
from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList

class Notes(Directive):
    required_arguments = 1
    has_content = True

    def run(self):
        path = os.path.join(self.state.document.settings.env.srcdir, self.arguments[0])
        lines = StringList()
        with io.open(path, encoding="utf-8") as file:
            for number, line in enumerate(file):
                if line.startswith("note: "):
                    lines.append(line[6:].strip(), path, number + ("line 6" in line))
                    lines.append("", path, number)
        node = nodes.section()
        node.document = self.state.document
        self.state.nested_parse(lines, 0, node)
        self.state.nested_parse(self.content, self.content_offset, node)
        return node.children

def setup(app):
    app.add_directive("notes", Notes)
    return {"parallel_read_safe": True}
"""
FILES = {
    "docs/conf.py": "import os, sys\nsys.path.insert(0, os.path.abspath('.'))\nextensions = ['ext']\n",
    "docs/ext.py": EXTENSION,
    "docs/index.rst": "Top\n===\n\n.. notes:: ../code.txt\n\n   Own *text.\n\nAnd *more.\n",
    "code.txt": "line\nnote: Good.\nline\nnote: A *half.\nnote: line 6 of *five.\n",
}


@pytest.mark.parametrize("cell", ["py3.9-docutils0.16-sphinx3.4.3", NEWEST])
def test_text_from_a_file_is_placed_in_that_file(cell: str, tmp_path: Path, store: Path) -> None:
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    for name, text in FILES.items():
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_text(text)
    try:
        environment = bench.provide(next(one for one in bench.matrix.cells if one.name == cell), ()).environment
    except MissingInterpreterError as missing:
        lacks(missing)
    build = bench.runner.build(
        Order(environment, bench.trees.open(tmp_path / "tree"), Recipe("sphinx", "docs", "docs"))
    ).build
    assert build.status == "ok", build.reason
    assert [(said.path, said.line) for said in build.diagnostics] == [
        ("code.txt", 4),
        ("code.txt", 5),
        ("docs/index.rst", 6),
        ("docs/index.rst", 8),
    ]
    assert (build.diagnostics[0].via or "").startswith("docs/index.rst:")
    assert build.diagnostics[0].document == "index"
