from __future__ import annotations

import json

from docs_matrix.diagnostics.findings import Run
from docs_matrix.reports.findings_json import document
from hypothesis import given, settings

from tests.support.runs import NEW, OLD, VFIO, cell, example, new, run, runs


def test_the_document_has_the_tree_the_cells_by_name_and_the_findings() -> None:
    made = document(example())
    assert (made["schema"], made["tree"], made["identity"]) == (1, "examples/kernel-like", "a" * 40)
    assert (made["base"], made["base_identity"], made["patches"]) == (
        "the tree without the patches",
        "b" * 40,
        ["noiommu.patch"],
    )
    assert list(made["cells"]) == [OLD, NEW]
    assert made["cells"][OLD]["sphinx"] == "3.4.3"
    assert made["cells"][OLD]["counts"] == {
        "new": 7,
        "changed": 0,
        "moved": 0,
        "flaky": 0,
        "note": 0,
        "environment": 0,
        "unjudged": 0,
        "known": 1,
        "fixed": 0,
    }
    assert [finding["verdict"] for finding in made["findings"]].count("new") == 7


def test_what_cells_see_differently_is_in_the_variants() -> None:
    [table] = [finding for finding in document(example())["findings"] if "Malformed" in finding["message"]]
    assert (table["path"], table["line"], table["cells"]) == (VFIO, 392, [OLD, NEW])
    assert [(variant["line"], variant["cells"]) for variant in table["variants"]] == [(391, [OLD]), (392, [NEW])]


def test_a_lone_surrogate_becomes_an_escape_that_every_reader_takes() -> None:
    made = document(run(cell(NEW, new("a\udc80\x00b"))))
    assert made["findings"][0]["message"] == "a\\udc80\x00b"


@settings(deadline=None, max_examples=40)
@given(runs())
def test_any_run_is_json_that_is_utf_8(made: Run) -> None:
    text = json.dumps(document(made), ensure_ascii=False, allow_nan=False)
    assert json.loads(text.encode("utf-8")) == document(made)
