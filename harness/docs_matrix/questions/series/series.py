"""The question `series`: which patch of a series brings which diagnostic, and which takes it away again.

Every state of the tree, before the first patch and behind each, is built once in each cell, and held against the state
before it. All states read the same documents: those that any of the patches concerns. A patch that changes nothing of what
is read says what the one before said.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from docs_matrix import process
from docs_matrix.builds import host_tools, recipes
from docs_matrix.builds.order import Order
from docs_matrix.builds.runner import Made
from docs_matrix.check import read_set, subject
from docs_matrix.check.check import Progress, assemble, observed
from docs_matrix.check.subject import Asked, Subject
from docs_matrix.check.texts import TreeSources
from docs_matrix.check.workbench import Bench
from docs_matrix.comparison.judge import compare
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import CellResult, CellStatus, Judged, Verdict
from docs_matrix.diagnostics.flaky import compare_observed
from docs_matrix.errors import HarnessError, InputError, MissingInterpreterError
from docs_matrix.questions.series.patch_results import Series, Step, Strand, over_cells, strands
from docs_matrix.trees import Patched, Tree, patches

__all__ = ["examine", "exit_status"]


@dataclass(frozen=True)
class _State:
    """The tree behind a patch (or before all): `documents` are read of it; `touches`: a document that is read changed."""

    tree: Tree
    documents: tuple[str, ...] | None
    touches: bool


@dataclass(frozen=True)
class _Outcome:
    """What a cell said of each patch, or why it tells nothing."""

    result: CellResult
    judged: tuple[tuple[Judged, ...], ...] = ()
    builds: int = 0


def examine(
    asked: Asked, cells: Sequence[Cell], bench: Bench, *, jobs: int, progress: Progress, repeat: int = 1
) -> Series:
    """Apply the patches of `asked` one after another and build each state; raises `InputError` where one does not apply."""
    if not asked.patches:
        raise InputError("--patch is missing: the mbox of the series")
    found = subject.resolve(asked, bench)
    series = [patch for path in asked.patches for patch in patches.read(path)]
    if found.base is None:
        raise InputError("a series needs a tree to apply to")
    steps: list[Patched] = []
    tree = found.base
    for patch in series:
        steps.append(bench.trees.patched(tree, [patch]))
        tree = steps[-1].tree
    states = _states(found, [found.base, *(step.tree for step in steps)], asked, bench)
    host_tools.require_tools(found.recipe)
    outcomes = _outcomes(cells, found, states, bench, jobs, progress, repeat)
    told = []
    for at, (patch, patched) in enumerate(zip(series, steps, strict=True), start=1):
        results = [_of_step(outcome, at) for outcome in outcomes]
        against = f"patch {at - 1} of {len(series)}" if at > 1 else "the tree without the series"
        one = replace(
            found, base=states[at - 1].tree, head=states[at].tree, against=against, patches=(patch.name,), notes=()
        )
        files = patched.notes()
        run = replace(assemble(one, results, bench), notes=(f"patch {at} of {len(series)} of a series", *files))
        told.append(Step(at, patch.name, patch.subject, files, states[at].touches, run))
    good = {outcome.result.name: strands(outcome.judged) for outcome in outcomes if outcome.result.status == "ok"}
    whole = over_cells(good)
    return Series(
        tree=found.name,
        base=found.against,
        docs=found.read.words,
        steps=tuple(_with_repairs(step, whole) for step in told),
        strands=whole,
        cells={
            one.result.name: "ok" if one.result.status == "ok" else f"{one.result.status}: {one.result.reason}"
            for one in outcomes
        },
        notes=found.notes,
        builds=sum(outcome.builds for outcome in outcomes),
    )


def exit_status(answer: Series, *, named: Sequence[str], ci: bool) -> int:
    """3 where a cell could not be built, else 1 where the series leaves something new, else 0; as `check` has it."""
    skipped = [name for name in answer.broken if answer.cells[name].startswith("skipped")]
    if len(skipped) < len(answer.broken):
        return 3
    if skipped and (ci or len(skipped) == len(answer.cells) or set(skipped) & set(named)):
        return 3
    return 1 if answer.remaining else 0


def _states(found: Subject, trees: Sequence[Tree], asked: Asked, bench: Bench) -> tuple[_State, ...]:
    """The states with what is read of each: the documents that any step concerns, as far as the state has them."""
    wanted: set[str] | None = set()
    touched = [True]
    for before, after in itertools.pairwise(trees):
        read = read_set.choose(asked.docs, before, after, found.recipe, bench.trees)
        if read.base is None or read.head is None or wanted is None:
            wanted = None
            touched.append(True)
            continue
        wanted |= {*read.base, *read.head}
        touched.append(bool(read.base or read.head))

    def there(tree: Tree) -> tuple[str, ...] | None:
        if wanted is None:
            return None
        known = set(recipes.documents(found.recipe, bench.trees.paths(tree)))
        return tuple(sorted(name for name in wanted if name.endswith("/") or name in known))

    return tuple(_State(tree, there(tree), touches) for tree, touches in zip(trees, touched, strict=True))


def _outcomes(
    cells: Sequence[Cell],
    found: Subject,
    states: Sequence[_State],
    bench: Bench,
    jobs: int,
    progress: Progress,
    repeat: int,
) -> list[_Outcome]:
    with process.workers(jobs) as pool:
        tasks = [pool.submit(_in_cell, cell, found, states, bench, progress, repeat) for cell in cells]
        return [task.result() for task in tasks]


def _in_cell(
    cell: Cell, found: Subject, states: Sequence[_State], bench: Bench, progress: Progress, repeat: int
) -> _Outcome:
    """The states built in one cell, in order, each compared with the one before."""
    result = CellResult(cell.name, cell.python, cell.docutils, cell.sphinx, "ok")
    try:
        progress.update(cell.name, "environment")
        provided = bench.provide(cell, found.requirements)
        made: list[Made] = []
        for number, state in enumerate(states):
            if number and not state.touches:
                made.append(made[-1])
                continue
            progress.update(cell.name, f"patch {number}" if number else "base")
            order = Order(provided.environment, state.tree, found.recipe, state.documents)
            made.append(bench.runner.build(order, times=repeat))
            if made[-1].build.status != "ok":
                status, reason = made[-1].build.status, made[-1].build.reason
                return _ended(result, status, f"patch {number}: {reason}" if number else f"base: {reason}", progress)
    except MissingInterpreterError as error:
        return _ended(result, "skipped", str(error), progress)
    except HarnessError as error:
        return _ended(result, "failed", str(error), progress)
    judged = tuple(
        _judged(made[at], made[at + 1], states[at].tree, states[at + 1].tree, bench, closed=found.read.closed)
        for at in range(len(states) - 1)
    )
    last = made[-1].build
    now = {id(build): build for one in made for build in one.now}
    result = replace(
        result, python=last.python, docutils=last.docutils, sphinx=last.sphinx, notices=provided.notices, read=len(last.read),
        documents=last.documents, lock=provided.environment.lock.digest, log=made[-1].log,
    )  # fmt: skip
    progress.done(cell.name, f"{len(made)} states, {len(now)} built now")
    return _Outcome(result, judged, len(now))


def _ended(result: CellResult, status: CellStatus, reason: str, progress: Progress) -> _Outcome:
    progress.done(result.name, f"{status}: {reason}")
    return _Outcome(replace(result, status=status, reason=reason))


def _judged(before: Made, after: Made, base: Tree, head: Tree, bench: Bench, *, closed: bool) -> tuple[Judged, ...]:
    """What one patch did to what the states say; a state that was not built again has the one before's diagnostics."""
    sources = TreeSources(bench.trees, base, head)
    comparison = partial(compare, changes=bench.trees.changes(base, head), sources=sources, closed=closed)
    return compare_observed(observed(before), observed(after), comparison)


def _of_step(outcome: _Outcome, number: int) -> CellResult:
    return replace(outcome.result, judged=outcome.judged[number - 1]) if outcome.judged else outcome.result


def _with_repairs(step: Step, whole: Sequence[Strand]) -> Step:
    """The step with a note for each of its diagnostics that a later patch takes away."""
    told = [
        f"{_place(strand.diagnostic)} is repaired by patch {strand.repaired} of the series"
        for strand in whole
        if strand.introduced == step.number and strand.repaired
    ]
    repaired = step.run.count(Verdict.FIXED)
    told += [f"this patch repairs {repaired} {'diagnostic' if repaired == 1 else 'diagnostics'}"] if repaired else []
    return replace(step, run=replace(step.run, notes=(*step.run.notes, *told)))


def _place(said: Diagnostic) -> str:
    where = ":".join(str(part) for part in (said.path, said.line) if part is not None)
    headline = said.message.split("\n")[0]
    return f"{where}: {headline}" if where else headline
