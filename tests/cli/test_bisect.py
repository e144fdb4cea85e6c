"""What `bisect` and `compare` refuse before anything is built."""

from __future__ import annotations

from tests.conftest import NEWEST, Command


def test_a_question_without_text_or_path_is_refused(docs_matrix: Command) -> None:
    answer = docs_matrix("bisect", "docutils", "--tree", "example")
    assert answer.status == 2
    assert "give --find TEXT to name a message, or --path" in answer.stderr


def test_one_cell_cannot_be_compared_with_itself(docs_matrix: Command) -> None:
    answer = docs_matrix("compare", NEWEST, NEWEST, "--tree", "example")
    assert answer.status == 2
    assert "are the same cell" in answer.stderr
