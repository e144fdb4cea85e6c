from __future__ import annotations

from dataclasses import replace

import pytest
from docs_matrix.diagnostics.findings import Finding, Verdict
from docs_matrix.reports import wording

from tests.support.runs import NEW, OLD, cell, example, new, run

THIRD = "py3.12-docutils0.20.1-sphinx7.2.6"


@pytest.mark.parametrize(
    ("names", "status", "said"),
    [
        ([OLD, THIRD, NEW], "ok", "all 3 cells"),
        ([OLD, NEW], "ok", f"2 of 3 cells: {OLD}, {NEW}"),
        ([OLD, NEW], "failed", "all 2 cells that were built"),
        ([OLD, NEW], "skipped", "all 2 cells that were built"),
        ([OLD, THIRD, NEW], "failed", f"3 of 3 cells: {OLD}, {THIRD}, {NEW}"),
        ([OLD], "failed", f"1 of 3 cells: {OLD}"),
    ],
)
def test_cells_are_named_where_they_are_not_all(names: list[str], status: str, said: str) -> None:
    assert wording.cells(names, run(cell(OLD), cell(THIRD, status=status), cell(NEW))) == said


def test_one_cell_is_the_one_cell() -> None:
    assert wording.cells([NEW], run(cell(NEW))) == "the one cell"


def test_a_difference_is_told_by_property_and_number_of_cells() -> None:
    [table] = [finding for finding in example().findings if finding.level == "ERROR"]
    old, newer = table.variants
    mixed: Finding = replace(table, variants=(replace(old, level="WARNING", line=None, cells=(OLD, THIRD)), newer))
    assert wording.differences(mixed) == ("line none in 2 cells, 392 in 1", "WARNING in 2 cells, ERROR in 1")


def test_a_reason_that_several_cells_share_is_in_the_verdict_once() -> None:
    broken = [cell(f"{OLD}-{number}", status="failed", reason="r") for number in range(5)]
    assert wording.verdict(run(*broken)) == (
        f"no cell was built; 5 cells could not be built: {OLD}-0, {OLD}-1, {OLD}-2, 2 more (r)"
    )


def test_the_verdict_names_at_most_three_reasons_of_cells_that_could_not_be_built() -> None:
    broken = [cell(f"{OLD}-{number}", status="failed", reason=f"r{number}") for number in range(5)]
    assert wording.verdict(run(cell(NEW, new("a")), *broken)) == (
        f"1 new diagnostic in 1 cell; 5 cells could not be built: {OLD}-0 (r0), {OLD}-1 (r1), {OLD}-2 (r2), 2 more"
    )


@pytest.mark.parametrize(
    ("message", "hides"),
    [
        ("undefined label: 'other:there'", True),
        ("failed to reach any of the inventories with the following issues:", True),
        ("Could not fetch remote image: https://example.org/a.png", False),
    ],
)
def test_the_verdict_says_that_references_to_another_project_cannot_be_judged(message: str, hides: bool) -> None:
    said = wording.verdict(run(cell(NEW, replace(new(message), verdict=Verdict.ENVIRONMENT))))
    assert said.startswith("nothing new in 1 cell (1 environment)")
    assert (
        said.endswith("; an inventory could not be fetched, so a wrong reference to another project does not show")
        is hides
    )
