"""One mistake is one finding over all cells, with the ways in which the cells see it as variants."""

from __future__ import annotations

import pytest
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import CellResult, Judged, Verdict
from docs_matrix.diagnostics.merge_cells import merge
from hypothesis import given
from hypothesis import strategies as st

TABLE = "Malformed table.\nRight border not aligned or missing.\n\n+--+"


def cell(name: str, sphinx: str, *judged: Judged) -> CellResult:
    return CellResult(name, "3.13", "0.21", sphinx, "ok", judged=judged)


def new(line: int | None, message: str = "x", level: str = "WARNING", verdict: Verdict = Verdict.NEW) -> Judged:
    return Judged(verdict, Diagnostic("a.rst", line, level, None, message, printed=f"{level}: {message}"))


def test_equal_diagnostics_of_all_cells_are_one_finding() -> None:
    (finding,) = merge([cell("old", "3.4.3", new(5)), cell("new", "9.2.0", new(5))])
    assert finding.cells == ("old", "new")
    assert [variant.cells for variant in finding.variants] == [("old", "new")]


def test_a_line_that_differs_by_one_is_a_variant_and_the_newest_cell_is_on_top() -> None:
    (finding,) = merge([cell("old", "3.4.3", new(391, TABLE)), cell("new", "9.2.0", new(392, TABLE + "\n|", "ERROR"))])
    assert (finding.line, finding.level) == (392, "ERROR")
    assert [(variant.line, variant.cells) for variant in finding.variants] == [(391, ("old",)), (392, ("new",))]


def test_two_equal_messages_on_one_line_stay_two() -> None:
    findings = merge([cell("old", "3.4.3", new(5), new(5)), cell("new", "9.2.0", new(5), new(5))])
    assert [finding.cells for finding in findings] == [("old", "new"), ("old", "new")]


def test_equal_messages_far_apart_are_two_findings() -> None:
    assert [finding.line for finding in merge([cell("a", "9", new(5)), cell("b", "8", new(50))])] == [5, 50]


def test_a_quoted_table_is_one_mistake_wherever_in_it_a_release_reports_it() -> None:
    old = "Malformed table.\n\n+--+\n| a |\n+--+"
    findings = merge([cell("old", "3.4.3", new(121, old)), cell("new", "9", new(124, TABLE + "\n| a |\n+--+"))])
    assert [finding.cells for finding in findings] == [("old", "new")]
    other = merge([cell("old", "3.4.3", new(121, old)), cell("new", "9", new(124, TABLE + "\n| b |\n+--+"))])
    assert len(other) == 2


def test_what_releases_word_otherwise_is_one_mistake() -> None:
    old = "undefined label: x (if the link has no caption the label must precede a section header)"
    findings = merge([cell("old", "3.4.3", new(5, old)), cell("new", "9", new(5, "undefined label: 'x'"))])
    assert [finding.message for finding in findings] == ["undefined label: 'x'"]


def test_the_only_message_that_names_something_is_one_mistake_at_any_line() -> None:
    named = 'Unknown target name: "missing".'
    assert len(merge([cell("a", "9", new(5, named)), cell("b", "8", new(50, named))])) == 1
    assert len(merge([cell("a", "9", new(5, named), new(7, named)), cell("b", "8", new(50, named))])) == 3


def test_thousands_of_equal_messages_are_merged() -> None:
    cells = [cell(f"c{number}", f"{number}.0", *(new(5) for _ in range(3_000))) for number in range(3)]
    assert len(merge(cells)) == 3_000


def test_the_worst_verdict_is_on_top() -> None:
    (finding,) = merge([cell("a", "9", new(5, verdict=Verdict.KNOWN)), cell("b", "8", new(5))])
    assert finding.verdict is Verdict.NEW
    assert {variant.verdict for variant in finding.variants} == {Verdict.KNOWN, Verdict.NEW}


def test_what_is_fixed_never_joins_what_is_there() -> None:
    findings = merge([cell("a", "9", new(5, verdict=Verdict.FIXED)), cell("b", "8", new(5))])
    assert [finding.verdict for finding in findings] == [Verdict.NEW, Verdict.FIXED]


@given(st.lists(st.lists(st.tuples(st.integers(1, 6), st.sampled_from("xyz")), max_size=6), min_size=1, max_size=4))
def test_every_diagnostic_is_in_exactly_one_finding(said: list[list[tuple[int, str]]]) -> None:
    cells = [cell(f"c{number}", f"{number}.0", *(new(*item) for item in items)) for number, items in enumerate(said)]
    findings = merge(cells)
    for number, items in enumerate(said):
        assert sum(f"c{number}" in finding.cells for finding in findings) == len(items)
    assert all(len(set(finding.cells)) == len(finding.cells) for finding in findings)
    again = merge(list(reversed(cells)))
    assert [(found.line, found.message, set(found.cells)) for found in again] == [
        (found.line, found.message, set(found.cells)) for found in findings
    ]


@pytest.mark.parametrize(
    ("old", "newest"),
    [
        (
            "duplicate object description of f, other instance in a, use :noindex: for one of them",
            "duplicate object description of f, other instance in a, use :no-index: for one of them",
        ),
        (
            'Could not lex literal_block as "json". Highlighting skipped.',
            "Lexing literal_block '{?}' as \"json\" resulted in an error at token: '?'. Retrying in relaxed mode.",
        ),
        (
            "Object named 'f' not found in include file 'x.py'",
            "Object named 'f' not found in include file _StrPath('x.py')",
        ),
        (
            "Substitution definition contains illegal element <problematic>:\n\n<problematic>\n    *\n\n.. |p| replace:: *x",
            "Problematic content in substitution definition\n\n.. |p| replace:: *x",
        ),
    ],
)
def test_what_the_table_of_rewordings_names_is_one_mistake(old: str, newest: str) -> None:
    findings = merge([cell("old", "3.4.3", new(5, old)), cell("new", "9", new(5, newest))])
    assert [(finding.message, finding.cells) for finding in findings] == [(newest, ("old", "new"))]


def test_code_in_another_language_is_another_mistake() -> None:
    old = 'Could not lex literal_block as "json". Highlighting skipped.'
    findings = merge([cell("old", "3.4.3", new(5, old)), cell("new", "9", new(5, old.replace("json", "yaml")))])
    assert len(findings) == 2
