"""What `shrink` refuses before anything is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.conftest import MIDDLE, Command

Write = Callable[[str, Mapping[str, str]], Path]


def test_a_folder_with_something_in_it_is_not_written_to(docs_matrix: Command, write: Write) -> None:
    tree = write("project", {"docs/conf.py": "", "docs/c.rst": "C\n=\n"})
    answer = docs_matrix("shrink", "--tree", tree, "--find", "x", "--path", "c", "--cell", MIDDLE, "--out", tree)
    assert (answer.status, "new or empty" in answer.stderr) == (2, True)
