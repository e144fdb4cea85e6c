"""What `reproduce` refuses before anything is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Command
from tests.questions.reproduce.test_reproduce import DEBIAN, EXAMPLE, PATCH, VFIO, report


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nothing\n", "holds no report"),
        (report() + report(), "holds 2 reports; choose one with --number"),
    ],
)
def test_what_cannot_be_reproduced_is_one_line(docs_matrix: Command, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "report.txt").write_text(text)
    answer = docs_matrix("reproduce", tmp_path / "report.txt", "--tree", EXAMPLE, "--cell", DEBIAN)
    assert answer.status == 2
    assert said in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_a_patch_that_does_not_apply_names_file_and_hunk(docs_matrix: Command, tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text(report())
    (tmp_path / "other.patch").write_text(PATCH.read_text().replace("-A machine that", "-No machine that"))
    answer = docs_matrix("reproduce", tmp_path / "report.txt", "--tree", EXAMPLE, "--patch", tmp_path / "other.patch")
    assert answer.status == 2
    assert f"other.patch: {VFIO}: hunk at line" in answer.stderr
