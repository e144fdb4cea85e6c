"""Places of other kinds become a file and a line."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_matrix.capture.file_places import placed, texts
from docs_matrix.diagnostics.diagnostic import Diagnostic

SOURCE = 'def wrap(x):\n    """Wrap it.\n\n    It is *open.\n    """\n'


def said(path: str | None, line: int | None) -> Diagnostic:
    return Diagnostic(path, line, "WARNING", "docutils", "x", printed=f"{path}:{line}: WARNING: x")


@pytest.mark.parametrize(
    ("path", "line", "expected"),
    [
        ("pkg/tools.py:docstring of pkg.tools.wrap", 3, ("pkg/tools.py", 4, "docstring of pkg.tools.wrap, line 3")),
        (
            "pkg/tools.py:docstring of pkg.tools.fold",
            3,
            ("pkg/tools.py", None, "docstring of pkg.tools.fold, about line 3"),
        ),
        ("pkg/__init__.py:docstring of pkg.tools.wrap", 3, ("pkg/tools.py", 4, "docstring of pkg.tools.wrap, line 3")),
        (
            "other/__init__.py:docstring of pkg.tools.wrap",
            3,
            ("pkg/tools.py", 4, "docstring of pkg.tools.wrap, line 3"),
        ),
        ("site-packages/x.py:docstring of x.f", 3, ("site-packages/x.py", None, "docstring of x.f, about line 3")),
        ("docstring of built.in", 3, ("docstring of built.in", 3, None)),
        ("docs/index.rst:4:<translated>", 1, ("docs/index.rst", 4, "<translated>, line 1")),
        ("docs/list.rst:10:<autosummary>", 1, ("docs/list.rst", 10, "<autosummary>, line 1")),
        ("one.ipynb", 20002, ("one.ipynb", 3, "cell 2, line 2")),
        ("one.ipynb", 20003, ("one.ipynb", 4, "cell 2, line 3")),
        ("one.ipynb", 20001, ("one.ipynb", 3, "cell 2, line 1")),
        ("one.ipynb", 30001, ("one.ipynb", None, "cell 3, line 1")),
        ("one.ipynb", 7, ("one.ipynb", 7, None)),
        ("<rst_prolog>", 1, ("<rst_prolog>", 1, None)),
        ("<rst_prologue>", 1, ("<rst_prolog>", 1, "<rst_prologue>, line 1")),
        ("docs/index.rst", 4, ("docs/index.rst", 4, None)),
        (None, None, (None, None, None)),
    ],
)
def test_a_place_beside_a_file_becomes_a_line_of_the_file(
    tmp_path: Path, path: str | None, line: int | None, expected: tuple[str | None, int | None, str | None]
) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/tools.py").write_text(SOURCE)
    (tmp_path / "one.ipynb").write_text('{"cells": [{},\n{"source": [\n"One\\n",\n"Two"\n]}\n]}')
    found = placed(said(path, line), texts(tmp_path))
    assert (found.path, found.line, found.place) == expected
    assert found.printed == f"{path}:{line}: WARNING: x"
