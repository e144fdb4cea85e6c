"""Lanes: what checks beside the builds say in every report, on builds that a map answers."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from tests.conftest import NEWEST, ROOT, Answer, Command
from tests.support.git import git

pytestmark = pytest.mark.usefixtures("fake_sphinx")

Write = Callable[[str, Mapping[str, str]], Path]

OLDER = "py3.13-docutils0.22.4-sphinx9.0.4"
LANE = "tree: words"
CELLS = """\
version: 1
defaults: {tree: p}
cells:
  - {python: "3.13", docutils: "0.22.4", sphinx: "9.0.4", date: "2026-02-01T00:00:00Z", why: an older one}
  - {python: "3.13", docutils: "0.23", sphinx: "9.2.0", date: "2026-11-01T00:00:00Z", why: the newest}
trees:
  p:
    path: .
    recipe: {sphinx: {source: docs}}
    requirements: []
    checks:
      words:
        command: [sh, words.sh]
"""
SCRIPT = "grep -rnH teh docs; [ $? -le 1 ]\n"
INDEX = "Index\n=====\n\nThe teh that was there.\n"
EDIT = "Index\n=====\n\nThe teh that was there.\n\nAnother teh.\n"


@pytest.fixture
def project(write: Write) -> Path:
    """A project with a check in its matrix.yaml, which finds one message in the first revision."""
    folder = write("p", {"docs/conf.py": "", "docs/index.rst": INDEX, "words.sh": SCRIPT, "matrix.yaml": CELLS})
    (folder / "locks").mkdir()
    for cell in (NEWEST, OLDER):
        shutil.copy(ROOT / "locks" / f"{cell}.txt", folder / "locks")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    return folder


def edited(folder: Path, *, text: str = EDIT, script: str = SCRIPT, more: str = "") -> Path:
    (folder / "docs/index.rst").write_text(text)
    (folder / "words.sh").write_text(script)
    (folder / "matrix.yaml").write_text(CELLS + more)
    return folder


def check(docs_matrix: Command, folder: Path, *words: str | Path, **options: str | None) -> Answer:
    return docs_matrix("check", *words, cwd=folder, **options)


def suite(answer: Answer) -> ET.Element:
    root = ET.parse(answer.out / "junit.xml").getroot()  # noqa: S314 our own text
    return next(one for one in root if one.get("name") == LANE)


def lanes(answer: Answer) -> dict[str, dict[str, object]]:
    return {name: cell for name, cell in answer.findings["cells"].items() if name.startswith("tree: ")}


def test_only_what_is_new_fails(docs_matrix: Command, project: Path) -> None:
    assert check(docs_matrix, project, "--base", "HEAD").status == 0
    answer = check(docs_matrix, edited(project), "--base", "HEAD")
    assert (answer.status, answer.places("new"), answer.places("known")) == (
        1,
        [("docs/index.rst", 6)],
        [("docs/index.rst", 4)],
    )
    (finding,) = answer.of("new")
    assert (finding["cells"], finding["category"], finding["message"]) == ([LANE], "words", "Another teh.")
    assert (lanes(answer)[LANE]["status"], lanes(answer)[LANE]["docutils"]) == ("ok", "")


def test_every_report_has_the_lane(docs_matrix: Command, project: Path) -> None:
    answer = check(docs_matrix, edited(project), "--base", "HEAD")
    cases = {case.get("name"): [child.tag for child in case] for case in suite(answer).iter("testcase")}
    assert cases == {
        "check": [],
        "words: Another teh. (1)": ["failure"],
        "words: The teh that was there. (1)": ["skipped"],
    }
    sarif = json.loads((answer.out / "findings.sarif").read_text())["runs"][0]
    assert [rule["id"] for rule in sarif["tool"]["driver"]["rules"]] == ["words"]
    assert "the check words" in sarif["tool"]["driver"]["rules"][0]["shortDescription"]["text"]
    quality = json.loads((answer.out / "gl-code-quality-report.json").read_text())
    assert {entry["check_name"] for entry in quality} == {"words"}
    for name in ("summary.md", "report.html"):
        assert "tree: words" in (answer.out / name).read_text(), name
    assert ">> docs/index.rst:6: WARNING: Another teh." in (answer.out / "report.txt").read_text()
    assert "grep" not in (answer.out / "logs" / "tree-words.log").read_text()
    assert "docs/index.rst:6:Another teh." in (answer.out / "logs" / "tree-words.log").read_text()
    assert "1 new diagnostic in 2 cells and 1 check (1 known)" in answer.stdout
    assert "in tree: words" in answer.stdout


def test_a_check_runs_once_for_each_version_whatever_the_cells(docs_matrix: Command, project: Path) -> None:
    first = check(docs_matrix, edited(project), "--base", "HEAD", "--cell", OLDER)
    assert lanes(first)[LANE]["built"] == 2
    again = check(docs_matrix, project, "--base", "HEAD", "--cell", NEWEST)
    assert (again.status, lanes(again)[LANE]["built"]) == (1, 0)


def test_a_check_that_cannot_run_is_an_error_and_never_clean(docs_matrix: Command, project: Path) -> None:
    answer = check(docs_matrix, edited(project, script="echo no dictionary >&2; exit 2\n"), "--base", "HEAD")
    assert answer.status == 3
    assert (lanes(answer)[LANE]["status"], answer.of("fixed")) == ("failed", [])
    assert suite(answer).get("errors") == "1"
    assert "1 check could not run: tree: words (the head's check: ended with status 2: no dictionary)" in answer.stdout


def test_a_note_fails_nothing(docs_matrix: Command, project: Path) -> None:
    answer = check(docs_matrix, edited(project, more="        new: note\n"), "--base", "HEAD")
    assert (answer.status, answer.of("new"), answer.places("note")) == (0, [], [("docs/index.rst", 6)])
    sarif = json.loads((answer.out / "findings.sarif").read_text())["runs"][0]["results"]
    assert {(one["level"], one["baselineState"]) for one in sarif if one["level"] == "note"} == {("note", "new")}
    assert (suite(answer).get("failures"), suite(answer).get("skipped")) == ("0", "2")


def test_what_sphinx_and_a_check_say_alike_is_one_finding(docs_matrix: Command, project: Path) -> None:
    script = "echo 'docs/index.rst:2: WARNING: Title underline too short.'\n"
    answer = check(docs_matrix, edited(project, text="A page\n====\n", script=script), "--base", "HEAD")
    assert [finding["cells"] for finding in answer.of("new")] == [[OLDER, NEWEST, LANE]]
    assert "in all 2 cells and tree: words" in answer.stdout


def test_in_a_matrix_of_jobs_each_check_runs_once(docs_matrix: Command, project: Path) -> None:
    edited(project)
    jobs = [
        check(docs_matrix, project, "--base", "HEAD", "--cell", cell, out=f"jobs/{cell}", CI="1")
        for cell in (NEWEST, OLDER)
    ]
    assert [list(lanes(job)) for job in jobs] == [[LANE], []]
    merged = docs_matrix("merge", jobs[0].out, jobs[1].out, cwd=project, CI="1")
    assert (merged.status, list(merged.findings["cells"])) == (1, [OLDER, NEWEST, LANE])
    assert merged.places("new") == [("docs/index.rst", 6)]


def test_sessions_of_cells_on_one_machine_share_the_lane(docs_matrix: Command, project: Path) -> None:
    edited(project)
    check(docs_matrix, project, "--base", "HEAD", "--cell", NEWEST, "--join")
    joined = check(docs_matrix, project, "--base", "HEAD", "--cell", OLDER, "--join")
    assert list(joined.findings["cells"]) == [OLDER, NEWEST, LANE]


def test_a_check_alone_is_no_built_cell(docs_matrix: Command, project: Path) -> None:
    matrix = (project / "matrix.yaml").read_text().replace('python: "3.13"', 'python: "3.14"')
    (project / "matrix.yaml").write_text(matrix)
    answer = check(docs_matrix, project, "--base", "HEAD", "--offline")
    assert (answer.status, lanes(answer)[LANE]["status"]) == (3, "ok")
    assert "no cell was built" in answer.stdout


# ---- baselines ---------------------------------------------------------------------------------------------------------


def accepted(file: Path) -> list[tuple[str, list[str]]]:
    return [(entry["message"], entry["cells"]) for entry in yaml.safe_load(file.read_text())["diagnostics"] or ()]


def test_a_baseline_accepts_what_a_check_says_in_its_lane(docs_matrix: Command, project: Path, tmp_path: Path) -> None:
    file = tmp_path / "accepted.yaml"
    written = docs_matrix("baseline", "write", "--baseline", file, cwd=project)
    assert (written.status, accepted(file)) == (0, [("The teh that was there.", [LANE])]), written.stderr
    answer = check(docs_matrix, edited(project), "--baseline", file)
    assert (answer.status, answer.places("new"), answer.places("known")) == (
        1,
        [("docs/index.rst", 6)],
        [("docs/index.rst", 4)],
    )
    edited(project, text="Index\n=====\n")
    assert check(docs_matrix, project, "--baseline", file).places("fixed") == [("docs/index.rst", None)]
    assert docs_matrix("baseline", "prune", "--baseline", file, cwd=project).status == 0
    assert accepted(file) == []


def test_a_check_that_cannot_run_changes_nothing_of_what_is_accepted(
    docs_matrix: Command, project: Path, tmp_path: Path
) -> None:
    file = tmp_path / "accepted.yaml"
    docs_matrix("baseline", "write", "--baseline", file, cwd=project)
    again = docs_matrix("baseline", "write", "--baseline", file, cwd=edited(project, script="exit 2\n"))
    assert (again.status, accepted(file)) == (3, [("The teh that was there.", [LANE])])
    assert "tree: words: nothing changes for this check: failed" in again.stderr


# ---- the checks that a kernel has --------------------------------------------------------------------------------------

KERNEL_DOC = """#!/bin/sh
shift
awk 'FNR == 1 { n++ } /bad/ { print FILENAME ":" FNR + (n > 1) ": warning: bad comment" }' "$@"
"""
"""It counts as the Perl program does: a line too many in each file after the first."""


@pytest.fixture
def kernel(project: Path, write: Write) -> Path:
    """What is recognised as a kernel, with a kernel-doc that says of each bad line that it is bad."""
    sources = {"drivers/a.c": "good\n", "drivers/b.c": "bad\n", "scripts/kernel-doc": KERNEL_DOC, "Kbuild": ""}
    documents = {"Makefile": "htmldocs:\n", "conf.py": "", "index.rst": "Index\n=====\n"}
    write("p", {**sources, **{f"Documentation/{name}": text for name, text in documents.items()}})
    (project / "scripts/kernel-doc").chmod(0o755)
    matrix = CELLS.partition("trees:")[0] + "trees:\n  p: {path: ., requirements: []}\n"
    (project / "matrix.yaml").write_text(matrix)
    git(project, "add", "-A")
    git(project, "commit", "-qm", "kernel")
    return project


def test_a_kernels_own_checks_read_what_the_change_touches(docs_matrix: Command, kernel: Path) -> None:
    (kernel / "drivers/a.c").write_text("good\nbad\n")
    answer = check(docs_matrix, kernel, "--base", "HEAD", "--cell", NEWEST)
    assert (answer.status, answer.places("new"), answer.places("known")) == (1, [("drivers/a.c", 2)], [])
    lane = lanes(answer)["tree: kernel-doc"]
    assert (lane["read"], lane["documents"]) == (1, 2)


def test_all_sources_are_read_if_that_is_asked_for(docs_matrix: Command, kernel: Path) -> None:
    (kernel / "drivers/a.c").write_text("good\nbad\n")
    answer = check(docs_matrix, kernel, "--base", "HEAD", "--cell", NEWEST, "--kernel-doc", "all")
    assert (answer.places("new"), answer.places("known")) == ([("drivers/a.c", 2)], [("drivers/b.c", 1)])


def test_without_a_change_no_source_is_read_unless_all_are_asked_for(docs_matrix: Command, kernel: Path) -> None:
    none = check(docs_matrix, kernel, "--cell", NEWEST)
    assert (none.status, lanes(none)["tree: kernel-doc"]["read"]) == (0, 0)
    every = check(docs_matrix, kernel, "--cell", NEWEST, "--kernel-doc", "all")
    assert (every.status, every.places("new")) == (1, [("drivers/b.c", 1)])


def test_all_sources_have_a_baseline_of_their_own(docs_matrix: Command, kernel: Path, tmp_path: Path) -> None:
    file = tmp_path / "accepted.yaml"
    docs_matrix("baseline", "write", "--baseline", file, "--kernel-doc", "all", "--cell", NEWEST, cwd=kernel)
    assert accepted(file) == [("bad comment", ["tree: kernel-doc"])]
    (kernel / "drivers/a.c").write_text("good\nbad\n")
    answer = check(docs_matrix, kernel, "--baseline", file, "--cell", NEWEST, "--kernel-doc", "all")
    assert (answer.places("new"), answer.places("known")) == ([("drivers/a.c", 2)], [("drivers/b.c", 1)])
    assert check(docs_matrix, kernel, "--baseline", file, "--cell", NEWEST).places("fixed") == []
