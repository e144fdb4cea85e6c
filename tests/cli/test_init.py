"""What `init` refuses before anything is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import Command

Write = Callable[[str, Mapping[str, str]], Path]
PROJECT = {"docs/conf.py": "project = 'x'\n", "docs/index.rst": "Index\n=====\n\n*open\n"}
ACTION = f"owner/docs-matrix@{'0123456789' * 4}"


@pytest.mark.parametrize(
    ("there", "more", "said"),
    [
        ("baselines/docs.yaml", ("--action", ACTION), "docs.yaml exists already"),
        ("noxfile.py", ("--action", ACTION, "--nox"), "run without --nox, and add this to it"),
        ("x", ("--action", "owner/docs-matrix@v1"), "must be owner/repository@commit"),
        ("x", ("--action", ACTION, "--cell", "py9"), "no such cell"),
    ],
)
def test_nothing_is_written_over_and_an_action_is_pinned(
    docs_matrix: Command, write: Write, there: str, more: tuple[str, ...], said: str
) -> None:
    folder = write("project", {**PROJECT, there: "mine\n"})
    answer = docs_matrix("init", folder, *more)
    assert (answer.status, answer.stderr.count("\n")) == (2, 1), answer.stderr
    assert said in answer.stderr
    assert (folder / there).read_text() == "mine\n"


def test_a_folder_that_is_not_there_is_named(docs_matrix: Command, tmp_path: Path) -> None:
    answer = docs_matrix("init", tmp_path / "no", "--action", ACTION)
    assert (answer.status, "there is no such folder" in answer.stderr) == (2, True)
