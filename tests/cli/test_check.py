"""What `check` refuses before anything is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import NEWEST, Command

Write = Callable[[str, Mapping[str, str]], Path]


def test_a_tree_without_documentation_is_one_clear_line(docs_matrix: Command, write: Write) -> None:
    answer = docs_matrix("check", "--tree", write("empty", {"README": "x"}))
    assert answer.status == 2
    assert answer.stderr.count("\n") == 1
    assert "no documentation found" in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--tree", "no-such-folder"), "no such file or folder"),
        (("--tree", "exmple"), "did you mean example?"),
        (("--cell", "py9"), "no such cell"),
        (("--cell", "py3.13-docutils0.23-sphinx9.2"), f"did you mean {NEWEST}?"),
        (("--docs", "driver-api/vfoi.rst"), "did you mean driver-api/vfio.rst?"),
        (("--patch", "README.md"), "README.md"),
        (("--patch", "no-such.patch"), "no-such.patch"),
        (("--patch", "examples/noiommu.patch", "--base", "HEAD"), "give only one"),
        (("--head", "HEAD"), "--head needs --base"),
        (("--matrix", "no-such.yaml"), "no-such.yaml"),
        (("--docs", "affected"), "there is no change"),
    ],
)
def test_bad_input_is_one_clear_line_and_status_2(docs_matrix: Command, arguments: tuple[str, ...], said: str) -> None:
    answer = docs_matrix("check", *arguments)
    assert answer.status == 2
    assert answer.stderr.count("\n") == 1, answer.stderr
    assert said in answer.stderr
