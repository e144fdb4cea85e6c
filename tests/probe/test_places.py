"""The names that the folders of a build get, over texts."""

from __future__ import annotations

import pytest
from docs_matrix.probe.places import plain, relocate


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("/b/1/a.rst in /b/1", "a.rst in ."),
        ("/b/12/a and /b/1.x and x/b/1/a and /b/1-2", "/b/12/a and /b/1.x and x/b/1/a and /b/1-2"),
        ("in /b/1. Then '/b/1/c', (/b/1/d) k=/b/1/e", "in .. Then 'c', (d) k=e"),
        ("/b/1/env/lib/x.py", "site-packages/x.py"),
    ],
)
def test_folders_are_replaced_whole_and_the_longest_first(text: str, short: str) -> None:
    assert relocate([("/b/1", ""), ("/b/1/env/lib", "site-packages"), ("/", "root")], text) == short


def test_colours_are_no_part_of_a_text() -> None:
    assert plain("\x1b[91mERROR: x\x1b[39;49;00m") == "ERROR: x"
