"""Print a series in lines: each patch with the diagnostics that it brings and fixes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docs_matrix.questions.series.patch_results import Series, Step, Strand
from docs_matrix.reports import wording
from docs_matrix.reports.escaping import cut, one_line, plural
from docs_matrix.reports.note_words import words
from docs_matrix.reports.outcome import Line, Outcome, cell_line, new_line, of_lines

__all__ = ["folder_name", "lines", "outcome"]


def lines(answer: Series) -> Iterator[str]:
    """Yield the answer in plain lines."""
    for step in answer.steps:
        yield from _step(step, answer)
    yield ""
    for cell in answer.broken:
        yield f"{one_line(cell.name)}: {cut(one_line(cell.words), 300)}"
    for note in answer.notes:
        yield one_line(words(note))
    yield _total(answer)


def outcome(answer: Series, status: int) -> Outcome:
    """Return the outcome of a series that ends with `status`: what is new at its end counts, each diagnostic with its patch."""
    left = [_left(strand, answer) for strand in answer.remaining]
    broken = [cell for cell in answer.broken if cell.status != "skipped" or status > 1]
    faults = [cell_line(cell.name, cell.status, cell.reason) for cell in broken]
    return of_lines([*faults, *left], _total(answer), status)


def _left(strand: Strand, answer: Series) -> Line:
    good = [cell.name for cell in answer.cells if cell.status == "ok"]
    where = "" if len(strand.cells) == len(good) else f", in {', '.join(map(one_line, strand.cells))}"
    return new_line(strand.diagnostic, f"patch {strand.introduced} of {len(answer.steps)}{where}")


def _total(answer: Series) -> str:
    """Return the whole series in a line."""
    brought = [strand for strand in answer.strands if strand.introduced]
    passing = [strand for strand in brought if strand.repaired]
    before = [strand for strand in answer.strands if not strand.introduced]
    good = len(answer.cells) - len(answer.broken)
    limited = any(wording.is_preliminary(step.run) for step in answer.steps)
    return (
        f"{plural(len(answer.steps), 'patch')} in {plural(good, 'cell')}: {len(brought)} new, of which the series itself "
        f"fixes {len(passing)}; {len(before)} fixed that were there before; {len(answer.remaining)} new at its end"
        + ("; preliminary: only the documents that a patch can affect are read" if limited else "")
    ).replace("patchs", "patches")


def folder_name(step: Step) -> str:
    """Return the name of the folder with a patch's reports: its number, and the part of its subject that is fit for a name."""
    words_of = re.sub(r"[^A-Za-z0-9]+", "-", step.subject or step.name).strip("-")[:50].strip("-")
    return f"{step.number:04}-{words_of}" if words_of else f"{step.number:04}"


def _step(step: Step, answer: Series) -> Iterator[str]:
    total = len(answer.steps)
    yield f"patch {step.number} of {total}: {cut(one_line(step.subject or step.name), 200)}"
    brought = [strand for strand in answer.strands if strand.introduced == step.number]
    taken = [strand for strand in answer.strands if strand.repaired == step.number]
    for strand in brought:
        later = f"; patch {strand.repaired} fixes it" if strand.repaired else ""
        yield f"  new: {_said(strand)}"
        yield f"       {_cells(strand, answer)}{later}"
    for strand in taken:
        since = f"which patch {strand.introduced} brought" if strand.introduced else "which was there before"
        yield f"  fixed: {_said(strand)}"
        yield f"       {since}; {_cells(strand, answer)}"
    if not brought and not taken:
        yield "  nothing new" if step.touches else "  nothing new: it changes no document"


def _said(strand: Strand) -> str:
    return cut(wording.headline(strand.diagnostic), 300)


def _cells(strand: Strand, answer: Series) -> str:
    good = [cell.name for cell in answer.cells if cell.status == "ok"]
    where = (
        f"in all {len(good)} cells"
        if len(strand.cells) == len(good) > 1
        else f"in {', '.join(map(one_line, strand.cells))}"
    )
    counts = {line: strand.lines.count(line) for line in strand.lines}
    other = [f"line {line} in {count}" for line, count in sorted(counts.items(), key=str)] if len(counts) > 1 else []
    return "; ".join((where, *other))
