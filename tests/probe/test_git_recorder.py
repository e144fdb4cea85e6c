"""Which calls of git are questions."""

from __future__ import annotations

import pytest
from docs_matrix.probe import git_recorder


@pytest.mark.parametrize(
    "words",
    [
        "describe --tags --dirty",
        "-C docs -c log.showSignature=false log -1 --format=%cI -- index.rst",
        "--git-dir=.git rev-parse HEAD",
        "branch --show-current",
        "tag",
        "tag --points-at HEAD",
        "status --porcelain",
        "--version",
        "",
    ],
)
def test_a_call_that_only_reads_is_a_question(words: str) -> None:
    assert git_recorder.is_question(words.split())


@pytest.mark.parametrize(
    "words",
    [
        "commit -m x",
        "tag v2",
        "branch new",
        "cat-file --batch",
        "rev-list --stdin",
        "diff --output=file HEAD~1",
        "fetch origin",
        "config user.name x",
        "unknown",
    ],
)
def test_a_call_that_writes_or_reads_its_input_is_none(words: str) -> None:
    assert not git_recorder.is_question(words.split())
