"""The baseline verbs on builds that a map answers: which entries are written, kept and taken out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from tests.conftest import NEWEST, ROOT, Command

Write = Callable[[str, Mapping[str, str]], Path]

INDEX = "Title\n=====\n\n.. toctree::\n\n   a\n   b\n"
GOOD = "A page\n======\n\nText.\n"
SHORT = "A page\n====\n\nText.\n"
TWO = f"{SHORT}\nAn *open one.\n\nOther text.\n"
PROJECT = {"docs/conf.py": "project = 'p'\n", "docs/index.rst": INDEX, "docs/a.rst": TWO, "docs/b.rst": GOOD}
UNMARKED = "Inline emphasis start-string without end-string."

pytestmark = pytest.mark.usefixtures("fake_sphinx")


def test_what_is_not_read_stays_as_it_is_accepted(docs_matrix: Command, write: Write, tmp_path: Path) -> None:
    folder = write("project", {**PROJECT, "docs/b.rst": SHORT})
    file = tmp_path / "accepted.yaml"
    given = ("--tree", folder, "--baseline", file, "--cell", NEWEST)
    assert "1 accepted diagnostics" in docs_matrix("baseline", "write", *given, "--docs", "b").stdout
    assert "3 accepted diagnostics (2 added" in docs_matrix("baseline", "write", *given, "--docs", "a").stdout
    for name in ("a", "b"):
        (folder / f"docs/{name}.rst").write_text(GOOD)
    assert (
        "2 accepted diagnostics (0 added, 1 removed)" in docs_matrix("baseline", "prune", *given, "--docs", "b").stdout
    )


def test_a_swap_is_one_fixed_and_one_new_and_new_alone_is_added(
    docs_matrix: Command, write: Write, tmp_path: Path
) -> None:
    folder = write("project", PROJECT)
    file = tmp_path / "accepted.yaml"
    given = ("--tree", folder, "--baseline", file, "--cell", NEWEST)
    docs_matrix("baseline", "write", *given, "--reason", "old")
    (folder / "docs/a.rst").write_text("Intro.\n\n" + TWO.replace("*open", "open").replace("Other text", "Other *text"))
    swapped = docs_matrix("check", *given)
    assert swapped.status == 1
    assert swapped.places("new") == [("docs/a.rst", 10)]
    assert [finding["message"] for finding in swapped.of("fixed")] == [UNMARKED]
    assert len(swapped.of("known")) == 1

    before = file.read_text()
    added = docs_matrix("baseline", "write", "--new", *given, "--reason", "new")
    assert "3 accepted diagnostics (1 added, 0 removed)" in added.stdout
    assert [line for line in before.splitlines() if line not in file.read_text().splitlines()] == []
    reasons = [entry["reason"] for entry in yaml.safe_load(file.read_text())["diagnostics"]]
    assert sorted(reasons) == ["new", "old", "old"]
    docs_matrix("baseline", "write", *given, "--reason", "newest")
    reasons = [entry["reason"] for entry in yaml.safe_load(file.read_text())["diagnostics"]]
    assert sorted(reasons) == ["new", "old"]


def test_moving_an_unrelated_paragraph_changes_no_byte(docs_matrix: Command, write: Write, tmp_path: Path) -> None:
    folder = write("project", PROJECT)
    texts = []
    for number, text in enumerate((TWO, TWO.replace("\nOther text.\n", "").replace("\nAn", "\nOther text.\n\nAn"))):
        (folder / "docs/a.rst").write_text(text)
        file = tmp_path / f"{number}.yaml"
        docs_matrix("baseline", "write", "--tree", folder, "--baseline", file, "--cell", NEWEST)
        texts.append(file.read_text())
    assert texts[0] == texts[1]


def test_the_order_of_the_cells_changes_no_byte(docs_matrix: Command, write: Write, tmp_path: Path) -> None:
    folder = write("project", PROJECT)
    whole = yaml.safe_load((ROOT / "matrix.yaml").read_text())
    cells = [cell for cell in whole["cells"] if cell["sphinx"] in ("5.3.0", "9.2.0")]
    (tmp_path / "locks").symlink_to(ROOT / "locks")
    texts = []
    for number, ordered in enumerate((cells, cells[::-1])):
        matrix, file = tmp_path / f"{number}-matrix.yaml", tmp_path / f"{number}.yaml"
        matrix.write_text(yaml.safe_dump({"version": 1, "cells": ordered}))
        words = ("--matrix", matrix, "--tree", folder, "--baseline", file)
        assert docs_matrix("baseline", "write", *words).status == 0
        texts.append(file.read_text())
    assert texts[0] == texts[1]
    assert "cells:" not in texts[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "--ratchet", "--patch", "examples/noiommu.patch"), "--ratchet: needs a baseline file"),
        (("check", "--tree", "examples/kernel-like", "--base", "HEAD", "--baseline", "x.yaml"), "give only one"),
        (("baseline", "prune", "--baseline", "no-such.yaml"), "no-such.yaml: the baseline cannot be read"),
        (("baseline", "show", "--baseline", "no-such.yaml"), "no-such.yaml: the baseline cannot be read"),
        (("baseline", "write", "--tree", "examples"), "it has no baseline file"),
        (("baseline", "write", "--docs", "a"), "--docs"),
        (("check", "--repeat", "0"), "not a whole number from 1"),
    ],
)
def test_bad_input_is_told_with_status_2(docs_matrix: Command, arguments: tuple[str, ...], said: str) -> None:
    answer = docs_matrix(*arguments)
    assert answer.status == 2, answer.stdout
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr


def test_an_unreadable_baseline_is_an_error_for_every_verb(docs_matrix: Command, tmp_path: Path) -> None:
    file = tmp_path / "b.yaml"
    file.write_text("docs-matrix-baseline: 2\ndiagnostics:\n...\n")
    for verb in (("check",), ("baseline", "write"), ("baseline", "prune"), ("baseline", "show")):
        answer = docs_matrix(*verb, "--baseline", file)
        assert (answer.status, "has format 2, this release reads 1" in answer.stderr) == (2, True)
    assert file.read_text() == "docs-matrix-baseline: 2\ndiagnostics:\n...\n"
