"""Whether `check` reads all documents, or first those that the change can affect, on builds that a map answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import NEWEST, ROOT, Answer, Command
from tests.support.git import git

Write = Callable[[str, Mapping[str, str]], Path]
Check = Callable[..., Answer]

GOOD = "A page\n======\n\nText.\n"
PROJECT = {"docs/conf.py": "", "docs/index.rst": GOOD, "docs/a.rst": GOOD, "docs/b.rst": GOOD, "part.json": "{}\n"}

pytestmark = pytest.mark.usefixtures("fake_sphinx")


@pytest.fixture
def check(docs_matrix: Command, write: Write, tmp_path: Path) -> Check:
    """Check a project of three documents of which one has changed; a build is expected to take five seconds at least."""
    folder = write("project", PROJECT)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    (folder / "docs/a.rst").write_text(GOOD + "\nAn *open one.\n")
    (folder / "part.json").write_text("{} \n")

    (tmp_path / "locks").symlink_to(ROOT / "locks")

    def check(*arguments: str, exact_within: float, ci: str | None = None) -> Answer:
        text = (ROOT / "matrix.yaml").read_text().replace("exact_within: 120", f"exact_within: {exact_within}")
        (tmp_path / "matrix.yaml").write_text(text)
        given = (
            "check",
            "--matrix",
            str(tmp_path / "matrix.yaml"),
            "--tree",
            str(folder),
            "--base",
            "HEAD",
            "--cell",
            NEWEST,
        )
        return docs_matrix(*given, *arguments, CI=ci)

    return check


def test_all_documents_are_read_if_that_takes_no_longer_than_it_may(check: Check) -> None:
    answer = check(exact_within=60)
    assert (answer.status, answer.findings["preliminary"]) == (1, False)
    assert answer.findings["cells"][NEWEST]["read"] == 3
    assert answer.stdout.splitlines()[-2].endswith(": 1 new diagnostic in 1 cell")


def test_if_it_takes_longer_the_answer_is_preliminary_and_says_so(check: Check) -> None:
    answer = check(exact_within=1)
    assert (answer.status, answer.findings["preliminary"]) == (1, True)
    assert answer.stdout.splitlines()[-2].endswith(
        ": 1 new diagnostic in 1 cell; preliminary: read 1 of 3 documents (--docs all reads every document)"
    )
    assert "--docs all reads all documents and takes some " in answer.stdout
    assert "no document names part.json: only --docs all shows whether a document reads it" in answer.stdout
    assert "preliminary" in (answer.out / "report.txt").read_text()
    assert "preliminary" in (answer.out / "report.html").read_text()
    assert "preliminary" in (answer.out / "summary.md").read_text()


def test_builds_that_are_kept_take_no_time(check: Check) -> None:
    assert check("--docs", "all", exact_within=1).findings["preliminary"] is False
    assert check(exact_within=0).findings["preliminary"] is False


def test_in_ci_the_answer_is_exact_unless_another_is_asked_for(check: Check) -> None:
    assert check(exact_within=0, ci="true").findings["preliminary"] is False
    assert check("--docs", "affected", exact_within=60, ci="true").findings["preliminary"] is True
