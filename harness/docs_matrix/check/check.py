"""The question `check`: which diagnostics of a tree are new, in which cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from docs_matrix import process
from docs_matrix.builds.generator_outputs import may_run
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.checkout import checkout
from docs_matrix.check.lanes import Lanes
from docs_matrix.check.subject import Subject
from docs_matrix.check.texts import text_of
from docs_matrix.check.workbench import Workbench
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.findings import CellResult, Run, Verdict
from docs_matrix.diagnostics.merge_cells import merge
from docs_matrix.diagnostics.notes import Note

__all__ = ["assemble", "beside", "check"]

Answer = TypeVar("Answer")


def check(runner: CellRunner, cells: Sequence[Cell]) -> Run:
    """Build the runner's subject in `cells`, run its tree checks beside the builds, and return the merged results."""
    results, lanes = beside(runner, lambda: runner.results(cells))
    return assemble(runner.subject, (*results, *lanes), runner.bench)


def beside(runner: CellRunner, build: Callable[[], Answer]) -> tuple[Answer, tuple[CellResult, ...]]:
    """Return the result of `build`, and the lanes of the tree checks, which run at the same time."""
    with process.workers(1) as pool:
        queued = Lanes(runner).queue(pool)
        answer = build()
        return answer, tuple(lane.result() for lane in queued)


def assemble(subject: Subject, results: Sequence[CellResult], bench: Workbench) -> Run:
    """Return the run for `results`: their findings, merged, and the sources of the files that the findings name."""
    findings = merge(results)
    named = {finding.path for finding in findings if finding.path and finding.verdict is not Verdict.FIXED}
    sources = {path: text for path in sorted(named) if (text := text_of(bench.trees, subject.head, path)) is not None}
    return Run(
        tree=subject.name,
        identity=subject.head.identity,
        base=subject.against,
        base_identity=subject.base.identity if subject.base else None,
        cells=tuple(results),
        findings=findings,
        patches=subject.patches,
        docs=subject.read.words,
        notes=(*subject.notes, *_confined(results), *_silences(results), *_brings_code(subject, bench)),
        sources=sources,
        tested=subject.tested,
        asked=subject.asked,
        checkout=checkout(subject),
    )


def _confined(results: Sequence[CellResult]) -> tuple[Note, ...]:
    """Return a note for each way in which builds were confined; none if no build took place."""
    found = dict.fromkeys(result.confined for result in results if result.confined)
    return tuple(Note("confined", (text,)) for text in found)


def _silences(results: Sequence[CellResult]) -> tuple[Note, ...]:
    """Return a note on the settings that the change adds and that hide warnings."""
    found = dict.fromkeys(text for result in results for text in result.silenced)
    return (Note("silences", tuple(found)),) if found else ()


def _brings_code(subject: Subject, bench: Workbench) -> tuple[Note, ...]:
    """Return a note on the changed files that a build may run as code: they can influence the answer."""
    if subject.base is None:
        return ()
    changes = bench.trees.changed_paths(subject.base, subject.head)
    found = tuple(sorted(change.head_path for change in changes if change.head_path and may_run(change.head_path)))
    return (Note("brings code", found),) if found else ()
