"""The question `series`: which patch of a series brings which diagnostic, and which one fixes it.

Every state of the tree, before the first patch and after each patch, is built once in each cell, and compared with the state
before it. All states read the same documents: those that any of the patches affects. If a patch changes nothing that is read,
its result is that of the patch before.
"""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from docs_matrix import process
from docs_matrix.builds import host_tools, recipes
from docs_matrix.builds.order import Reading
from docs_matrix.check import build_index, exactness, read_set, subject
from docs_matrix.check.cell_build import CellBuild
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.check import assemble
from docs_matrix.check.confirm import read_alone_first
from docs_matrix.check.progress import Progress
from docs_matrix.check.read_set import ReadSet
from docs_matrix.check.subject import Subject, patch_notes
from docs_matrix.check.workbench import Workbench
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.asked import Asked
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import CellResult, Verdict
from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import InputError
from docs_matrix.questions.series.patch_results import CellEnd, Series, Step, Strand, over_cells, strands
from docs_matrix.trees import Patched, Tree, patches

__all__ = ["examine"]


@dataclass(frozen=True)
class _State:
    """The tree after a patch (or before all).

    `documents` are read of it, as `reading` says; `touches` says that a document that is read changed.
    """

    tree: Tree
    documents: tuple[str, ...] | None
    touches: bool
    reading: Reading | None = None


@dataclass(frozen=True)
class _InCell:
    """The result of a cell for each patch, or why it gives none; `builds` were made for it."""

    end: CellEnd
    results: tuple[CellResult, ...]
    builds: int


def examine(
    asked: Asked,
    cells: Sequence[Cell],
    bench: Workbench,
    *,
    jobs: int,
    progress: Progress,
    repeat: int = 1,
    exact: bool = False,
) -> Series:
    """Apply the patches of `asked` one after another and build each state; raises `InputError` if one does not apply.

    If `asked` names no documents, all are read as in `check`, or those that the patches can affect if all would take too long.
    With `exact` all are read, however long it takes.
    """
    if not asked.patches:
        raise InputError("--patch is missing: the mbox of the series")
    found = subject.resolve(replace(asked, docs=asked.docs or ("all",)), bench)
    if not (asked.docs or exact):
        found = exactness.limit_to_time(found, cells, bench, jobs, times=repeat)
        asked = replace(asked, docs=("affected",)) if found.read.head is not None else asked
    series = [patch for path in asked.patches for patch in patches.read(Path(path))]
    if found.base is None:
        raise InputError("a series needs a tree: give --tree")
    patched: list[Patched] = []
    tree = found.base
    for patch in series:
        patched.append(bench.trees.patched(tree, [patch]))
        tree = patched[-1].tree
    states = _states(found, [found.base, *(one.tree for one in patched)], asked, bench)
    runner = CellRunner(found, bench, jobs, progress, repeat)
    steps = _steps(runner, states, [patch.name for patch in series])
    in_cells = _in_cells(cells, runner, states, steps)
    told = []
    for at, (patch, one) in enumerate(zip(series, patched, strict=True), start=1):
        results = [in_cell.results[at - 1] for in_cell in in_cells]
        run = assemble(steps[at - 1].subject, results, bench)
        notes = patch_notes(one)
        run = replace(run, notes=(Note("patch of series", (str(at), str(len(series)))), *notes))
        told.append(Step(at, patch.name, patch.subject, notes, states[at].touches, run))
    good = {
        one.end.name: strands([result.judged for result in one.results]) for one in in_cells if one.end.status == "ok"
    }
    whole = over_cells(good)
    return Series(
        tree=found.name,
        base=found.against,
        docs=found.read.words,
        steps=tuple(_with_repairs(step, whole) for step in told),
        strands=whole,
        cells=tuple(one.end for one in in_cells),
        notes=found.notes,
        builds=sum(one.builds for one in in_cells),
    )


def _states(found: Subject, trees: Sequence[Tree], asked: Asked, bench: Workbench) -> tuple[_State, ...]:
    """Return the states with the documents to read of each: those that any step affects, if the state has them."""
    near = partial(build_index.near, recipe=found.recipe, bench=bench)
    wanted: set[str] | None = set()
    apart: set[str] = set()
    touched = [True]
    for before, after in itertools.pairwise(trees):
        read = read_set.choose(asked.docs or ("all",), before, after, found.recipe, bench.trees, near)
        apart |= read.try_alone
        if read.base is None or read.head is None or wanted is None:
            wanted = None
            touched.append(True)
            continue
        wanted |= {*read.base, *read.head}
        touched.append(bool(read.base or read.head))

    def there(tree: Tree) -> tuple[str, ...] | None:
        if wanted is None:
            return None
        known = {recipes.below(found.recipe, path) for path in bench.trees.paths(tree)}
        # A name without a suffix is a folder, or a document that is no file of the tree.
        return tuple(sorted(name for name in wanted if name in known or not posixpath.splitext(name)[1]))

    documents = [there(tree) for tree in trees]
    readings = read_alone_first(documents, apart)
    return tuple(_State(*state) for state in zip(trees, documents, touched, readings, strict=True))


def _steps(runner: CellRunner, states: Sequence[_State], names: Sequence[str]) -> list[CellRunner]:
    """Return a runner for each patch: its base is the state before the patch, its head the state after it."""
    steps = []
    for at, (name, (before, after)) in enumerate(zip(names, itertools.pairwise(states), strict=True), start=1):
        against = f"patch {at - 1} of {len(names)}" if at > 1 else "the tree without the series"
        read = runner.subject.read
        one = replace(
            runner.subject,
            base=before.tree,
            head=after.tree,
            against=against,
            patches=(name,),
            read=ReadSet(before.documents, after.documents, read.words, read.notes, read.complete, read.try_alone),
            notes=(),
        )
        steps.append(runner.on(one))
    return steps


def _in_cells(
    cells: Sequence[Cell], runner: CellRunner, states: Sequence[_State], steps: Sequence[CellRunner]
) -> list[_InCell]:
    host_tools.require_tools(runner.subject.recipe)
    with process.workers(runner.jobs) as pool:
        tasks = [pool.submit(_in_cell, cell, runner, states, steps) for cell in cells]
        return [task.result() for task in tasks]


def _in_cell(cell: Cell, runner: CellRunner, states: Sequence[_State], steps: Sequence[CellRunner]) -> _InCell:
    """Build the states in one cell, in order; compare each with the one before, and confirm it."""
    built: list[CellBuild] = []
    for number, state in enumerate(states):
        if number and not state.touches:
            built.append(built[-1])
            continue
        doing = f"patch {number}" if number else "base"
        made = runner.build(
            cell,
            state.tree,
            state.documents,
            state.reading,
            keep=True,
            warm=True,
            doing=doing,
            times=runner.repeat,
        )
        built.append(made)
        if built[-1].status != "ok":
            return _ended(built, doing, len(steps), runner)
    builds = _made_now(built)
    results = []
    for step, (before, after) in zip(steps, itertools.pairwise(built), strict=True):
        judged = step.judge.judged(before, after)
        results.append(step.confirm(judged, before, after))
        builds += results[-1].built - judged.built
    runner.progress.done(cell.name, f"{len(built)} states, {builds} built now")
    return _InCell(CellEnd(cell.name, "ok"), tuple(results), builds)


def _ended(built: Sequence[CellBuild], doing: str, patches: int, runner: CellRunner) -> _InCell:
    """Return the result of a cell whose last build did not end well: none, with the reason."""
    last = built[-1]
    reason = f"{doing}: {last.reason}" if last.made else last.reason
    result = replace(runner.judge.judged(None, last), reason=reason)
    runner.progress.done(last.cell.name, f"{last.status}: {reason}")
    return _InCell(CellEnd(last.cell.name, last.status, reason), (result,) * patches, _made_now(built))


def _made_now(built: Sequence[CellBuild]) -> int:
    return len({id(one) for each in built for one in each.now})


def _with_repairs(step: Step, whole: Sequence[Strand]) -> Step:
    """Return the step with a note for each of its diagnostics that a later patch fixes."""
    told = [
        Note("repaired later", (_place(strand.diagnostic), str(strand.repaired)))
        for strand in whole
        if strand.introduced == step.number and strand.repaired
    ]
    repaired = step.run.count(Verdict.FIXED)
    told += [Note("repairs", (str(repaired),))] if repaired else []
    return replace(step, run=replace(step.run, notes=(*step.run.notes, *told)))


def _place(said: Diagnostic) -> str:
    where = ":".join(str(part) for part in (said.path, said.line) if part is not None)
    headline = said.message.split("\n")[0]
    return f"{where}: {headline}" if where else headline
