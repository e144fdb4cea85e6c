"""`docs-matrix history` as a user runs it, on what real builds of a real repository left in the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import NEWEST, Command
from tests.support.git import git
from tests.support.machine import needs_python
from tests.support.revisions import Write, check, four_revisions, histories

pytestmark = pytest.mark.builds


@pytest.fixture(autouse=True)
def _needs_the_newest_cell() -> None:
    needs_python("3.13")


@pytest.fixture
def project(write: Write) -> Path:
    return four_revisions(write)


def test_each_revision_has_its_number_what_came_and_went_and_a_failed_build_none(
    docs_matrix: Command, project: Path
) -> None:
    assert "no build of a revision is in the store yet" in docs_matrix("history", "--tree", project).stdout
    check(docs_matrix, project, "--base", "HEAD~2", "--head", "HEAD~1", "--docs", "all")
    check(docs_matrix, project, "--base", "HEAD~3", "--docs", "all")
    (history,) = histories(docs_matrix("history", "--tree", project, "--json"))
    assert history["documents"] is None
    assert [row["subject"] for row in history["revisions"]] == ["one warning", "two others", "broken", "none"]
    assert [row["commit"] for row in history["revisions"]] == git(project, "rev-list", "--reverse", "HEAD").split()
    builds = [row["builds"][NEWEST] for row in history["revisions"]]
    assert [build["total"] for build in builds] == [1, 2, None, 0]
    assert [build["status"] for build in builds] == ["ok", "ok", "failed", "ok"]
    assert "no" in builds[2]["reason"]
    assert builds[1]["counts"] == {"ERROR": {"docutils": 1}, "WARNING": {"docutils": 1}}
    changes = [build["difference"] and (build["difference"]["came"], build["difference"]["went"]) for build in builds]
    assert changes == [None, (2, 1), None, (0, 2)]
    shown = docs_matrix("history", "--tree", project).stdout
    assert [line.split()[2] for line in shown.splitlines() if line.endswith(("others", "broken"))] == ["2", "failed"]

    # The same builds again, out of the store, leave the same.
    check(docs_matrix, project, "--base", "HEAD~3", "--docs", "all")
    assert histories(docs_matrix("history", "--tree", project, "--json")) == [history]

    # A revision leaves out what does not belong to it, and the report has the picture up to its head.
    (older,) = histories(docs_matrix("history", "--tree", project, "--json", "--rev", "HEAD~2"))
    assert [row["subject"] for row in older["revisions"]] == ["one warning", "two others"]
    answer = check(docs_matrix, project, "--base", "HEAD~3", "--head", "HEAD~2", "--docs", "all")
    page = (answer.out / "report.html").read_text()
    assert f'aria-label="{NEWEST}: 2 at last, 1 at first, 2 at most"' in page
    merged = docs_matrix("merge", answer.out, out="merged")
    assert "2 at last, 1 at first" in (merged.out / "report.html").read_text()
