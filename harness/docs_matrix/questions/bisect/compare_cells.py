"""The question `compare`: which diagnostics of a tree differ between two cells, and which release made each difference.

One search along the path between the two cells follows all diagnostics that differ: each build answers for all of them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

from docs_matrix.check.axes import Surroundings
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.selector import ASPECTS, RECORD, Aspect, Wanted, state, states
from docs_matrix.check.trials import Trial, Trials
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.notes import without
from docs_matrix.errors import InputError, MachineError
from docs_matrix.questions.bisect import attribution, paths
from docs_matrix.questions.bisect.bisection import FoundChange, pairs
from docs_matrix.questions.bisect.candidates import ObservedAxis, day, in_words, skipped, tried
from docs_matrix.questions.bisect.cell_differences import CellDifferences, DiagnosticDifference
from docs_matrix.questions.bisect.release_search import SearchOutcome, StateChange, search

__all__ = ["compare_cells"]

ANY = Wanted(None, None)


def compare_cells(one: Cell, other: Cell, runner: CellRunner) -> CellDifferences:
    """Return how the cells `one` and `other` differ in the documents that the subject reads, and why.

    Raises `InputError` if both are one cell, `MachineError` if one of them cannot be built.
    """
    if one.name == other.name:
        raise InputError(f"{one.name} and {other.name} are the same cell; name two cells")
    started = time.monotonic()
    subject, bench = runner.subject, runner.bench
    around = Surroundings(bench.matrix.cells, bench.interpreters, subject.requirements, bench.offline)
    path = paths.between(one, other, around)
    observed = ObservedAxis(path, Trials(runner, subject.read.head))
    first, last = observed.at((0, len(path.candidates) - 1))
    for cell, end in ((one, first), (other, last)):
        if isinstance(end, str):
            raise MachineError(f"{cell.name}: {end}")
    outcome = search(len(path.candidates), observed.observer(ANY, RECORD), width=runner.jobs)
    steps = tuple(_steps(observed, outcome, around))
    said = [observed.trial(at).build.diagnostics for at in (0, len(path.candidates) - 1)]
    return CellDifferences(
        tree=subject.name,
        identity=subject.head.identity,
        documents=in_words(subject.read.head),
        one=one.name,
        other=other.name,
        alike=_alike(said[0], said[1], RECORD),
        only_printed=_alike(said[0], said[1], RECORD) - _alike(said[0], said[1], ASPECTS),
        differences=tuple(_differences(said[0], said[1], steps)),
        steps=tuple(found for found, _ in steps),
        tried=tuple(replace(one_tried, said=()) for one_tried in tried(ANY, observed, outcome)),
        skipped=skipped(observed, outcome, range(len(path.candidates))),
        rounds=len(outcome.rounds),
        notes=without(subject.notes, "read affected", "read meant", "read all"),
        seconds=time.monotonic() - started,
    )


def _steps(
    observed: ObservedAxis, outcome: SearchOutcome, around: Surroundings
) -> Iterator[tuple[FoundChange, frozenset[Hashable]]]:
    """Yield the changes on the path, one for each cause between two neighbours, with the questions that each answers."""
    places: dict[StateChange, list[Hashable]] = {}
    for question in outcome.questions:
        for change in outcome.changes(question):
            places.setdefault(change, []).append(question)
    for change in sorted(places, key=lambda change: change.after):
        before, after = observed.trial(change.before), observed.trial(change.after)
        first, last = (observed.axis.candidates[at] for at in (change.after, change.before))
        each = attribution.attribute_each(
            before, after, "", _shown, places[change], observed.trials, around, deep=False
        )
        for said, made in each.items():
            sides = [
                [item for item in ANY.of(trial.build.diagnostics) if set(states((item,), RECORD)) & set(made)]
                for trial in (before, after)
            ]
            found = FoundChange(
                first=first.name,
                last_without=last.name,
                date=day(first),
                gap=skipped(observed, outcome, change.gap),
                pairs=pairs(sides[0], sides[1], _recorded),
                cause=said.cause,
                explanation=said.explanation,
                culprit=said.culprit,
            )
            yield found, frozenset(made)


def _shown(trial: Trial) -> Mapping[Hashable, Hashable]:
    return states(ANY.of(trial.build.diagnostics), RECORD)


def _differences(
    one: Sequence[Diagnostic], other: Sequence[Diagnostic], steps: Sequence[tuple[FoundChange, frozenset[Hashable]]]
) -> Iterator[DiagnosticDifference]:
    for pair in pairs(ANY.of(one), ANY.of(other), _recorded):
        sides = tuple(side for side in (pair.before, pair.after) if side)
        questions = {question for side in sides for question in states((side,), RECORD)}
        yield DiagnosticDifference(pair, tuple(at for at, (_, answered) in enumerate(steps) if questions & answered))


def _alike(one: Sequence[Diagnostic], other: Sequence[Diagnostic], aspects: Sequence[Aspect]) -> int:
    """Return how many diagnostics are the same in both, as far as `aspects` show."""
    said = [Counter((item.path, state(item, aspects)) for item in ANY.of(side)) for side in (one, other)]
    return (said[0] & said[1]).total()


def _recorded(diagnostic: Diagnostic) -> Hashable:
    return (diagnostic.path, state(diagnostic, RECORD))
