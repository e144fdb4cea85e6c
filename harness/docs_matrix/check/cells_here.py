"""Which cells can be built on this machine."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from docs_matrix.check.workbench import Workbench
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.cell_age import age
from docs_matrix.errors import MissingInterpreterError
from docs_matrix.toolchains import interpreters

__all__ = ["all_here", "newest_here"]


def newest_here(cells: Sequence[Cell], bench: Workbench) -> Cell:
    """Return the newest of `cells` whose interpreter is on this machine. Raise `MissingInterpreterError` if there is none."""
    return all_here(cells, bench)[-1]


def all_here(cells: Sequence[Cell], bench: Workbench) -> list[Cell]:
    """Return those of `cells` whose interpreter is on this machine, the oldest first.

    Raise `MissingInterpreterError` if there is none.
    """
    here = []
    for cell in sorted(cells, key=age):
        with contextlib.suppress(MissingInterpreterError):
            interpreters.find(cell.python, offline=True, among=bench.interpreters)
            here.append(cell)
    if not here:
        raise MissingInterpreterError(
            "this machine has no interpreter for any cell of the matrix; docs-matrix doctor says how to install one"
        )
    return here
