"""Hundreds of edits through whole Sphinx builds of a real documentation tree, compared with the same truth.

Run as a script: `python -m tests.random_edits.full_builds TREE FOLDER [ROUNDS [EDITS [SEED [CELL]]]]`. TREE is a
documentation tree whose documents below FOLDER (relative to its source folder) are edited and read; it is copied first. A
round's base is the head of the round before it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from docs_matrix.builds.order import Order
from docs_matrix.check import read_set
from docs_matrix.check.subject import Subject, resolve
from docs_matrix.check.texts import TreeSources
from docs_matrix.check.workbench import Workbench
from docs_matrix.comparison.judge import compare
from docs_matrix.config import matrix
from docs_matrix.diagnostics.asked import Asked
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.trees import Tree

from tests.conftest import ROOT
from tests.random_edits.documents import Project, seeded
from tests.random_edits.edits import make_edits, plant
from tests.random_edits.truth import Score, score

__all__ = ["Whole"]


class Whole:
    """A copy of a documentation tree, one cell, and the documents below a folder of it."""

    def __init__(self, copy: Path, folder: str, bench: Workbench, cell: str) -> None:
        self.copy = copy
        self.bench = bench
        self.cell = next(one for one in bench.matrix.cells if one.name == cell)
        self.subject: Subject = resolve(Asked(str(copy), docs=(f"{folder}/" if folder else "all",)), bench)
        below = copy / self.subject.recipe.source / folder
        self.project = Project.of(
            {
                path.relative_to(copy).as_posix(): path.read_text("utf-8")
                for path in sorted(below.rglob("*.rst"))
                if path.name != "index.rst"  # a tree without its toctrees is no tree
            }
        )

    def rounds(self, count: int, edits: int, seed: int) -> Score:
        """Edit the documents at random, `edits` times `count` times, and score each comparison of two real builds."""
        total = Score()
        start = seeded(f"{seed}")
        for _ in range(edits):
            plant(self.project, start)
        before = self._built()
        for number in range(count):
            base, self.project = self.project, self.project.copy()
            made = make_edits(self.project, seeded(f"{seed}-{number}"), edits)
            _write(base, self.project, self.copy)
            now = self._built()
            trees = self.bench.trees
            judge = partial(compare, changes=trees.changes(before[0], now[0]))
            judged = judge(before[1], now[1], sources=TreeSources(trees, before[0], now[0]))
            result = score(base, self.project, before[1], now[1], judged)
            result.edits = made
            total.add(result)
            before = now
        return total

    def _built(self) -> tuple[Tree, Sequence[Diagnostic]]:
        _write(Project({}), self.project, self.copy)
        tree = self.bench.trees.open(self.copy)
        read = self.subject.read.head
        if read is not None:
            read = read_set.choose(read, None, tree, self.subject.recipe, self.bench.trees).head
        environment = self.bench.provide(self.cell, self.subject.requirements).environment
        build = self.bench.runner.build(Order(environment, tree, self.subject.recipe, read)).build
        if build.status != "ok":
            raise RuntimeError(f"the build {build.status}: {build.reason}")
        return tree, [one for one in build.diagnostics if not one.unjudged]


def _write(old: Project, new: Project, folder: Path) -> None:
    for name in old.documents.keys() - new.documents.keys():
        (folder / name).unlink()
    for name, document in new.documents.items():
        path = folder / name
        if not path.exists() or path.read_bytes() != document.text.encode():
            path.unlink(missing_ok=True)
            path.write_bytes(document.text.encode())


def main(arguments: Sequence[str]) -> None:
    tree, folder, rounds, edits, seed, cell = [
        *arguments,
        *("", "", "10", "20", "1", "py3.13-docutils0.23-sphinx9.2.0")[len(arguments) :],
    ]
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "tree"
        shutil.copytree(tree, copy, symlinks=True)
        store = Path(os.environ.get("DOCS_MATRIX_TEST_STORE", f"{place}/store"))
        bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
        total = Whole(copy, folder, bench, cell).rounds(int(rounds), int(edits), int(seed))
    sys.stdout.write("".join(f"{miss}\n" for miss in total.misses))
    sys.stdout.write(f"{total} in {time.monotonic() - started:.0f} s\n")


if __name__ == "__main__":
    main(sys.argv[1:])
