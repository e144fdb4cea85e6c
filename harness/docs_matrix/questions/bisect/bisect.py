"""The question `bisect`: which release of a package (or Python, or day) changed a diagnostic.

A bisect goes in steps: choose the axis and the document, search, widen what is read where the diagnostic does not show,
then say for each change who is behind it and what the release's own history says.
"""

from __future__ import annotations

import posixpath
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from packaging.utils import canonicalize_name

from docs_matrix.check import read_set
from docs_matrix.check.axes import Axis, Surroundings
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.selector import ASPECTS, RECORD, Aspect, Wanted, state, states
from docs_matrix.check.subject import Subject
from docs_matrix.check.trials import Trial, Trials
from docs_matrix.check.workbench import Workbench
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.notes import Note, without
from docs_matrix.errors import InputError, MachineError
from docs_matrix.questions.bisect import attribution, changelogs, ranges
from docs_matrix.questions.bisect.bisection import (
    BeforeAfter,
    Bisection,
    FoundChange,
    QuotedHistory,
    main_change,
    pairs,
)
from docs_matrix.questions.bisect.candidates import ObservedAxis, day, in_words, skipped, tried
from docs_matrix.questions.bisect.release_search import SearchOutcome, StateChange, Untestable, search
from docs_matrix.reports.commands import command
from docs_matrix.suggestions import did_you_mean

__all__ = ["BisectQuestion", "bisect"]


@dataclass(frozen=True)
class BisectQuestion:
    """What is asked: the axis with its ends, the cell that the rest is held at, the diagnostics and what of them; `find`
    is the text as the user gave it, `every` asks all candidates, `prereleases` lets those take part, `add_package`
    allows an axis that the cell's environment lacks."""

    axis: str
    first: str | None
    last: str | None
    cell: Cell
    wanted: Wanted
    find: str | None
    what: Aspect | None = None
    every: bool = False
    prereleases: bool = False
    add_package: bool = False


def bisect(asked: BisectQuestion, runner: CellRunner) -> Bisection:
    """Find where the diagnostics that `asked` means change along its axis.

    Raises `InputError` where the range is none, or where its ends do not differ in what is asked; `MachineError` where too
    little could be built to say anything.
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
    _refuse_what_is_no_answer(asked, observed, outcome)
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
    given = (("--find", question.find), ("--path", question.wanted.path), ("--what", question.what))
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
    provided = bench.equip(asked.cell, subject.head, subject.install, subject.recipe, subject.requirements)
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
    """Search with as few documents as show the diagnostic, and by what the log records before what is printed."""
    for documents in _read_sets(asked.wanted, runner.subject, runner.bench):
        observed = ObservedAxis(axis, Trials(runner, documents))
        aspects: tuple[Aspect, ...] = (asked.what,) if asked.what else RECORD
        outcome = _search(asked, observed, aspects)
        if asked.what is None and not any(outcome.changes(question) for question in outcome.questions):
            aspects = ASPECTS
            outcome = _search(asked, observed, aspects)
        if outcome.questions or not outcome.seen or asked.find is None:
            break
        notes.append(Note("reads more", (in_words(documents),)))
    return observed, outcome, aspects


def _search(asked: BisectQuestion, observed: ObservedAxis, aspects: Sequence[Aspect]) -> SearchOutcome:
    width = observed.trials.runner.jobs
    return search(
        len(observed.axis.candidates), observed.observer(asked.wanted, aspects), width=width, every=asked.every
    )


def _read_sets(wanted: Wanted, subject: Subject, bench: Workbench) -> Iterator[tuple[str, ...] | None]:
    """What to read, the least first: the document (or those that name the file), its folder, all."""
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


def _refuse_what_is_no_answer(asked: BisectQuestion, observed: ObservedAxis, outcome: SearchOutcome) -> None:
    names = [candidate.name for candidate in observed.axis.candidates]
    axis, seen = observed.axis.name, list(outcome.seen)
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
            "with all documents read"
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
    """What changed between two neighbours, one for each that is behind a part of it."""
    before, after = observed.trial(change.before), observed.trial(change.after)
    first, last = (observed.axis.candidates[at] for at in (change.after, change.before))

    def shown(trial: Trial) -> Mapping[Hashable, Hashable]:
        return states(asked.wanted.of(trial.build.diagnostics), aspects)

    axis, trials = observed.axis.name, observed.trials
    for said, made in attribution.attribute_each(before, after, axis, shown, questions, trials, around).items():
        changed = _pairs(asked.wanted, made, before, after, aspects)
        yield FoundChange(
            first=first.name,
            last_without=last.name,
            date=day(first),
            gap=skipped(observed, outcome, change.gap),
            pairs=changed,
            cause=said.cause,
            explanation=said.explanation,
            culprit=said.culprit,
            history=_history(said, (axis, first.name, last.name), changed, notes, trials.runner.bench),
        )


def _history(
    said: attribution.Attribution,
    move: tuple[str, str, str],
    changed: Sequence[BeforeAfter],
    notes: list[Note],
    bench: Workbench,
) -> QuotedHistory | None:
    """What the release behind a change says of it; `move` is the axis with its releases, where no other is behind it."""
    if said.culprit:
        move = (said.culprit.axis, said.culprit.first, said.culprit.last_without)
    elif said.cause != "axis":
        return None
    package, newer, older = move
    if package in ("python", "date") or "none" in (newer, older):
        return None
    words = changelogs.terms(changed)
    return changelogs.quote(package, newer, older, words, notes, store=bench.store, offline=bench.offline)


def _pairs(
    wanted: Wanted, questions: Sequence[Hashable], before: Trial, after: Trial, aspects: Sequence[Aspect]
) -> tuple[BeforeAfter, ...]:
    """What changed between two trials in `questions`. A diagnostic that is not said any more in the words that were asked
    for may be said in others: what is new at its place stands beside it."""
    sides = []
    for trial in (before, after):
        meant = wanted.of(trial.build.diagnostics)
        sides.append([item for item in meant if set(states((item,), aspects)) & set(questions)])

    def alike(diagnostic: Diagnostic) -> Hashable:
        return (diagnostic.path, state(diagnostic, aspects))

    found = pairs(sides[0], sides[1], alike)
    return tuple(_completed(pair, before.build.diagnostics, after.build.diagnostics, alike) for pair in found)


def _completed(
    pair: BeforeAfter,
    before: Sequence[Diagnostic],
    after: Sequence[Diagnostic],
    alike: Callable[[Diagnostic], Hashable],
) -> BeforeAfter:
    if pair.before is not None and pair.after is not None:
        return pair
    known = pair.before or pair.after
    here, there = (before, after) if pair.before else (after, before)
    said_here = {alike(item) for item in here}
    for item in there:
        if known and item.path == known.path and item.line == known.line and alike(item) not in said_here:
            return BeforeAfter(known, item) if pair.before else BeforeAfter(item, known)
    return pair
