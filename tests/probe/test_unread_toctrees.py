"""A new document in no toctree is new, also if the documents that have toctrees are not read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import NEWEST, Command
from tests.support.git import git

pytestmark = pytest.mark.builds

CODE = ".. toctree::\n\n   more\n\n.. code-block:: c\n\n   /*\n    * a comment\n    */\n   /**\n"


def test_a_comment_in_code_is_no_pattern_of_a_toctree(
    docs_matrix: Command, write: Callable[[str, Mapping[str, str]], Path]
) -> None:
    files = {"conf.py": "", "index.rst": "Index\n=====\n\n.. toctree::\n\n   a\n", "more.rst": "More\n====\n"}
    folder = write("p", {**files, "a.rst": f"A\n=\n\n{CODE}"})
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    (folder / "sub").mkdir()
    (folder / "sub/new.rst").write_text("New\n===\n")
    answer = docs_matrix("check", "--tree", folder, "--base", "HEAD", "--docs", "affected", "--cell", NEWEST)
    assert [(path, "toctree" in message) for path, message in told(answer.of("new"))] == [("sub/new.rst", True)]


def told(findings: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(finding["path"], finding["message"]) for finding in findings]
