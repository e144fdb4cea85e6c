"""Whether `check` reads all documents, or only those that the change can affect.

The question is about all documents. If the builds for it are expected to take longer than `exact_within`, the answer is
preliminary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from docs_matrix import process
from docs_matrix.builds import recipes
from docs_matrix.builds.order import Order
from docs_matrix.check import build_index, read_set
from docs_matrix.check.subject import Subject, equip
from docs_matrix.check.workbench import Workbench
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import HarnessError
from docs_matrix.trees import Tree

__all__ = ["expected_seconds", "limit_to_time"]

START = 5.0
A_DOCUMENT = 0.1
A_MEGABYTE = 20.0
"""The estimated seconds of a build: to start, for each document, and for each million characters of text. For linux-source-6.12
they give fourteen minutes in a cell, as measured."""
WARM = 0.1
"""The estimated time of a warm build, as a share of a full build, if no earlier warm build is known."""


def limit_to_time(subject: Subject, cells: Sequence[Cell], bench: Workbench, jobs: int, *, times: int = 1) -> Subject:
    """Return `subject` as it is if its builds take less than `exact_within`; else with only the affected documents.

    `times` is how often each build runs.
    """
    if subject.base is None or subject.read.head is not None:
        return subject
    seconds = expected_seconds(subject, cells, bench, jobs, times=times)
    if seconds <= bench.matrix.exact_within:
        return subject
    near = partial(build_index.near, recipe=subject.recipe, bench=bench)
    read = read_set.choose(("affected",), subject.base, subject.head, subject.recipe, bench.trees, near)
    if read.head is None:
        return replace(subject, read=read, notes=(*subject.notes, *read.notes))
    note = Note("all takes", (f"{seconds:.0f}",))
    return replace(subject, read=read, notes=(*subject.notes, *read.notes, note))


def expected_seconds(subject: Subject, cells: Sequence[Cell], bench: Workbench, jobs: int, *, times: int = 1) -> float:
    """Return the expected seconds of wall time for base and head of `subject` in `cells`, with `jobs` builds at a time."""
    guess: list[float] = []

    def full(cell: Cell) -> float:
        last = bench.runner.expected(subject.head.lineage, cell.name, subject.recipe, "whole")
        return last.seconds if last else max(known) if known else guessed()

    def guessed() -> float:
        if not guess:
            guess.append(_guess(subject, bench))
        return guess[0]

    def of(cell: Cell, tree: Tree | None) -> float:
        if tree is None:
            return 0.0
        try:
            provided = equip(subject, bench, cell, tree)
        except HarnessError:
            return 0.0  # the cell is not built
        order = Order(
            provided.environment, provided.tree, subject.recipe, None, subject.reading, True, once, provided.packages
        )
        if bench.runner.has(order):
            return 0.0
        if once and (tree is subject.head or bench.runner.start(order)):
            last = bench.runner.expected(tree.lineage, cell.name, subject.recipe, "changed")
            return last.seconds if last else full(cell) * WARM
        return full(cell) * times

    known = [
        last.seconds
        for cell in bench.matrix.cells
        if (last := bench.runner.expected(subject.head.lineage, cell.name, subject.recipe, "whole"))
    ]
    once = times == 1 and subject.reading is None
    with process.workers(jobs) as pool:
        bases = pool.map(lambda cell: of(cell, subject.base), cells)
        heads = pool.map(lambda cell: of(cell, subject.head), cells)
        return sum((*bases, *heads)) / jobs


def _guess(subject: Subject, bench: Workbench) -> float:
    """Return the estimated seconds of a full build, from the text of its documents. No such build is known."""
    names = recipes.documents(subject.recipe, bench.trees.paths(subject.head))
    paths = [recipes.in_tree(subject.recipe, name) for name in names]
    size = sum(len(text) for _, text in bench.trees.texts(subject.head, paths))
    return START + A_DOCUMENT * len(names) + A_MEGABYTE * size / 1e6
