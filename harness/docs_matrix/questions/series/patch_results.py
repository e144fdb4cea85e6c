"""A series of patches, as values: which patch brings each diagnostic, and which fixes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from docs_matrix.diagnostics import message_keys
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import CellStatus, Judged, Run, Verdict
from docs_matrix.diagnostics.notes import Note
from docs_matrix.json_values import plain
from docs_matrix.reports.note_words import words

__all__ = ["CellEnd", "Series", "Step", "Strand", "document", "over_cells", "strands"]


@dataclass(frozen=True)
class Strand:
    """One diagnostic through a series.

    `introduced` and `repaired` are patches, from 1. `introduced` is 0 if it was there before the series, `repaired` None if it
    stays. `diagnostic` is its form when it appeared (or its last form, if it was there before). `cells` have it, each at its
    line (`lines`).
    """

    introduced: int
    repaired: int | None
    diagnostic: Diagnostic
    cells: tuple[str, ...] = ()
    lines: tuple[int | None, ...] = ()


@dataclass(frozen=True)
class Step:
    """One patch of a series.

    It has the number from 1, the name, the subject, what the patch did to each file, whether it changed anything that is read,
    and the run of it against the patch before.
    """

    number: int
    name: str
    subject: str
    files: tuple[Note, ...]
    touches: bool
    run: Run


@dataclass(frozen=True)
class CellEnd:
    """How a cell ended: `reason` says why it gives no answer, None if it is `ok`."""

    name: str
    status: CellStatus
    reason: str | None = None

    @property
    def words(self) -> str:
        """The same in a line."""
        return self.status if self.reason is None else f"{self.status}: {self.reason}"


@dataclass(frozen=True)
class Series:
    """The whole answer: the patches in order, and the strands that one of them brings or fixes, sorted by place."""

    tree: str
    base: str
    docs: str
    steps: tuple[Step, ...]
    strands: tuple[Strand, ...]
    cells: tuple[CellEnd, ...]
    notes: tuple[Note, ...] = ()
    builds: int = 0

    @property
    def broken(self) -> tuple[CellEnd, ...]:
        """The cells that give no answer."""
        return tuple(cell for cell in self.cells if cell.status != "ok")

    @property
    def remaining(self) -> tuple[Strand, ...]:
        """The strands that the series brings and does not fix."""
        return tuple(strand for strand in self.strands if strand.introduced and strand.repaired is None)


def document(answer: Series) -> dict[str, Any]:
    """Return `answer` as in `series.json`, without the findings of each step's run."""
    return {
        "schema": 1,
        "tree": answer.tree,
        "base": answer.base,
        "docs": answer.docs,
        "patches": [_of_step(step) for step in answer.steps],
        "diagnostics": [_of_strand(strand) for strand in answer.strands],
        "cells": {cell.name: cell.words for cell in answer.cells},
        "notes": [words(note) for note in answer.notes],
        "builds": answer.builds,
    }


def _of_step(step: Step) -> dict[str, Any]:
    return {
        "number": step.number,
        "name": step.name,
        "subject": step.subject,
        "files": [words(note) for note in step.files],
        "identity": step.run.identity,
    }


def _of_strand(strand: Strand) -> dict[str, Any]:
    said = plain(strand.diagnostic)
    return {
        "introduced": strand.introduced or None,
        "repaired": strand.repaired,
        **{name: said[name] for name in ("path", "line", "level", "category", "message", "document", "via")},
        "cells": list(strand.cells),
        "lines": dict(zip(strand.cells, strand.lines, strict=True)),
    }


def strands(steps: Sequence[Sequence[Judged]]) -> tuple[Strand, ...]:
    """Return the strands of one cell, from the comparison of each patch with the one before.

    A diagnostic that never changed has no strand.
    """
    open_ones: dict[Diagnostic, list[Strand]] = defaultdict(list)
    done: list[Strand] = []
    for number, judged in enumerate(steps, start=1):
        following: dict[Diagnostic, list[Strand]] = defaultdict(list)
        for item in judged:
            if item.verdict is Verdict.FIXED:
                done.append(replace(_continued(open_ones, item.diagnostic), repaired=number))
            elif item.base is not None:
                following[item.diagnostic].append(_continued(open_ones, item.base))
            elif item.verdict is Verdict.NEW:
                following[item.diagnostic].append(Strand(number, None, item.diagnostic))
            elif open_ones.get(item.diagnostic):
                done.append(
                    _continued(open_ones, item.diagnostic)
                )  # it is missing only because of the reading order: it stays
        open_ones = following
    done += [strand for group in open_ones.values() for strand in group]
    return tuple(strand for strand in done if strand.introduced or strand.repaired)


def _continued(open_ones: dict[Diagnostic, list[Strand]], diagnostic: Diagnostic) -> Strand:
    """Return the strand that continues with `diagnostic`; if there is none, a new one that was there before the series."""
    group = open_ones.get(diagnostic)
    return group.pop(0) if group else Strand(0, None, diagnostic)


def over_cells(cells: Mapping[str, Sequence[Strand]]) -> tuple[Strand, ...]:
    """Return the strands of all cells; those that are one mistake are one strand.

    They are one mistake if they have the same patches, file and headline; the first is put together with the first. The newest
    cell (the last) gives the text.
    """
    groups: dict[tuple[object, ...], list[tuple[str, Strand]]] = {}
    for name, found in cells.items():
        count: dict[tuple[object, ...], int] = defaultdict(int)
        for strand in sorted(found, key=lambda one: (one.diagnostic.path or "", one.diagnostic.line or 0)):
            said = strand.diagnostic
            same = (strand.introduced, strand.repaired, said.path, message_keys.gist(said.message))
            groups.setdefault((*same, count[same]), []).append((name, strand))
            count[same] += 1
    merged = [
        replace(
            group[-1][1],
            cells=tuple(name for name, _ in group),
            lines=tuple(strand.diagnostic.line for _, strand in group),
        )
        for group in groups.values()
    ]
    return tuple(
        sorted(merged, key=lambda one: (one.introduced or 10**9, one.diagnostic.path or "", one.diagnostic.line or 0))
    )
