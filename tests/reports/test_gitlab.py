from __future__ import annotations

import json

import pytest
from docs_matrix.diagnostics.findings import Run
from docs_matrix.reports.gitlab import code_quality
from hypothesis import given, settings

from tests.support.runs import HOSTILE, NEW, VFIO, cell, example, fixed, known, new, run, runs


def test_a_finding_is_one_entry_at_its_line() -> None:
    entries = code_quality(example(), "doc/")
    assert len(entries) == 8
    (table,) = [entry for entry in entries if "Malformed" in entry["description"]]
    assert table["location"] == {"path": f"doc/{VFIO}", "lines": {"begin": 392}}
    assert (table["severity"], table["check_name"]) == ("major", "docutils")


def test_what_is_fixed_is_not_there_and_what_is_known_is() -> None:
    entries = code_quality(run(cell(NEW, known("a", 1), fixed("b"), new("c", None, path=None))))
    assert [entry["description"].split(" ")[0] for entry in entries] == ["c", "a"]
    assert entries[0]["location"]["lines"]["begin"] == 1


def test_what_is_in_no_file_of_the_tree_is_shown_at_the_configuration() -> None:
    (entry,) = code_quality(run(cell(NEW, new("a", 7, path="<rst_prolog>"))))
    assert entry["location"] == {"path": "matrix.yaml", "lines": {"begin": 1}}
    assert entry["description"].startswith("<rst_prolog>:7: a ")


@pytest.mark.parametrize("message", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_message_is_one_line_that_shows_what_it_holds(message: str) -> None:
    (entry,) = code_quality(run(cell(NEW, new(f"first {message}", path=f"p{message[:50]}"))))
    for text in (entry["description"], entry["location"]["path"]):
        assert text.isprintable()
        assert len(text) < 1_100
        json.dumps(text).encode("ascii")


@settings(deadline=None, max_examples=40)
@given(runs())
def test_any_run_has_what_gitlab_demands_and_no_fingerprint_twice(made: Run) -> None:
    entries = json.loads(json.dumps(code_quality(made)))
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    for entry in entries:
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert entry["location"]["lines"]["begin"] >= 1
        assert "\n" not in entry["location"]["path"]
        assert entry["location"]["path"] != ""
