"""A run as KTAP, the form that kselftest and KUnit print: a test for each cell, with its new messages as diagnostic lines."""

from __future__ import annotations

from docs_matrix.diagnostics.findings import CellResult, Run, Verdict
from docs_matrix.reports.escaping import cut, one_line
from docs_matrix.reports.outcome import Outcome, cell_line, new_line

__all__ = ["ktap"]


def ktap(run: Run, outcome: Outcome) -> str:
    """Return `run` as KTAP, version 1. A cell is `ok` only if it was built and has nothing new.

    If the run fails although no cell fails, it has one more test, which is `not ok`.
    """
    tests = [_test(number, cell) for number, cell in enumerate(run.cells, 1)]
    if outcome.word == "fail" and not any(test[-1].startswith("not ok") for test in tests):
        tests.append([*(f"# {line}" for line in outcome.lines), f"not ok {len(tests) + 1} docs-matrix"])
    lines = ["KTAP version 1", f"1..{len(tests)}", f"# {outcome.summary}", *(line for test in tests for line in test)]
    return "".join(f"{line}\n" for line in lines)


def _test(number: int, cell: CellResult) -> list[str]:
    """Return the lines of a cell: its diagnostic lines, then its result."""
    name = one_line(cell.name).replace("#", "\\#")  # a bare # begins a directive of KTAP
    if cell.status == "skipped":
        return [f"ok {number} {name} # SKIP {cut(one_line(cell.reason or 'no reason was given'), 300)}"]
    new = [new_line(judged.diagnostic) for judged in cell.judged if judged.verdict is Verdict.NEW]
    lines = new if cell.status == "ok" else [cell_line(cell.name, cell.status, cell.reason), *new]
    return [*(f"# {line}" for line in lines), f"{'not ok' if lines else 'ok'} {number} {name}"]
