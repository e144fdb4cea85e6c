"""What became of each diagnostic in the course of a series."""

from __future__ import annotations

from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import Judged, Verdict
from docs_matrix.questions.series.patch_results import over_cells, strands


def said(line: int, message: str = "a") -> Diagnostic:
    return Diagnostic("a.rst", line, "WARNING", None, message, f"a.rst:{line}: WARNING: {message}")


def test_equal_diagnostics_are_followed_one_by_one() -> None:
    steps = [
        [Judged(Verdict.NEW, said(3)), Judged(Verdict.NEW, said(3))],
        [Judged(Verdict.KNOWN, said(5), base=said(3)), Judged(Verdict.FIXED, said(3))],
        [Judged(Verdict.KNOWN, said(5), base=said(5)), Judged(Verdict.FIXED, said(9, "old"))],
    ]
    found = strands(steps)
    assert sorted((one.introduced, one.repaired or 0, one.diagnostic.message) for one in found) == [
        (0, 3, "old"), (1, 0, "a"), (1, 2, "a"),
    ]  # fmt: skip


def test_what_cells_see_at_other_lines_is_one_strand() -> None:
    one, other = ([Judged(Verdict.NEW, said(line))] for line in (391, 392))
    (strand,) = over_cells({"old": strands([one]), "new": strands([other])})
    assert (strand.cells, strand.lines) == (("old", "new"), (391, 392))


def test_what_only_the_reading_order_takes_away_does_not_end_a_strand() -> None:
    steps = [
        [Judged(Verdict.NEW, said(3))],
        [Judged(Verdict.FLAKY, said(3)), Judged(Verdict.FLAKY, said(7, "b"))],
        [Judged(Verdict.KNOWN, said(7, "b"), base=said(7, "b"))],
    ]
    (strand,) = strands(steps)
    assert (strand.introduced, strand.repaired, strand.diagnostic) == (1, None, said(3))
