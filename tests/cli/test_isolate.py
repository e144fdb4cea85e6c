"""What `isolate` refuses before anything is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.conftest import MIDDLE, Command

Write = Callable[[str, Mapping[str, str]], Path]


def test_a_folder_is_no_document(docs_matrix: Command, write: Write) -> None:
    tree = write("project", {"conf.py": "", "index.rst": "A\n=\n", "sub/a.rst": "A\n=\n"})
    answer = docs_matrix("isolate", "--tree", tree, "--find", "left", "--path", "sub", "--cell", MIDDLE)
    assert (answer.status, "not a folder" in answer.stderr) == (2, True)
