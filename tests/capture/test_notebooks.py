"""Where the lines of cells are in the file of a notebook."""

from __future__ import annotations

import json
from typing import Any

import pytest
from docs_matrix.capture.notebooks import line_of


def cell(source: list[str] | str, **other: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {"source": ["not this\n"]}, **other, "source": source}


NOTEBOOK = {
    "metadata": {"cells": [{"source": ["nor this"]}]},
    "cells": [
        cell(["# One\n", "\n", 'A "quoted" [text], {or: so}']),
        cell(["1 + 1\n"], outputs=[{"data": {"text/plain": ["source"]}, "source": "x"}]),
        cell([]),
        cell(["Two lines\nin one\n", "And *this."]),
        cell("All\nin\none"),
    ],
}


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ((1, 1), "# One"),
        ((1, 3), "A "),
        ((2, 1), "1 + 1"),
        ((4, 2), "Two lines"),
        ((4, 3), "And *this"),
        ((5, 3), "All"),
    ],
)
def test_the_line_of_a_cell_is_found(place: tuple[int, int], text: str) -> None:
    written = json.dumps(NOTEBOOK, indent=1)
    line = line_of(written, *place)
    assert line is not None
    assert text in written.split("\n")[line - 1]


@pytest.mark.parametrize("place", [(1, 4), (3, 1), (5, 4), (6, 1), (0, 1)])
def test_a_line_that_no_cell_has_is_nowhere(place: tuple[int, int]) -> None:
    assert line_of(json.dumps(NOTEBOOK, indent=1), *place) is None


def test_what_is_no_notebook_has_no_lines() -> None:
    assert line_of('{"cells": [{"source": ["\\x"]', 1, 1) is None
    assert line_of("]]}}::,,", 1, 1) is None
