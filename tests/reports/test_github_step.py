"""Merging the results of jobs as a step of GitHub Actions does: its environment files, its limits, jobs that died."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from docs_matrix.check import cell_files

from tests.conftest import MIDDLE, NEWEST, ROOT, Command
from tests.support.runs import cell, fixed, known, new, run


@pytest.fixture
def step(tmp_path: Path) -> dict[str, str]:
    """The environment of a step of GitHub Actions."""
    return {
        "GITHUB_ACTIONS": "true",
        "CI": "true",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "step-summary.md"),
        "GITHUB_OUTPUT": str(tmp_path / "step-output"),
    }


def kept(folder: Path, *messages: str, tree: str = "handbook") -> Path:
    """What two jobs left in `folder`, one a cell; both say each of `messages`."""
    said = [new(message, number, path="docs/a.rst") for number, message in enumerate(messages, 1)]
    for name in (MIDDLE, NEWEST):
        cell_files.keep(run(cell(name, *said), tree=tree), folder / f"docs-matrix-cell-{name}")
    return folder


def test_a_merge_annotates_once_a_finding_and_fills_the_files_of_the_step(
    docs_matrix: Command, tmp_path: Path, step: dict[str, str]
) -> None:
    answer = docs_matrix("merge", kept(tmp_path / "jobs", "one", "two"), "--github", **step)
    assert answer.status == 1, answer.stderr
    warnings = [line for line in answer.stdout.splitlines() if line.startswith("::warning ")]
    assert [line.partition(",title")[0] for line in warnings] == [
        "::warning file=docs/a.rst,line=1",
        "::warning file=docs/a.rst,line=2",
    ]
    assert (tmp_path / "step-summary.md").read_text() == (answer.out / "summary.md").read_text()
    outputs = dict(line.split("=", 1) for line in (tmp_path / "step-output").read_text().splitlines())
    assert (outputs["new"], outputs["fixed"], outputs["status"]) == ("2", "0", "1")
    assert outputs["verdict"] == "2 new diagnostics in 2 cells"


def test_a_tree_in_a_folder_is_annotated_at_its_path_in_the_repository(
    docs_matrix: Command, tmp_path: Path, step: dict[str, str]
) -> None:
    answer = docs_matrix("merge", kept(tmp_path / "jobs", "one", tree="example"), "--github", **step)
    assert "::warning file=examples/kernel-like/docs/a.rst,line=1," in answer.stdout


def test_what_a_build_said_is_printed_while_commands_are_stopped(
    docs_matrix: Command, tmp_path: Path, step: dict[str, str]
) -> None:
    hostile = "x\n::set-env name=A::b\n::error::c\n##[add-path]/d"
    answer = docs_matrix("merge", kept(tmp_path / "jobs", hostile), "--github", **step)
    lines = answer.stdout.splitlines()
    stop = re.fullmatch("::stop-commands::([0-9a-f]{32})", lines[0])
    assert stop
    end = lines.index(f"::{stop[1]}::")
    assert any("set-env" in line for line in lines[:end])
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in lines[1:end])
    assert all(line.startswith("::warning ") for line in lines[end + 1 :])
    assert len(lines) == end + 2


def test_json_stays_json_in_github_and_gives_no_command(
    docs_matrix: Command, tmp_path: Path, step: dict[str, str]
) -> None:
    answer = docs_matrix("merge", kept(tmp_path / "jobs", "x\n::error::c\n##[add-path]/d"), "--json", **step)
    assert json.loads(answer.stdout) == answer.findings
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in answer.stdout.splitlines())


def test_outside_of_github_nothing_is_stopped(docs_matrix: Command, tmp_path: Path) -> None:
    answer = docs_matrix("merge", kept(tmp_path / "jobs", "one"))
    assert "::" not in answer.stdout


def test_a_job_that_left_nothing_is_an_error_of_its_cell(
    docs_matrix: Command, tmp_path: Path, step: dict[str, str]
) -> None:
    answer = docs_matrix("merge", kept(tmp_path / "jobs", "one"), "--all-cells", "--github", **step)
    assert answer.status == 3
    every = json.loads(docs_matrix("cells", "--format", "github").stdout)["cell"]
    assert set(answer.findings["cells"]) == set(every)
    missing = [name for name, told in answer.findings["cells"].items() if told["status"] == "failed"]
    assert set(missing) == set(every) - {MIDDLE, NEWEST}
    assert sum(line.startswith("::error ") for line in answer.stdout.splitlines()) == len(missing)
    assert answer.of("new")


def test_where_no_job_left_anything_every_cell_is_an_error_and_the_reports_are_there(
    docs_matrix: Command, tmp_path: Path, step: dict[str, str]
) -> None:
    (tmp_path / "jobs").mkdir()
    answer = docs_matrix("merge", tmp_path / "jobs", "--all-cells", "--tree", "handbook", "--github", **step)
    assert answer.status == 3
    assert {told["status"] for told in answer.findings["cells"].values()} == {"failed"}
    assert "no cell was built" in (tmp_path / "step-summary.md").read_text().splitlines()[0]
    assert docs_matrix("merge", tmp_path / "jobs").status == 2


def test_jobs_are_listed_with_what_they_are_set_up_by(docs_matrix: Command) -> None:
    jobs = json.loads(docs_matrix("cells", "--format", "github", "--tree", "handbook").stdout)
    assert [job["cell"] for job in jobs["include"]] == jobs["cell"]
    newest = jobs["include"][-1]
    assert newest["python"] == "3.13"
    assert re.fullmatch("[0-9a-f]{32}", newest["lock"])
    unknown = docs_matrix("cells", "--format", "github", "--tree", "handbok")
    assert (unknown.status, unknown.stderr.count("\n")) == (2, 1)


def test_more_cells_than_github_makes_jobs_of_are_cut_with_a_count(docs_matrix: Command, tmp_path: Path) -> None:
    labels = [
        f'  - {{python: "3.13", docutils: "0.23", sphinx: "9.2.0", date: "2026-11-01T00:00:00Z", label: l{n}, why: x}}\n'
        for n in range(256)
    ]
    product = (
        'products:\n  - {python: ["3.13"], docutils: ["0.21.2"], sphinx: ["8.1.3", "8.2.3"],'
        ' date: ["2025-08-09T00:00:00Z"], why: x}\n'
    )
    (tmp_path / "matrix.yaml").write_text(f"version: 1\ncells:\n{''.join(labels)}{product}")
    answer = docs_matrix("cells", "--format", "github", "--matrix", tmp_path / "matrix.yaml")
    assert answer.status == 0, answer.stderr
    assert len(json.loads(answer.stdout)["cell"]) == 256
    assert "2 cells are left out" in answer.stderr


@pytest.mark.parametrize("cells", [3, pytest.param(12, marks=pytest.mark.acceptance)])
def test_many_cells_with_five_thousand_findings_are_merged_within_the_limits(
    docs_matrix: Command, tmp_path: Path, step: dict[str, str], cells: int
) -> None:
    said = [
        new(f'Unknown target name: "target-{number}".', number % 400 + 1, path=f"docs/part-{number % 97}/page.rst")
        for number in range(4_000)
    ]
    said += [replace(known(f"known {number}", number), how="") for number in range(1, 801)]
    said += [fixed(f"gone {number}", number) for number in range(1, 201)]
    names = [f"py3.13-docutils0.23-sphinx9.2.0-{letter}" for letter in "abcdefghijkl"[:cells]]
    for name in names:
        cell_files.keep(run(cell(name, *said), tree="handbook"), tmp_path / "jobs" / name)
    answer = docs_matrix("merge", tmp_path / "jobs", "--github", **step)
    assert answer.status == 1, answer.stderr
    assert len(answer.findings["findings"]) == 5_000
    assert len((tmp_path / "step-summary.md").read_text()) < 65_536
    assert (tmp_path / "step-summary.md").stat().st_size < 1 << 20
    assert sum(line.startswith("::warning ") for line in answer.stdout.splitlines()) == 10
    assert "3990 more new diagnostics" in answer.stdout.splitlines()[-1]


def test_the_example_for_gitlab_names_the_cells_of_the_matrix(docs_matrix: Command) -> None:
    example = yaml.safe_load((ROOT / "examples/gitlab-ci.yml").read_text())
    cells = json.loads(docs_matrix("cells", "--format", "github").stdout)["cell"]
    assert example["docs-matrix"]["parallel"]["matrix"] == [{"CELL": cells}]


def test_init_s_workflow_and_ours_pin_the_same_actions() -> None:
    pinned = {
        name: set(re.findall(r"([\w/-]+@[0-9a-f]{40} # v[\d.]+)", (ROOT / name).read_text()))
        for name in (
            ".github/workflows/docs-matrix.yml",
            ".github/workflows/tests.yml",
            "action.yml",
            "harness/docs_matrix/questions/init/workflow.yml",
        )
    }
    ours = pinned.pop(".github/workflows/docs-matrix.yml")
    assert all(used and used <= ours for used in pinned.values())
    assert len({action.partition("@")[0] for action in ours}) == len(ours)
