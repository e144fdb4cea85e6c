"""The answer to "what differs between two cells, and which release is behind each", as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from docs_matrix.questions.bisect.bisection import Found, Pair, Skipped, Tried, differences

__all__ = ["CellDifferences", "Difference", "Kind"]

Kind = Literal["changed", "only in the first", "only in the second"]


@dataclass(frozen=True)
class Difference:
    """A diagnostic that the two cells do not say alike; `steps` are the indices of the steps that made it so."""

    pair: Pair
    steps: tuple[int, ...]

    @property
    def kind(self) -> Kind:
        """Whether both cells say it, in different ways, or one alone."""
        if self.pair.before is None:
            return "only in the second"
        return "only in the first" if self.pair.after is None else "changed"


@dataclass(frozen=True)
class CellDifferences:
    """The whole answer. `steps` are the changes on the way from the cell `one` to the cell `other`, each with who is behind
    it; `alike` counts the diagnostics that both say in the same way, `only_printed` those of them that are printed in
    another way."""

    tree: str
    identity: str
    documents: str
    one: str
    other: str
    alike: int
    only_printed: int
    differences: tuple[Difference, ...]
    steps: tuple[Found, ...]
    tried: tuple[Tried, ...]
    skipped: tuple[Skipped, ...]
    rounds: int
    notes: tuple[str, ...]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """This answer as a JSON object."""
        return {
            "schema": 1,
            "tree": self.tree,
            "identity": self.identity,
            "documents": self.documents,
            "cells": [self.one, self.other],
            "alike": self.alike,
            "only_printed": self.only_printed,
            "differences": [
                {
                    "kind": difference.kind,
                    "what": differences(difference.pair),
                    "before": difference.pair.before.to_json() if difference.pair.before else None,
                    "after": difference.pair.after.to_json() if difference.pair.after else None,
                    "steps": list(difference.steps),
                }
                for difference in self.differences
            ],
            "steps": [step.to_json() for step in self.steps],
            "tried": [tried.to_json() for tried in self.tried],
            "skipped": [vars(skipped) for skipped in self.skipped],
            "rounds": self.rounds,
            "notes": list(self.notes),
            "seconds": round(self.seconds, 1),
        }
