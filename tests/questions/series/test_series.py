"""`series` on the example: five patches, each with another fate, and what is said of each."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MIDDLE, ROOT, Answer, Command
from tests.support.git import git
from tests.support.leaking_project import LEAKING

pytestmark = pytest.mark.builds

OLD, LATER = "py3.9-docutils0.16-sphinx3.4.3", "py3.13-docutils0.22.4-sphinx9.0.4"
BUSES, PATCHES = "Documentation/driver-api/buses.rst", "Documentation/process/patches.rst"
SECTION = "\nListing devices\n=====\n\nThere is a list.\n"
MENDED = SECTION.replace("=====", "=" * 15)


def clean(text: str) -> str:
    return text.replace("\nRemoving a driver\n", "\n.. _bus-removal:\n\nRemoving a driver\n")


def moved(text: str) -> str:
    return text.replace(SECTION, "").replace("\nAdding a driver\n", f"{SECTION}\nAdding a driver\n")


CHANGES: list[tuple[str, dict[str, Callable[[str], str]]]] = [
    ("clean", {BUSES: clean, PATCHES: lambda text: f"{text}\nSee :ref:`bus-removal` too.\n"}),
    ("breaks", {BUSES: lambda text: text + SECTION}),
    ("moves", {BUSES: moved}),
    ("repairs", {BUSES: lambda text: text.replace(SECTION, MENDED)}),
    ("breaks a label", {BUSES: lambda text: text.replace(".. _bus-removal:\n\n", "")}),
]


@pytest.fixture
def series(tmp_path: Path) -> tuple[Path, Path]:
    """A copy of the example as a git repository at its first commit, and the mbox of five patches on it."""
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "examples" / "kernel-like", tree)
    git(tree, "init", "-q")
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "base")
    git(tree, "tag", "base")
    for name, files in CHANGES:
        for path, change in files.items():
            before = (tree / path).read_text()
            (tree / path).write_text(change(before))
            assert (tree / path).read_text() != before
        git(tree, "commit", "-qam", f"docs: {name}")
    mbox = tmp_path / "v2.mbox"
    mbox.write_text(git(tree, "format-patch", "--stdout", "base..HEAD"))
    git(tree, "checkout", "-q", "base")
    return tree, mbox


def asked(docs_matrix: Command, series: tuple[Path, Path], *arguments: str | Path) -> tuple[Answer, dict[str, Any]]:
    cells = ("--cell", OLD, "--cell", LATER)
    answer = docs_matrix("series", "--tree", series[0], "--patch", series[1], *cells, *arguments)
    return answer, json.loads((answer.out / "series.json").read_text()) if answer.out.exists() else {}


def test_five_patches_each_get_what_is_theirs(docs_matrix: Command, series: tuple[Path, Path]) -> None:
    answer, told = asked(docs_matrix, series)
    assert answer.status == 1, answer.stderr
    assert [patch["subject"] for patch in told["patches"]] == [f"docs: {name}" for name, _ in CHANGES]
    both = [one for one in told["diagnostics"] if one["cells"] == [OLD, LATER]]
    assert [(one["path"], one["introduced"], one["repaired"]) for one in both] == [(BUSES, 2, 4), (PATCHES, 5, None)]
    assert all(
        one["cells"] == [OLD] for one in told["diagnostics"] if one not in both
    )  # docutils 0.16 said it twice there
    title = next(one for one in told["diagnostics"] if one["introduced"] == 2)
    assert title["message"].startswith("Title underline too short.")
    assert "nothing new\n" in answer.stdout.split("patch 2 of 5")[0]
    assert "patch 4 fixes it" in answer.stdout
    assert "which patch 2 brought" in answer.stdout
    assert "5 patches in 2 cells: 3 new, of which the series itself fixes 2;" in answer.stdout


def test_all_documents_are_read_unless_that_takes_too_long(
    docs_matrix: Command, series: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, told = asked(docs_matrix, series)
    assert told["docs"] == "all documents"
    monkeypatch.setattr("docs_matrix.check.exactness.expected_seconds", lambda *_, **__: 1e6)
    _, told = asked(docs_matrix, series)
    assert told["docs"] == "affected"


def test_each_patch_has_its_report(docs_matrix: Command, series: tuple[Path, Path]) -> None:
    answer, _ = asked(docs_matrix, series)
    folders = sorted(path.name for path in answer.out.iterdir() if path.is_dir())
    assert folders == [
        "0001-docs-clean",
        "0002-docs-breaks",
        "0003-docs-moves",
        "0004-docs-repairs",
        "0005-docs-breaks-a-label",
    ]
    reports = [(answer.out / name / "report.txt").read_text() for name in folders]
    assert [text.count("\n>> ") for text in reports] == [0, 2, 0, 0, 1]
    assert "is fixed by patch 4 of the series" in reports[1]
    assert "this patch fixes 1 diagnostic\n" in reports[3]
    assert f">> {PATCHES}:" in reports[4]


def test_a_state_is_built_once_however_often_it_is_asked_for(docs_matrix: Command, series: tuple[Path, Path]) -> None:
    _, first = asked(docs_matrix, series)
    _, again = asked(docs_matrix, series)
    assert first["builds"] <= 2 * 6
    assert again["builds"] == 0


def test_a_series_that_repairs_all_that_it_brings_ends_with_0(docs_matrix: Command, series: tuple[Path, Path]) -> None:
    tree, mbox = series
    git(tree, "checkout", "-q", "-")
    mbox.write_text(git(tree, "format-patch", "--stdout", "base..HEAD~1"))
    git(tree, "checkout", "-q", "base")
    answer, told = asked(docs_matrix, series)
    assert answer.status == 0, answer.stderr
    assert all(one["introduced"] == 2 and one["repaired"] for one in told["diagnostics"])


def test_a_patch_that_does_not_apply_is_named_with_file_and_hunk(
    docs_matrix: Command, series: tuple[Path, Path]
) -> None:
    tree, mbox = series
    mbox.write_text(
        mbox.read_text().replace("-Listing devices\n", "-Lost devices\n").replace(" Listing devices\n", " Lost\n")
    )
    answer = docs_matrix("series", "--tree", tree, "--patch", mbox, "--cell", LATER)
    assert answer.status == 2
    assert "v2.mbox #3 (docs: moves): Documentation/driver-api/buses.rst: hunk at line" in answer.stderr


def test_no_patch_and_no_mbox_are_one_line(docs_matrix: Command, series: tuple[Path, Path]) -> None:
    answer = docs_matrix("series", "--tree", series[0])
    assert (answer.status, answer.stderr) == (2, "docs-matrix: --patch is missing: the mbox of the series\n")


def test_what_depends_on_the_reading_order_is_judged_as_by_check(
    docs_matrix: Command, write: Callable[[str, Mapping[str, str]], Path], tmp_path: Path
) -> None:
    tree = write("leaking", {**LEAKING, "d17.rst": "D17\n===\n"})
    git(tree, "init", "-q")
    git(tree, "add", ".")
    git(tree, "commit", "-qm", "base")
    write("leaking", {"d17.rst": LEAKING["d17.rst"]})
    git(tree, "commit", "-qam", "docs: leave something")
    patch = tmp_path / "leave.mbox"
    patch.write_text(git(tree, "format-patch", "--stdout", "HEAD~1"))
    git(tree, "checkout", "-q", "HEAD~1")
    given = ("--tree", tree, "--patch", patch, "--cell", MIDDLE, "--docs", "all")
    checked = docs_matrix("check", *given, "--repeat", "2", out="checked")
    answer = docs_matrix("series", *given)
    assert (checked.status, checked.places("flaky")) == (0, [("d30.rst", 4), ("d31.rst", 4)])
    assert (answer.status, "1 patch in 1 cell: 0 new" in answer.stdout) == (0, True), answer.stdout
    (step,) = (path for path in answer.out.iterdir() if path.is_dir())
    found = json.loads((step / "findings.json").read_text())["findings"]
    assert [(one["verdict"], one["path"]) for one in found if one["verdict"] != "known"] == [
        ("flaky", "d30.rst"), ("flaky", "d31.rst"),
    ]  # fmt: skip
