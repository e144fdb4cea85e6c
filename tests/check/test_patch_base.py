"""`--onto`, and the base that a patch finds by itself: the files that it was made for, wherever in the history they are."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from docs_matrix.robot.read import read

from tests.conftest import ROOT, Command
from tests.support.git import git

pytestmark = pytest.mark.builds

CELL = ("--cell", "py3.13-docutils0.22.4-sphinx9.0.4")
PATCH = ROOT / "examples" / "noiommu.patch"
VFIO = "Documentation/driver-api/vfio.rst"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The example as a repository with three commits: `exact` is what the patch is made for, `near` has a line more, which
    harms nothing, and `far` (checked out) another text where the patch would go."""
    folder = tmp_path / "tree"
    shutil.copytree(ROOT / "examples" / "kernel-like", folder)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "exact")
    git(folder, "tag", "exact")
    text = (folder / VFIO).read_text()
    (folder / VFIO).write_text(f"{text}\nA line more.\n")
    git(folder, "commit", "-qam", "near")
    git(folder, "tag", "near")
    (folder / VFIO).write_text(text.replace("A machine that has no gatekeeper", "Machines that have no gatekeeper"))
    git(folder, "commit", "-qam", "far")
    git(folder, "tag", "far")
    return folder


def test_of_several_revisions_the_one_that_the_patch_was_made_for_is_built(docs_matrix: Command, tree: Path) -> None:
    revisions = [word for rev in ("far", "near", "exact") for word in ("--onto", rev)]
    answer = docs_matrix("check", "--tree", tree, "--patch", PATCH, *revisions, *CELL)
    assert answer.status == 1, answer.stderr
    assert len(answer.places("new")) == 7
    notes = answer.findings["notes"]
    assert "onto exact: applies; the blobs are those that the patch was made for" in notes
    assert f"onto near: applies; made for another {VFIO}" in notes
    assert any(note.startswith(f"onto far: does not apply: noiommu.patch: {VFIO}: hunk at line") for note in notes)
    text = (answer.out / "report.txt").read_text()
    assert "[auto build test ERROR on exact]\n[also applies to near]\n[cannot apply to far]\n" in text
    (report,) = read(text.encode(), "report.txt").reports
    assert [(tested.how, tested.trees) for tested in report.tested] == [
        ("auto", ("exact",)), ("also", ("near",)), ("cannot apply", ("far",)),
    ]  # fmt: skip


def test_without_onto_the_commit_with_the_blobs_is_found(docs_matrix: Command, tree: Path) -> None:
    answer = docs_matrix("check", "--tree", tree, "--patch", PATCH, *CELL)
    assert answer.status == 1, answer.stderr
    exact = git(tree, "rev-parse", "exact")[:12]
    assert any(
        f"applied to {exact}, which has the files that the patch was made for" in note
        for note in answer.findings["notes"]
    )
    assert len(answer.places("new")) == 7


def test_the_commit_that_the_mail_names_is_taken(docs_matrix: Command, tree: Path, tmp_path: Path) -> None:
    near = git(tree, "rev-parse", "near").strip()
    text = PATCH.read_text().replace("index 91e3bf1a36c0..4624ea559238", "index 123456789abc..4624ea559238")
    (tmp_path / "mail.patch").write_text(f"{text}-- \n2.34.1\n\nbase-commit: {near}\n")
    answer = docs_matrix("check", "--tree", tree, "--patch", tmp_path / "mail.patch", *CELL)
    assert answer.status == 1, answer.stderr
    assert any(f"applied to {near[:12]}, the commit that the mail names" in note for note in answer.findings["notes"])


def test_a_tree_that_has_the_blobs_is_taken_as_it_is(docs_matrix: Command, tree: Path) -> None:
    git(tree, "checkout", "-q", "exact")
    answer = docs_matrix("check", "--tree", tree, "--patch", PATCH, *CELL)
    assert not any("applied to" in note for note in answer.findings["notes"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--patch", PATCH, "--onto", "far"), "the patch applies to none of these: far: noiommu.patch"),
        (("--patch", PATCH, "--onto", "nowhere"), "nowhere"),
        (("--onto", "far"), "--onto needs --patch"),
    ],
)
def test_what_nothing_can_be_applied_to_is_one_line(
    docs_matrix: Command, tree: Path, arguments: tuple[str | Path, ...], said: str
) -> None:
    answer = docs_matrix("check", "--tree", tree, *arguments, *CELL)
    assert answer.status == 2
    assert said in answer.stderr
    assert answer.stderr.count("\n") == 1
