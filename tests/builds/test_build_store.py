"""The store of builds: whole results are found again, everything else is not a result."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docs_matrix.builds.build_store import BuildStore
from docs_matrix.builds.result import Build
from docs_matrix.diagnostics.diagnostic import Diagnostic

BUILD = Build(
    status="ok",
    reason=None,
    python="3.13.0",
    docutils="0.21.2",
    sphinx="8.1.3",
    diagnostics=(Diagnostic("a.rst", 3, "WARNING", "docutils", "odd \udc80 \x1b[1m text", printed="a.rst:3: odd"),),
    suppressed=(),
    unclassified=("Using alabaster theme",),
    stderr_lines=2,
    read=("a",),
    documents=4,
    seconds=1.5,
    cpu_seconds=1.2,
    peak_bytes=10,
)


def test_a_finished_build_is_found_again(tmp_path: Path) -> None:
    store = BuildStore(tmp_path / "store")
    assert store.observations("k") == ()
    store.put("k", BUILD, b"log \xff")
    assert store.observations("k") == (BUILD,)
    assert store.log("k") == "log \\xff"


def test_a_failed_build_is_kept_as_evidence_and_is_no_result(tmp_path: Path) -> None:
    store = BuildStore(tmp_path / "store")
    store.put("k", replace(BUILD, status="failed", reason="it crashed"), b"log")
    assert store.observations("k") == ()
    assert "it crashed" in (tmp_path / "store" / "builds" / "k" / "failure.json").read_text()


def test_a_result_that_was_cut_is_no_result(tmp_path: Path) -> None:
    store = BuildStore(tmp_path / "store")
    store.put("k", BUILD, b"log")
    path = tmp_path / "store" / "builds" / "k" / "result.json"
    path.write_text(path.read_text()[:100])
    assert store.observations("k") == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda result: result.pop("docs-matrix"),
        lambda result: result.pop("trials"),
        lambda result: result.update(exit_code=0),
        lambda result: result.update(status="cancelled"),
        lambda result: result.update(documents="4"),
        lambda result: result.update(diagnostics={}),
        lambda result: result.update(seconds=float("nan")),
        lambda result: result["diagnostics"][0].update(line="3"),
        lambda result: result["diagnostics"][0].pop("phase"),
    ],
    ids=[
        "no shape",
        "older",
        "newer",
        "unknown status",
        "number as text",
        "not a list",
        "NaN",
        "line as text",
        "older message",
    ],
)
def test_a_result_of_another_shape_or_kind_is_no_result(
    tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    store = BuildStore(tmp_path / "store")
    store.put("k", BUILD, b"log")
    path = tmp_path / "store" / "builds" / "k" / "result.json"
    result = json.loads(path.read_text())
    change(result)
    path.write_text(json.dumps(result))
    assert store.observations("k") == ()


def test_repetitions_are_further_observations_of_the_same_build(tmp_path: Path) -> None:
    store = BuildStore(tmp_path / "store")
    other = replace(BUILD, diagnostics=())
    store.put("k", BUILD, b"log")
    store.put("k", other, b"other", number=2)
    assert store.observations("k") == (BUILD, other)
    assert (store.log("k"), store.log("k", number=2)) == ("log", "other")


def test_an_observation_that_was_cut_ends_what_is_known(tmp_path: Path) -> None:
    store = BuildStore(tmp_path / "store")
    for number in (1, 2, 3):
        store.put("k", BUILD, b"log", number=number)
    path = tmp_path / "store" / "builds" / "k" / "observation-2.json"
    path.write_text(path.read_text()[:100])
    assert len(store.observations("k")) == 1
