"""The answer to "what differs between two cells, and which release is behind each", as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from docs_matrix.diagnostics.notes import Note
from docs_matrix.json_values import plain
from docs_matrix.questions.bisect.bisection import (
    BeforeAfter,
    FoundChange,
    Skipped,
    TriedCandidate,
    differences,
    of_change,
)
from docs_matrix.reports.note_words import words

__all__ = ["CellDifferences", "DiagnosticDifference", "Kind", "document"]

Kind = Literal["changed", "only in the first", "only in the second"]


@dataclass(frozen=True)
class DiagnosticDifference:
    """A diagnostic that the two cells do not say alike; `steps` are the indices of the steps that made it so."""

    pair: BeforeAfter
    steps: tuple[int, ...]

    @property
    def kind(self) -> Kind:
        """Whether both cells say it, in different ways, or one alone."""
        if self.pair.before is None:
            return "only in the second"
        return "only in the first" if self.pair.after is None else "changed"


@dataclass(frozen=True)
class CellDifferences:
    """The whole answer.

    `steps` are the changes on the way from the cell `one` to the cell `other`, each with who is behind it; `alike`
    counts the diagnostics that both say in the same way, `only_printed` those of them that are printed in another way.
    """

    tree: str
    identity: str
    documents: str
    one: str
    other: str
    alike: int
    only_printed: int
    differences: tuple[DiagnosticDifference, ...]
    steps: tuple[FoundChange, ...]
    tried: tuple[TriedCandidate, ...]
    skipped: tuple[Skipped, ...]
    rounds: int
    notes: tuple[Note, ...]
    seconds: float


def document(answer: CellDifferences) -> dict[str, Any]:
    """Return `answer` as `docs-matrix compare --json` prints it."""
    return {
        "schema": 1,
        "tree": answer.tree,
        "identity": answer.identity,
        "documents": answer.documents,
        "cells": [answer.one, answer.other],
        "alike": answer.alike,
        "only_printed": answer.only_printed,
        "differences": [_of_difference(difference) for difference in answer.differences],
        "steps": [of_change(step) for step in answer.steps],
        "tried": plain(answer.tried),
        "skipped": plain(answer.skipped),
        "rounds": answer.rounds,
        "notes": [words(note) for note in answer.notes],
        "seconds": round(answer.seconds, 1),
    }


def _of_difference(difference: DiagnosticDifference) -> dict[str, Any]:
    return {
        "kind": difference.kind,
        "what": differences(difference.pair),
        **plain(difference.pair),
        "steps": list(difference.steps),
    }
