"""A run as a submission to KCIDB, and as a check of patchwork; kcidb-io has the schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from docs_matrix.diagnostics.findings import Checkout, Judged, Run, Verdict
from docs_matrix.reports.folder import write_outcome
from docs_matrix.reports.kcidb import kcidb
from docs_matrix.reports.outcome import of_run
from docs_matrix.reports.patchwork import patchwork_check
from hypothesis import given, settings
from kcidb_io.schema.v05_03 import Version

from tests.support.runs import HOSTILE, NEW, OLD, cell, diagnostic, example, known, new, run, runs


def submitted(made: Run, status: int = 0, url: str = "") -> dict[str, Any]:
    """The submission, as kcidb-io accepts it after a way through a file."""
    told: dict[str, Any] = json.loads(json.dumps(kcidb(made, of_run(made, status), "_docs", url)))
    assert bool(Version.is_compatible_directly(told))
    Version.validate(told)
    return told


def test_a_cell_is_a_build_and_a_test_with_its_new_lines() -> None:
    told = submitted(example(), 1, "https://ci.example/1")
    assert [test["path"] for test in told["tests"]] == [
        "docs.htmldocs.py3_9-docutils0_16-sphinx3_4_3",
        "docs.htmldocs.py3_13-docutils0_23-sphinx9_2_0",
    ]
    assert {test["status"] for test in told["tests"]} == {"FAIL"}
    assert {build["status"] for build in told["builds"]} == {"PASS"}
    assert told["tests"][0]["log_excerpt"].count("\n") == 6
    assert {issue["report_url"] for issue in told["issues"]} == {"https://ci.example/1"}


def test_a_new_message_is_an_issue_of_the_code_with_an_incident_in_each_cell() -> None:
    told = submitted(run(cell(OLD, new("a"), known("b", 2)), cell(NEW, new("a"))), 1)
    (issue,) = told["issues"]
    assert issue["culprit"] == {"code": True, "tool": False, "harness": False}
    assert {one["issue_id"] for one in told["incidents"]} == {issue["id"]}
    assert [one["test_id"] for one in told["incidents"]] == [test["id"] for test in told["tests"]]


@pytest.mark.parametrize(("verdict", "culprit"), [(Verdict.ENVIRONMENT, "harness"), (Verdict.FLAKY, "tool")])
def test_what_no_patch_did_is_an_issue_of_something_else_and_fails_nothing(verdict: Verdict, culprit: str) -> None:
    told = submitted(run(cell(NEW, Judged(verdict, diagnostic("a")))))
    assert [name for name, guilty in told["issues"][0]["culprit"].items() if guilty] == [culprit]
    assert told["tests"][0]["status"] == "PASS"


@pytest.mark.parametrize(
    ("status", "ended", "culprit"),
    [("failed", "ERROR", "tool"), ("timeout", "ERROR", "tool"), ("skipped", "MISS", "harness")],
)
def test_a_cell_that_was_not_built_never_passes(status: str, ended: str, culprit: str) -> None:
    told = submitted(run(cell(NEW, new("a"), status=status, reason="no", log="the end\n")), 3)
    assert (told["builds"][0]["status"], told["tests"][0]["status"]) == (ended, ended)
    assert told["tests"][0]["log_excerpt"].endswith("the end")
    assert told["issues"][-1]["culprit"][culprit]


def test_a_preliminary_answer_says_so() -> None:
    made = run(cell(NEW, read=2, documents=9), docs="affected")
    assert "preliminary" in submitted(made)["tests"][0]["comment"]
    assert "preliminary" in patchwork_check(of_run(made, 0))["description"]


def test_the_checkout_names_the_commit_the_patches_and_the_mail() -> None:
    built = Checkout("c" * 40, "d" * 64, "a@example.org")
    (checkout,) = submitted(run(cell(NEW), checkout=built))["checkouts"]
    assert checkout["git_commit_hash"] == "c" * 40
    assert (checkout["patchset_hash"], checkout["message_id"]) == ("d" * 64, "a@example.org")


def test_the_same_question_has_the_same_ids_and_another_has_others() -> None:
    ids = [submitted(made, 1)["checkouts"][0]["id"] for made in (example(), example(), run(cell(NEW), tree="b"))]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize("message", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_message_is_a_valid_submission(message: str) -> None:
    told = submitted(run(cell(NEW, new(message, path=message[:50])), cell(OLD, status="failed", log=message)), 3)
    assert len(told["tests"][0]["log_excerpt"]) <= 16384


@settings(deadline=None, max_examples=40)
@given(runs())
def test_any_run_is_a_valid_submission_whose_ids_are_unique(made: Run) -> None:
    told = submitted(made)
    for kind in ("builds", "tests", "issues"):
        ids = [one["id"] for one in told[kind]]
        assert len(ids) == len(set(ids)), kind
    for test, one in zip(told["tests"], made.cells, strict=True):
        assert (test["status"] == "PASS") == (one.status == "ok" and not one.count(Verdict.NEW))


@pytest.mark.parametrize(
    ("made", "status", "state"),
    [
        (run(cell(NEW)), 0, "success"),
        (run(cell(NEW, new("a"))), 1, "warning"),
        (run(cell(NEW, new("a", level="ERROR"))), 1, "fail"),
        (run(cell(NEW), cell(OLD, status="failed")), 3, "fail"),
        (run(), 0, "fail"),
    ],
)
def test_patchwork_has_a_state_for_each_outcome(made: Run, status: int, state: str) -> None:
    check = patchwork_check(of_run(made, status))
    assert (check["state"], check["context"]) == (state, "docs-matrix")
    assert "target_url" not in check


def test_the_files_are_written_beside_the_reports_kcidb_only_with_an_origin(tmp_path: Path) -> None:
    made = example()
    write_outcome(made, of_run(made, 1), tmp_path / "a", url="https://ci.example/1")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["patchwork-check.json"]
    assert json.loads((tmp_path / "a/patchwork-check.json").read_text())["target_url"] == "https://ci.example/1"
    write_outcome(made, of_run(made, 1), tmp_path / "b", origin="docs")
    assert json.loads((tmp_path / "b/kcidb.json").read_text())["checkouts"][0]["origin"] == "docs"
