"""The question `reproduce`: whether a report reproduces, in which cells, and which toolchain made it.

Base and head are built in every cell, as in `check`: all documents if they are built within `exact_within`. Else the answer is
preliminary: the affected documents are built. For documents that the patch does not touch, only the tree is built then, and only if
it has their sources.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from docs_matrix.check import build_index, exactness, read_set
from docs_matrix.check import subject as subjects
from docs_matrix.check.axes import Surroundings, minor
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.progress import Progress
from docs_matrix.check.read_set import ReadSet
from docs_matrix.check.subject import Subject
from docs_matrix.check.trials import Trials
from docs_matrix.check.workbench import Workbench
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.asked import Asked
from docs_matrix.diagnostics.findings import CellResult, Judged, Verdict
from docs_matrix.diagnostics.notes import Note, without
from docs_matrix.errors import HarnessError, MachineError
from docs_matrix.questions.reproduce import decisive_release, judging
from docs_matrix.questions.reproduce.checked import with_checks
from docs_matrix.questions.reproduce.documents import NOT_READ, MessageSources
from docs_matrix.questions.reproduce.reproduction import (
    Apart,
    Reproduction,
    SeenMessage,
    ToldMessage,
    Toolchain,
    ToolchainVerdict,
)
from docs_matrix.questions.reproduce.toolchains import Calendar, of_the_day, of_the_header
from docs_matrix.robot.report import Message, Report

__all__ = ["ReproduceQuestion", "reproduce"]

ALL = ReadSet(None, None, "all documents")
MOST = 40
"""The largest number of documents that are read for messages that the patch does not affect."""


@dataclass(frozen=True)
class ReproduceQuestion:
    """The question: a report, a tree (with the patch), and `cells` (those that the header names come first).

    `refine`: build the one additional cell that would narrow the answer down.
    """

    report: Report
    asked: Asked
    cells: tuple[Cell, ...]
    refine: bool = False
    repeat: int = 1


@dataclass(frozen=True)
class _Resolved:
    """A question with its runners: for the patched documents, and for the others (None if there are none).

    `documents` are those that trials of other releases read; None for all.
    """

    question: ReproduceQuestion
    runner: CellRunner
    others: CellRunner | None
    reported: tuple[Message, ...]
    lacks: tuple[str | None, ...]
    around: Surroundings
    documents: tuple[str, ...] | None
    exact: bool = False

    @property
    def own(self) -> Subject:
        """The subject of the patched documents."""
        return self.runner.subject

    @property
    def idle(self) -> bool:
        """Whether there is nothing to build: no patch, and no message whose document could be found."""
        return not (self.exact or self.own.base or self.own.read.head or self.question.asked.docs)


def reproduce(question: ReproduceQuestion, bench: Workbench, *, jobs: int, progress: Progress) -> Reproduction:
    """Return the answer; raises `InputError` if the patch does not apply or a document is missing, and `MachineError`."""
    started = time.monotonic()
    case = _resolve(question, bench, jobs=jobs, progress=progress)
    report = question.report
    header, of_header = of_the_header(report, case.around, bench)
    calendar = Calendar(report.date, offline=bench.offline)
    cells = [*header, *(cell for cell in question.cells if cell.name not in {one.name for one in header})]
    case = _exactly(case, cells)
    cells = [] if case.idle else cells
    results, others, broken = _built(case, cells) if cells else ((), {}, ())
    if cells and not any(result.status == "ok" for result in results):
        raise MachineError(f"no cell could be built; {results[0].name}: {results[0].status}: {results[0].reason}")
    seen = {result.name: _seen(case, result, others) for result in results if result.status == "ok"}
    exact = _exact(case)
    told = judging.tell(case.reported, seen, case.lacks, exact, based=case.own.base is not None, whole=case.exact)
    messages, stopped = with_checks(told, case.runner, exact)
    chains = [_toolchain(cell, result, told, seen, calendar) for cell, result in zip(cells, results, strict=True)]
    chains = [replace(chain, header=cell in header) for cell, chain in zip(cells, chains, strict=True)]
    apart = tuple(_apart(case, cells, chains, told, calendar))
    told_apart = tuple(one for one in apart if isinstance(one, Apart))
    proposal, more = _proposal(case, cells, told, calendar) if cells else (None, [])
    notes = [
        *of_header,
        *([Note("nothing built")] if case.idle else []),
        *broken,
        *stopped,
        *without(case.own.notes, "read affected", "read meant", "read all"),
        *(note for one in apart if not isinstance(one, Apart) for note in one),
    ]
    return Reproduction(
        subject=report.subject or report.patch_subject,
        date=f"{report.date:%Y-%m-%d}" if report.date else None,
        docutils=report.docutils,
        python=report.python,
        tree=case.own.name,
        identity=case.own.head.identity,
        base=case.own.against,
        messages=messages,
        toolchains=(*chains, *more),
        apart=told_apart,
        extra=judging.extras(case.reported, results),
        notes=tuple(dict.fromkeys(notes)),
        notices=report.notices,
        proposal=proposal,
        preliminary=not (case.exact or case.idle),
        seconds=time.monotonic() - started,
    )


def _resolve(question: ReproduceQuestion, bench: Workbench, *, jobs: int, progress: Progress) -> _Resolved:
    """Read the tree, and find the documents of the messages: those that the patch affects, and the others."""
    found = subjects.resolve(question.asked, bench)
    sources = MessageSources(found.head, found.recipe, bench.trees)
    reported = question.report.messages
    lacks = [sources.lack(message) for message in reported]
    changed = bench.trees.changed_paths(found.base, found.head) if found.base else ()
    touched = {change.head_path for change in changed}
    own: list[str] = []
    others: list[str] = []
    for at, message in enumerate(reported):
        if lacks[at] is not None:
            continue
        documents = sources.documents(message)
        if not documents:
            lacks[at] = NOT_READ
        elif not found.base or message.marked or message.path in touched or set(documents) & touched:
            own += documents
        else:
            others += documents
    named = tuple(dict.fromkeys(own))
    rest = tuple(dict.fromkeys(name for name in others if name not in own))[:MOST]
    if not question.asked.docs and named:
        docs = ("affected", *named) if found.base else named
        near = partial(build_index.near, recipe=found.recipe, bench=bench)
        found = replace(found, read=read_set.choose(docs, found.base, found.head, found.recipe, bench.trees, near))
    other = None
    if rest and found.base:
        read = read_set.choose(rest, None, found.base, found.recipe, bench.trees)
        other = replace(found, head=found.base, base=None, baseline=None, read=read)
    around = Surroundings(bench.matrix.cells, bench.interpreters, found.requirements, bench.offline)
    runner = CellRunner(found, bench, jobs, progress, question.repeat)
    foreign = replace(runner, subject=other, repeat=1) if other else None
    return _Resolved(question, runner, foreign, reported, tuple(lacks), around, found.read.head)


def _exactly(case: _Resolved, cells: Sequence[Cell]) -> _Resolved:
    """Return `case` about all documents if these are built within `exact_within`, or else as it is, with what they would take."""
    own, bench = case.own, case.runner.bench
    if case.question.asked.docs or (case.idle and NOT_READ not in case.lacks):
        return replace(case, exact=own.read.head is None and not case.idle)
    whole = replace(own, read=ALL)
    seconds = exactness.expected_seconds(whole, cells, bench, case.runner.jobs, times=case.question.repeat)
    if seconds <= bench.matrix.exact_within:
        lacks = tuple(None if lack == NOT_READ else lack for lack in case.lacks)
        return replace(case, runner=replace(case.runner, subject=whole), others=None, lacks=lacks, exact=True)
    notes = (*own.notes, Note("all takes", (f"{seconds:.0f}",)))
    return replace(case, runner=replace(case.runner, subject=replace(own, notes=notes)))


def _built(
    case: _Resolved, cells: Sequence[Cell]
) -> tuple[tuple[CellResult, ...], dict[str, tuple[Judged, ...]], tuple[Note, ...]]:
    """Return, for each cell, its result, its diagnostics of the other documents, and notes.

    There is a note for each cell in which the other documents could not be built. They are built in two cells first: a document
    with no message in either is not built in the rest.
    """
    results = case.runner.results(cells)
    if case.others is None:
        return results, {}, ()
    first = [cells[0], cells[-1]] if len(cells) > 1 else list(cells)
    said, broken = _said_of_others(case.others, first)
    foreign = [at for at, message in enumerate(case.reported) if not message.marked]
    wanted = [case.reported[at] for at in foreign]
    if broken or any(any(judging.seen_in(wanted, judged)) for judged in said.values()):
        more, also = _said_of_others(case.others, [cell for cell in cells if cell not in first])
        said, broken = said | more, (*broken, *also)
    return results, said, broken


def _said_of_others(
    runner: CellRunner, cells: Sequence[Cell]
) -> tuple[dict[str, tuple[Judged, ...]], tuple[Note, ...]]:
    """Return the diagnostics of `cells` for the documents that the patch does not affect, and a note for each cell that failed."""
    said: dict[str, tuple[Judged, ...]] = {}
    broken = []
    for one in runner.heads(cells):
        name = one.cell.name
        if one.made is None or one.failure:
            broken.append(Note("not built", (name, one.failure)))
        else:
            found = [diagnostic for diagnostic in one.made.build.diagnostics if not diagnostic.unjudged]
            said[name] = tuple(Judged(Verdict.KNOWN, diagnostic) for diagnostic in found)
    return said, tuple(broken)


def _seen(case: _Resolved, result: CellResult, others: dict[str, tuple[Judged, ...]]) -> list[SeenMessage | None]:
    return judging.seen_in(case.reported, (*result.judged, *others.get(result.name, ())))


def _exact(case: _Resolved) -> set[str]:
    """Return the files that are byte for byte those of the report: the patch's result has the blob that the patch names."""
    return {file.head_path for file in case.own.patched if file.head_path and file.base_matches and file.head_matches}


def _toolchain(
    cell: Cell,
    result: CellResult,
    told: Sequence[ToldMessage],
    seen: dict[str, list[SeenMessage | None]],
    calendar: Calendar,
) -> Toolchain:
    later = calendar.later(cell)
    if result.status != "ok":
        reason = f"{result.status}: {result.reason or 'no reason was given'}"
        return Toolchain(cell.name, cell.python, cell.docutils, cell.sphinx, "not built", (reason,), 0, later=later)
    here = seen[cell.name]
    reasons = judging.misses(told, here)
    exact = sum(one is not None and not one.differences and item.judged for one, item in zip(here, told, strict=True))
    verdict = _verdict(reasons, later, told)
    return Toolchain(
        cell.name, result.python, result.docutils, result.sphinx, verdict, reasons, exact, later=later, notices=result.notices
    )  # fmt: skip


def _verdict(reasons: Sequence[str], later: Sequence[str], told: Sequence[ToldMessage]) -> ToolchainVerdict:
    if reasons or not any(one.judged for one in told):
        return "does not explain"
    return "ruled out" if later else "explains"


def _apart(
    case: _Resolved, cells: Sequence[Cell], chains: Sequence[Toolchain], told: Sequence[ToldMessage], calendar: Calendar
) -> Iterator[Apart | tuple[Note, ...]]:
    """Yield why the nearest cells differ.

    One does not explain the report (the header's, if so), and the other is the nearest that does, if possible one of that time.
    """
    by_name = {cell.name: cell for cell in cells}
    fitting = [chain for chain in chains if chain.fits]
    failing = [chain for chain in chains if chain.verdict == "does not explain"]
    if not fitting or not failing or not any(one.judged for one in told):
        return
    good = by_name[next((chain for chain in fitting if chain.verdict == "explains"), fitting[0]).name]
    bad = by_name[([chain for chain in failing if chain.header] or failing)[-1].name]
    judged = [at for at, one in enumerate(told) if one.judged]
    wanted = [case.reported[at] for at in judged]
    of_these = [told[at] for at in judged]
    own = [at for at, one in enumerate(of_these) if one.standing != "known" or not (case.exact or case.others)]
    trials = Trials(case.runner, case.documents)

    def explains(said: Sequence[Judged]) -> tuple[str, ...]:
        return judging.misses([of_these[at] for at in own], judging.seen_in([wanted[at] for at in own], said))

    yield decisive_release.tell_apart(bad, good, case.around, trials, explains, calendar)


def _proposal(
    case: _Resolved, cells: Sequence[Cell], told: Sequence[ToldMessage], calendar: Calendar
) -> tuple[str | None, list[Toolchain]]:
    """Return the one additional cell that would narrow the answer down, in words, and its result if it was built.

    It has the newest releases of the report's day, as a machine has them after an update.
    """
    if calendar.date is None:
        return None, []
    try:
        cell = of_the_day(calendar.date, case.around)
    except HarnessError:
        return None, []
    known = {(minor(other.python), other.docutils, other.sphinx) for other in cells}
    if cell is None or (minor(cell.python), cell.docutils, cell.sphinx) in known:
        return None, []
    what = f"Python {cell.python}, docutils {cell.docutils} and Sphinx {cell.sphinx}, the newest of {calendar.date:%Y-%m-%d}"
    if not case.question.refine:
        return f"{what}: no cell of the matrix; --refine builds it", []
    results, others, _ = _built(case, [cell])
    seen = {result.name: _seen(case, result, others) for result in results if result.status == "ok"}
    return None, [_toolchain(cell, results[0], told, seen, calendar)]
