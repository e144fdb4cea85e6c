"""`docs-matrix history` on builds that a map answers: what is a revision, and which documents make a history."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import NEWEST, Command
from tests.support.git import git
from tests.support.revisions import CONF, GOOD, SHORT, Write, check, four_revisions, histories

pytestmark = pytest.mark.usefixtures("fake_sphinx")


@pytest.fixture
def project(write: Write) -> Path:
    return four_revisions(write)


def test_other_documents_are_another_history(docs_matrix: Command, project: Path) -> None:
    check(docs_matrix, project, "--docs", "all")
    check(docs_matrix, project, "--base", "HEAD~3", "--docs", "docs/index.rst")
    whole, part = histories(docs_matrix("history", "--tree", project, "--json"))
    assert (whole["documents"], part["documents"]) == (None, ["index.rst"])
    assert [row["builds"][NEWEST]["total"] for row in whole["revisions"]] == [0]
    assert len(part["revisions"]) == 2


def test_work_in_progress_patches_and_what_a_change_concerns_are_no_revisions(
    docs_matrix: Command, project: Path, tmp_path: Path
) -> None:
    check(docs_matrix, project, "--base", "HEAD~3", "--docs", "affected")
    (project / "docs/a.rst").write_text(SHORT)
    patch = tmp_path / "a.patch"
    patch.write_text(git(project, "diff"))
    check(docs_matrix, project, "--docs", "all")
    assert histories(docs_matrix("history", "--tree", project, "--json")) == []
    git(project, "checkout", "-q", ".")
    assert check(docs_matrix, project, "--patch", patch, "--docs", "all").status == 1
    (history,) = histories(docs_matrix("history", "--tree", project, "--json"))
    assert [row["subject"] for row in history["revisions"]] == ["none"]


def test_a_folder_that_git_does_not_know_has_a_row_for_each_content(docs_matrix: Command, write: Write) -> None:
    folder = write("plain", {"docs/conf.py": CONF, "docs/index.rst": SHORT})
    check(docs_matrix, folder)
    write("plain", {"docs/index.rst": GOOD})
    check(docs_matrix, folder)
    (history,) = histories(docs_matrix("history", "--tree", folder, "--json"))
    assert sorted(row["builds"][NEWEST]["total"] for row in history["revisions"]) == [0, 1]
    assert {row["commit"] for row in history["revisions"]} == {None}
    wrong = docs_matrix("history", "--tree", folder, "--rev", "HEAD")
    assert (wrong.status, "not a git repository" in wrong.stderr) == (2, True)
    wrong = docs_matrix("history", "--tree", folder, "--cell", "py1")
    assert (wrong.status, "--cell py1: no such cell" in wrong.stderr) == (2, True)
