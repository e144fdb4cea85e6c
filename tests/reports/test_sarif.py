from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from docs_matrix.diagnostics.findings import Run
from docs_matrix.reports.sarif import LIMIT, sarif
from hypothesis import given, settings

from tests.reports.conftest import NpmPackage
from tests.support.runs import HOSTILE, NEW, OLD, VFIO, cell, example, fixed, known, new, run, runs


@cache
def validator(schema: Path) -> Any:
    read = json.loads(schema.read_text("utf-8"))
    return jsonschema.validators.validator_for(read)(read)


@pytest.fixture(scope="session")
def schema(npm_package: NpmPackage) -> Path:
    """The published schema of SARIF 2.1.0."""
    return npm_package("@microsoft/jest-sarif@1.0.0-beta.0") / "lib/schemas/sarif-2.1.0-rtm.5.json"


def results(made: Run, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sarif(made, version="1", **options)["runs"][0]["results"]
    return found


def test_a_finding_is_one_result_with_its_cells(schema: Path) -> None:
    (log,) = sarif(example(), version="1")["runs"]
    assert len(log["results"]) == 8
    (table,) = [result for result in log["results"] if "Malformed" in result["message"]["text"]]
    assert table["properties"]["cells"] == [OLD, NEW]
    assert "line 391 in 1 cell, 392 in 1" in table["message"]["text"]
    place = table["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]) == (VFIO, {"startLine": 392})
    assert log["tool"]["driver"]["rules"][table["ruleIndex"]]["id"] == table["ruleId"] == "docutils"
    assert log["automationDetails"]["id"].startswith("docs-matrix/")


def test_what_is_in_no_file_of_the_tree_has_a_place_only_where_it_must() -> None:
    made = run(cell(NEW, new("a", 7, path="<rst_prolog>")))
    assert [result["locations"] for result in results(made)] == [[]]
    [[place]] = [result["locations"] for result in results(made, uploading=True)]
    assert place["physicalLocation"] == {"artifactLocation": {"uri": "matrix.yaml"}, "region": {"startLine": 1}}


def test_the_full_flavour_says_of_every_result_what_became_of_it() -> None:
    made = run(cell(NEW, new("a"), known("b", 3), fixed("c")))
    states = {result["message"]["text"].split("\n")[0]: result["baselineState"] for result in results(made)}
    assert states == {"a": "new", "b": "unchanged", "c": "absent"}


def test_an_upload_has_only_what_is_there_so_that_alerts_are_closed() -> None:
    made = run(cell(NEW, new("a"), known("b", 3), fixed("c")))
    uploaded = results(made, uploading=True)
    assert [result["message"]["text"].split("\n")[0] for result in uploaded] == ["a", "b"]
    assert all("baselineState" not in result for result in uploaded)
    marks = {result["partialFingerprints"]["docsMatrix/v1"] for result in uploaded}
    assert marks < {result["partialFingerprints"]["docsMatrix/v1"] for result in results(made)}


def test_a_finding_keeps_its_fingerprint_when_lines_move_and_cells_come() -> None:
    before = results(run(cell(NEW, known("a", 3), known("a", 9))))
    after = results(
        run(cell(OLD, known("a", 13)), cell(NEW, new("a", 2), known("a", 13, base_line=3), known("a", 19, base_line=9)))
    )
    old = {result["partialFingerprints"]["docsMatrix/v1"] for result in before}
    fresh = {r["partialFingerprints"]["docsMatrix/v1"] for r in after if r["baselineState"] == "new"}
    assert len(old) == 2
    assert old <= {result["partialFingerprints"]["docsMatrix/v1"] for result in after}
    assert not old & fresh


def test_an_upload_is_cut_with_a_count_the_new_ones_first(schema: Path) -> None:
    said = [known(f"k{number}", number + 1) for number in range(LIMIT)]
    log = sarif(run(cell(NEW, *said, *(new(f"n{number}", number) for number in range(9)))), version="1", uploading=True)
    (made,) = log["runs"]
    assert len(made["results"]) == LIMIT
    assert [r["properties"]["verdict"] for r in made["results"][:10]] == ["new"] * 9 + ["known"]
    (note,) = made["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "9 more findings are in findings.json"
    validator(schema).validate(log)


def test_a_cell_that_was_not_built_makes_the_run_unsuccessful() -> None:
    (log,) = sarif(run(cell(NEW, status="failed", reason="no way")), version="1")["runs"]
    assert log["invocations"][0]["executionSuccessful"] is False
    assert "no way" in json.dumps(log["invocations"])


def test_a_tree_in_a_folder_has_the_paths_of_its_repository() -> None:
    (result,) = results(run(cell(NEW, new("a", path="b c#.rst"))), folder="examples/")
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "examples/b%20c%23.rst"


def test_a_link_in_a_message_is_text_and_other_brackets_are_as_they_were() -> None:
    (result,) = results(run(cell(NEW, new("[x](http://evil.example) a[1] [2]_"))))
    assert result["message"]["text"].startswith("\\[x](http://evil.example) a[1] [2]_\n")


@pytest.mark.parametrize("message", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_message_is_valid(schema: Path, message: str) -> None:
    made = run(cell(NEW, new(message, path=message[:200] or None), replace(known("x", 0), reason=message)))
    for uploading in (False, True):
        log = sarif(made, version="1", uploading=uploading)
        json.dumps(log).encode()
        validator(schema).validate(log)


@settings(deadline=None, max_examples=25)
@given(made=runs())
def test_any_run_is_valid(schema: Path, made: Run) -> None:
    for uploading in (False, True):
        log = json.loads(json.dumps(sarif(made, version="1", uploading=uploading)))
        validator(schema).validate(log)
        marks = [result["partialFingerprints"]["docsMatrix/v1"] for result in log["runs"][0]["results"]]
        assert len(set(marks)) == len(marks)
