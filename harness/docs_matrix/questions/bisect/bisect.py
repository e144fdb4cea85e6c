"""The question `bisect`: which release of a package (or Python, or day) changed a diagnostic.

A bisect has these steps: choose the axis and the document, search, read more if the diagnostic does not show, then find the
cause of each change and quote the release's own history.
"""

from __future__ import annotations

import posixpath
import time
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from packaging.utils import canonicalize_name

from docs_matrix.check import read_set
from docs_matrix.check.axes import Axis, Surroundings
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.selector import ASPECTS, RECORD, Aspect, Wanted, states
from docs_matrix.check.subject import Subject, equip
from docs_matrix.check.trials import Trial, Trials
from docs_matrix.check.workbench import Workbench
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.notes import Note, without
from docs_matrix.errors import InputError, MachineError
from docs_matrix.questions.bisect import attribution, ranges
from docs_matrix.questions.bisect.bisection import (
    Bisection,
    FoundChange,
    Skipped,
    main_change,
)
from docs_matrix.questions.bisect.candidates import (
    ObservedAxis,
    between_ends,
    day,
    in_words,
    same_failure,
    skipped,
    tried,
)
from docs_matrix.questions.bisect.change_evidence import changed_pairs, history, nearest_alike, why_not
from docs_matrix.questions.bisect.release_search import SearchOutcome, StateChange, Untestable, fails_alike, search
from docs_matrix.reports.commands import command
from docs_matrix.reports.note_words import words
from docs_matrix.suggestions import did_you_mean

__all__ = ["BisectQuestion", "bisect"]


@dataclass(frozen=True)
class BisectQuestion:
    """The question.

    It has the axis with its ends, the cell that all else is held at, the diagnostics, and which part of them. `find` is the
    text as the user gave it. `every` builds all candidates. `prereleases` includes pre-releases. `add_package` allows an axis
    that the cell's environment lacks.
    """

    axis: str
    first: str | None
    last: str | None
    cell: Cell
    wanted: Wanted
    find: str | None
    aspect: Aspect | None = None
    every: bool = False
    prereleases: bool = False
    add_package: bool = False


def bisect(asked: BisectQuestion, runner: CellRunner) -> Bisection:
    """Find where the diagnostics of `asked` change along its axis.

    Raises `InputError` if the range is wrong, or if its ends do not differ in the diagnostics; `MachineError` if too little
    could be built for an answer.
    """
    started = time.monotonic()
    subject, bench = runner.subject, runner.bench
    if not asked.add_package:
        _refuse_what_the_cell_lacks(asked, subject, bench)
    around = Surroundings(bench.matrix.cells, bench.interpreters, subject.requirements, bench.offline)
    chosen = ranges.choose(asked.axis, asked.first, asked.last, asked.cell, around, prereleases=asked.prereleases)
    axis = chosen.axis
    names = [candidate.name for candidate in axis.candidates]
    notes = [*without(subject.notes, "read affected", "read meant", "read all")]
    if chosen.note:
        notes.append(chosen.note)
    observed, outcome, aspects = _searched(asked, axis, runner, notes)
    _refuse_what_is_no_answer(asked, observed, outcome, chosen.note)
    changes = _changes(asked, observed, outcome, aspects, notes, around)
    return Bisection(
        axis=axis.name,
        tree=subject.name,
        identity=subject.head.identity,
        documents=in_words(observed.trials.documents),
        find=asked.find,
        path=asked.wanted.path,
        cell=asked.cell.name,
        candidates=tuple(names),
        changes=changes,
        returns=any(outcome.returns(question) for question in outcome.questions),
        tried=tuple(tried(asked.wanted, observed, outcome)),
        skipped=skipped(observed, outcome, range(len(names))),
        rounds=len(outcome.rounds),
        notes=tuple(dict.fromkeys(notes)),
        seconds=time.monotonic() - started,
        command=_command(asked, subject, main_change(changes)),
    )


def _command(question: BisectQuestion, subject: Subject, change: FoundChange) -> str:
    """Return the command that shows a change again, with its two neighbours as the ends."""
    given = (("--find", question.find), ("--path", question.wanted.path), ("--what", question.aspect))
    words = [word for option, value in given if value is not None for word in (option, value)]
    words += [word for word, on in (("--pre", question.prereleases), ("--add-package", question.add_package)) if on]
    ends = ("--from", change.last_without, "--to", change.first)
    asked = replace(subject.asked, cells=(question.cell.name,))
    return command(asked, question.axis, after=(*words, *ends))


def _refuse_what_the_cell_lacks(asked: BisectQuestion, subject: Subject, bench: Workbench) -> None:
    """Raise `InputError` if the axis is a package that the cell's environment lacks: the index may have a stranger's."""
    package = canonicalize_name(asked.axis)
    if package in ("python", "date", "docutils", "sphinx"):
        return
    provided = equip(subject, bench, asked.cell, subject.head)
    there = provided.environment.lock.packages
    if package not in there:
        meant = did_you_mean(package, ("python", "date", *there))
        raise InputError(
            f"{package}: no such package in {asked.cell.name} (--add-package adds it and searches along it){meant}"
        )


# ---- the search ------------------------------------------------------------------------------------------------------


def _searched(
    asked: BisectQuestion,
    axis: Axis,
    runner: CellRunner,
    notes: list[Note],
) -> tuple[ObservedAxis, SearchOutcome, tuple[Aspect, ...]]:
    """Search with the fewest documents that show the diagnostic, first by the records and then by the printed text.

    If neither end has the diagnostic, it is searched between them.
    """
    tried: list[ObservedAxis] = []
    for documents in _read_sets(asked.wanted, runner.subject, runner.bench):
        tried.append(ObservedAxis(axis, Trials(runner, documents)))
        outcome, aspects = _by_aspects(asked, tried[-1])
        if outcome.questions or not outcome.seen or asked.find is None:
            return tried[-1], outcome, aspects
        notes.append(Note("reads more", (in_words(documents),)))
    observed = tried[-1] if asked.wanted.path is None else tried[0]
    outcome, aspects = _by_aspects(asked, observed, between_ends(axis))
    if outcome.questions:
        notes[:] = without(notes, "reads more")
    return observed, outcome, aspects


def _by_aspects(
    asked: BisectQuestion, observed: ObservedAxis, between: Sequence[int] = ()
) -> tuple[SearchOutcome, tuple[Aspect, ...]]:
    aspects: tuple[Aspect, ...] = (asked.aspect,) if asked.aspect else RECORD
    outcome = _search(asked, observed, aspects, between)
    if asked.aspect is None and not any(outcome.changes(question) for question in outcome.questions):
        aspects = ASPECTS
        outcome = _search(asked, observed, aspects, between)
    return outcome, aspects


def _search(
    asked: BisectQuestion, observed: ObservedAxis, aspects: Sequence[Aspect], between: Sequence[int]
) -> SearchOutcome:
    return search(
        len(observed.axis.candidates),
        observed.observer(asked.wanted, aspects),
        width=observed.trials.runner.jobs,
        every=asked.every,
        between=between,
        alike=same_failure,
    )


def _read_sets(wanted: Wanted, subject: Subject, bench: Workbench) -> Iterator[tuple[str, ...] | None]:
    """Yield the documents to read, the fewest first: the document (or those that name the file), its folder, all."""
    least = subject.read.head
    if wanted.path is not None:
        least = _documents(wanted.path, subject, bench) or least
    if least is not None:
        yield least
        folders = {f"{posixpath.dirname(name)}/" for name in least if "/" in name.rstrip("/")}
        if len(folders) == 1 and folders != set(least):
            yield tuple(folders)
    yield None


def _documents(path: str, subject: Subject, bench: Workbench) -> tuple[str, ...] | None:
    try:
        return read_set.choose((path,), None, subject.head, subject.recipe, bench.trees).head
    except InputError as error:
        if path not in bench.trees.paths(subject.head):
            raise InputError(str(error).replace("--docs", "--path", 1)) from error
    return read_set.naming(path, subject.head, subject.recipe, bench.trees) or None


def _refuse_what_is_no_answer(
    asked: BisectQuestion, observed: ObservedAxis, outcome: SearchOutcome, how: Note | None
) -> None:
    names = [candidate.name for candidate in observed.axis.candidates]
    axis, seen = observed.axis.name, list(outcome.seen)
    if fails_alike(outcome.observed, len(names), same_failure):
        failed = skipped(observed, outcome, [0])[0]
        raise MachineError(
            f"{axis} {names[0]} and {names[-1]} fail alike, so nothing between them was tried: {failed.reason}"
        )
    if len(seen) < 2:
        reasons = Counter(said.reason for said in outcome.observed.values() if isinstance(said, Untestable))
        only = f"only {names[seen[0]]}" if seen else "nothing"
        raise MachineError(
            f"{axis} {names[0]} to {names[-1]}: {only} could be built, of {len(names)}; most often: "
            f"{reasons.most_common(1)[0][0] if reasons else 'no reason is known'}"
        )
    if not outcome.questions and asked.find is not None:
        place = f" at {asked.wanted.path}" if asked.wanted.path else ""
        raise InputError(
            f"--find {asked.find}: neither {axis} {names[seen[0]]} nor {names[seen[-1]]} has this message{place}, "
            f"and none of the {len(seen) - 2} between them that were built{f' ({words(how)})' if how else ''}"
        )
    changes = [change for question in outcome.questions for change in outcome.changes(question)]
    if not changes:
        raise InputError(
            f"{axis} {names[seen[0]]} and {names[seen[-1]]} do not differ in {_asked_for(asked, observed, seen[0])}; "
            "give a wider range, or --all-changes, which builds every release between"
        )
    if len(seen) == 2 and seen[1] - seen[0] > 1:
        between = skipped(observed, outcome, range(seen[0] + 1, seen[1]))
        raise MachineError(
            f"{axis} {names[seen[0]]} and {names[seen[1]]} differ, but none of the {len(between)} between could be built: "
            f"{between[0].release}: {between[0].reason}"
        )


def _asked_for(asked: BisectQuestion, observed: ObservedAxis, at: int) -> str:
    trial = observed.found[at]
    if isinstance(trial, str) or asked.find is None:
        return f"what they say of {asked.wanted.path or 'the tree'}"
    said = asked.wanted.of(trial.build.diagnostics)
    first = f"{said[0].path}:{said[0].line}: {said[0].level}" if said else "not said by either"
    return f"--find {asked.find} ({first}{f' and {len(said) - 1} more' if len(said) > 1 else ''})"


# ---- the answer ------------------------------------------------------------------------------------------------------


def _changes(
    asked: BisectQuestion,
    observed: ObservedAxis,
    outcome: SearchOutcome,
    aspects: Sequence[Aspect],
    notes: list[Note],
    around: Surroundings,
) -> tuple[FoundChange, ...]:
    places: dict[StateChange, list[Hashable]] = {}
    for question in outcome.questions:
        for change in outcome.changes(question):
            places.setdefault(change, []).append(question)
    ordered = sorted(places, key=lambda change: change.after)
    return tuple(
        found
        for change in ordered
        for found in _found(change, places[change], asked, observed, outcome, aspects, notes, around)
    )


def _found(
    change: StateChange,
    questions: Sequence[Hashable],
    asked: BisectQuestion,
    observed: ObservedAxis,
    outcome: SearchOutcome,
    aspects: Sequence[Aspect],
    notes: list[Note],
    around: Surroundings,
) -> Iterator[FoundChange]:
    """Yield the changes between two neighbours, one for each cause."""
    before, after = observed.trial(change.before), observed.trial(change.after)
    first = observed.axis.candidates[change.after]

    def shown(trial: Trial) -> Mapping[Hashable, Hashable]:
        return states(asked.wanted.of(trial.build.diagnostics), aspects)

    axis, trials = observed.axis.name, observed.trials
    nearest = nearest_alike(change, questions, observed, outcome, shown)
    told, last_at = None, change.before
    if nearest is not None:
        alike = attribution.attribute_each(observed.trial(nearest), after, axis, shown, questions, trials, around)
        if all(said.cause == "axis" for said in alike):
            told, last_at, before = alike, nearest, observed.trial(nearest)
    last = observed.axis.candidates[last_at]
    gap = skipped(observed, outcome, change.gap)
    if told is None:
        told = attribution.attribute_each(before, after, axis, shown, questions, trials, around)
    else:
        between = range(last_at + 1, change.after)
        gap = tuple(Skipped(observed.axis.candidates[at].name, why_not(observed, outcome, at)) for at in between)
    for said, made in told.items():
        changed = changed_pairs(asked.wanted, made, before, after, aspects)
        yield FoundChange(
            first=first.name,
            last_without=last.name,
            date=day(first),
            gap=gap,
            pairs=changed,
            cause=said.cause,
            explanation=said.explanation,
            culprit=said.culprit,
            history=history(said, (axis, first.name, last.name), changed, notes, trials.runner.bench),
        )
