"""The builds of `init`: they accept the diagnostics of today in each cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from docs_matrix.baselines import baseline_file
from docs_matrix.check import accept, subject
from docs_matrix.check.accept import Accepted
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.progress import Progress
from docs_matrix.check.workbench import Workbench
from docs_matrix.config.matrix import Cell, Matrix
from docs_matrix.confinement.confinement import Confinement
from docs_matrix.diagnostics.asked import Asked

__all__ = ["AcceptingBuilds"]


@dataclass(frozen=True)
class AcceptingBuilds:
    """Builds in `store`, at most `jobs` at a time. `progress` returns an object that shows the progress of some cells."""

    store: Path
    jobs: int
    offline: bool
    confinement: Confinement
    progress: Callable[[Sequence[Cell]], Progress]

    def accept(self, configuration: Matrix, cells: Sequence[Cell]) -> Accepted:
        """Build the default tree of `configuration` in `cells`, and accept their diagnostics besides those in its baseline."""
        tree = configuration.trees[configuration.tree or ""]
        bench = Workbench(configuration, self.store, offline=self.offline, confinement=self.confinement)
        found = subject.resolve(Asked(tree.name, named=True, verb="init"), bench)
        runner = CellRunner(found, bench, self.jobs, self.progress(cells))
        there = tree.baseline is not None and tree.baseline.exists()
        kept = baseline_file.read(tree.baseline) if there and tree.baseline else baseline_file.Baseline()
        return accept.accept("all", kept, runner, cells, configuration.cells)
