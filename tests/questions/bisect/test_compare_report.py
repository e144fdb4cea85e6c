"""The differences between two cells told: each difference with what is behind it."""

from __future__ import annotations

from dataclasses import replace

from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.questions.bisect.bisection import BeforeAfter, Culprit, FoundChange
from docs_matrix.questions.bisect.cell_differences import CellDifferences, DiagnosticDifference, document
from docs_matrix.questions.bisect.compare_report import lines, markdown

OLD = Diagnostic("a.rst", 391, "ERROR", "docutils", "Malformed table.", "printed")
NEW = replace(OLD, line=392)
STEP = FoundChange(
    "sphinx 9.0.0", "sphinx 8.2.3", "2025-11-30", (), (), "company", "it does",
    Culprit("docutils", "0.22.1", "0.22", "2025-09-17"),
)  # fmt: skip
OTHER = replace(STEP, first="sphinx 5.1.0", last_without="sphinx 5.0.2", cause="together", culprit=None)
ANSWER = CellDifferences(
    tree="linux",
    identity="1" * 40,
    documents="all documents",
    one="old",
    other="new",
    alike=12,
    only_printed=3,
    differences=(
        DiagnosticDifference(BeforeAfter(OLD, NEW), (0,)),
        DiagnosticDifference(BeforeAfter(OLD, None), (0,)),
        DiagnosticDifference(BeforeAfter(None, NEW), (1,)),
        DiagnosticDifference(BeforeAfter(None, replace(NEW, line=7)), ()),
    ),
    steps=(OTHER, STEP),
    tried=(),
    skipped=(),
    rounds=5,
    notes=(),
    seconds=1.0,
)


def test_the_first_line_counts() -> None:
    assert next(lines(ANSWER)) == (
        "old and new: 1 changed, 1 only in the first, 2 only in the second; 12 alike (3 of them printed in another way); "
        "read: all documents"
    )


def test_what_explains_most_comes_first() -> None:
    text = "\n".join(lines(ANSWER))
    assert text.index("between sphinx 5.0.2 and sphinx 5.1.0: 2 differences") < text.index(
        "docutils 0.22.1 (2025-09-17), the last without it 0.22: 1 difference"
    )
    assert "changed: a.rst:392: ERROR: Malformed table. [docutils] (line 391 -> 392)" in text


def test_a_difference_without_a_reason_is_not_hidden() -> None:
    text = "\n".join(lines(ANSWER))
    assert "no cause was found for 1 difference\n  only in the second: a.rst:7: ERROR" in text


def test_markdown_has_a_row_for_each_difference() -> None:
    rows = [line for line in markdown(ANSWER).splitlines() if line.startswith("| <code>")]
    assert len(rows) == len(ANSWER.differences)
    assert "not found" in rows[-1]


def test_the_json_form_leads_from_each_difference_to_its_steps() -> None:
    value = document(ANSWER)
    assert [item["steps"] for item in value["differences"]] == [[0], [0], [1], []]
    assert value["steps"][1]["culprit"]["first"] == "0.22.1"
    assert [item["kind"] for item in value["differences"]][:2] == ["changed", "only in the first"]
