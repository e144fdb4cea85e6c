"""`reproduce` of reports whose lines no build says: the tree's own checks judge them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.check.test_lanes import kernel, project  # noqa: F401
from tests.conftest import NEWEST, Command
from tests.support.git import git

pytestmark = pytest.mark.usefixtures("fake_sphinx")

REPORT = """\
From: kernel test robot <lkp@example.org>
Subject: Re: [PATCH] drivers: a

Hi,

kernel test robot noticed the following build warnings:

compiler: gcc-12 (Debian) 12.2.0
reproduce (this is a W=1 build):

All warnings (new ones prefixed by >>):

>> drivers/a.c:2: warning: bad comment
>> drivers/a.c:9: warning: another comment
"""


def messages(docs_matrix: Command, folder: Path, *words: str | Path) -> list[dict[str, Any]]:
    report = folder.parent / "report.txt"
    report.write_text(REPORT)
    answer = docs_matrix("reproduce", report, "--tree", "p", "--cell", NEWEST, *words, "--json", cwd=folder)
    assert answer.status == 0, answer.stderr
    found: list[dict[str, Any]] = json.loads(answer.stdout)["messages"]
    return found


def test_a_line_that_a_check_says_reproduces(docs_matrix: Command, kernel: Path) -> None:  # noqa: F811
    (kernel / "drivers/a.c").write_text("good\nbad\n\n\n\n\n\n\n\n")
    first, second = messages(docs_matrix, kernel)
    assert (first["standing"], list(first["cells"])) == ("here", ["tree: kernel-doc"])
    assert (second["standing"], second["reason"]) == (
        "absent",
        "tree: kernel-doc reads its file, and does not say it",
    )


def test_a_line_that_the_patch_makes_is_new(docs_matrix: Command, kernel: Path) -> None:  # noqa: F811
    (kernel / "drivers/a.c").write_text("good\nbad\n\n\n\n\n\n\n\n")
    patch = kernel.parent / "a.patch"
    patch.write_text(git(kernel, "diff"))
    git(kernel, "checkout", "-q", ".")
    first, _ = messages(docs_matrix, kernel, "--patch", patch)
    assert (first["standing"], list(first["cells"])) == ("new", ["tree: kernel-doc"])
