"""The questions: `bisect`, `compare`, `history`, `read`, `reproduce`."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from docs_matrix import files
from docs_matrix.check import revision_records, subject
from docs_matrix.cli import common
from docs_matrix.errors import InputError
from docs_matrix.questions.bisect import asked, bisect, bisect_report, compare_cells, compare_report
from docs_matrix.questions.bisect.bisection import Bisection
from docs_matrix.questions.reproduce import reproduce, reproduce_report
from docs_matrix.reports import history as history_report
from docs_matrix.reports import robot_summary, terminal
from docs_matrix.reports.escaping import harmless, one_line
from docs_matrix.robot.mails import LARGEST
from docs_matrix.robot.read import read as read_report
from docs_matrix.robot.report import Reading, Report
from docs_matrix.trees import patches

__all__ = ["run_bisect", "run_compare", "run_history", "run_read", "run_reproduce"]


def run_bisect(options: argparse.Namespace) -> int:
    """The release that changed a diagnostic. Returns the exit status."""
    bench = common.bench(options)
    wanted = asked.wanted(options.find, options.path)
    if options.find is None and options.path is None:
        raise InputError("what is asked for? give --find TEXT, or --path of a document in which anything may change")
    found = subject.resolve(common.asked_of(options), bench)
    cells = common.cells(bench.matrix, [options.cell] if options.cell else None, found.cells)
    question = bisect.Question(
        axis=options.axis,
        first=options.first,
        last=options.last,
        cell=bisect.newest_here(cells, bench),
        wanted=wanted,
        find=options.find,
        what=options.what,
        every=options.all_changes,
        prereleases=options.pre,
    )
    steps = bisect_report.Steps(Console(stderr=True))
    answer = bisect.bisect(question, found, bench, jobs=options.jobs, progress=steps)
    answer = replace(answer, command=_again(options, answer))
    if options.json:
        print(json.dumps(answer.to_json(), indent=2))
    elif options.markdown:
        print(bisect_report.markdown(answer), end="")
    else:
        for line in bisect_report.lines(answer):
            print(harmless(line))
    return 0


def run_compare(options: argparse.Namespace) -> int:
    """What two cells do not say alike. Returns the exit status."""
    bench = common.bench(options)
    found = subject.resolve(common.asked_of(options), bench)
    one, other = (common.cells(bench.matrix, [name], found.cells)[0] for name in (options.one, options.other))
    steps = bisect_report.Steps(Console(stderr=True))
    answer = compare_cells.compare_cells(one, other, found, bench, jobs=options.jobs, progress=steps)
    if options.json:
        print(json.dumps(answer.to_json(), indent=2))
    elif options.markdown:
        print(compare_report.markdown(answer), end="")
    else:
        for line in compare_report.lines(answer):
            print(harmless(line))
    return 0


def run_history(options: argparse.Namespace) -> int:
    """Warnings a cell over the revisions of a tree. Returns the exit status."""
    bench = common.bench(options)
    tree = options.tree or common.default_tree(bench.matrix)
    order = [cell.name for cell in bench.matrix.cells]
    found = revision_records.recall(tree, subject.source(tree, bench), bench.store, order, tip=options.rev)
    there = dict.fromkeys((*order, *(cell for told in found for cell in told.cells)))
    for name in options.cell or ():
        if name not in there:
            raise InputError(f"--cell {name}: no such cell; there are {', '.join(there)}")
    wanted = [told for told in (told.of(options.cell or told.cells) for told in found) if told.revisions]
    if options.json:
        print(json.dumps(history_report.document(wanted), indent=2))
        return 0
    for told in wanted:
        print(harmless(history_report.title(told)))
        terminal.tell_table(history_report.columns(told), list(history_report.rows(told)), Console())
        for note in history_report.notes(told):
            print(harmless(note))
        print()
    if not wanted:
        told_by = "docs-matrix check --docs all leaves what it is told from"
        print(harmless(one_line(f"{tree}: no build of a revision is in the store yet; {told_by}")))
    return 0


def run_read(options: argparse.Namespace) -> int:
    """What a robot's report says. Returns the exit status."""
    reading = read_report(*_report_bytes(options.report))
    if options.json:
        print(json.dumps(reading.to_json(), indent=2))
    else:
        for line in robot_summary.lines(reading):
            print(harmless(line))
    return 0


def run_reproduce(options: argparse.Namespace) -> int:
    """Whether a robot's report reproduces, and what made it. Returns the exit status."""
    reading = read_report(*_report_bytes(options.report))
    if len(reading.reports) > 1 and options.number is None:
        raise InputError(f"{options.report}: holds {len(reading.reports)} reports; say which by --number")
    if (options.number or 1) > len(reading.reports):
        raise InputError(f"--number {options.number}: {options.report} holds {len(reading.reports)}")
    report = reading.reports[(options.number or 1) - 1]
    bench = common.bench(options)
    wanted = common.asked_of(options)
    with tempfile.TemporaryDirectory(prefix="docs-matrix-") as folder_name:
        if not wanted.patches:
            texts = _patches_of(report, reading)
            files_of = [Path(folder_name) / f"patch-{at}.diff" for at in range(1, len(texts) + 1)]
            for path, text in zip(files_of, texts, strict=True):
                files.write_whole(path, text)
            wanted = replace(wanted, patches=tuple(files_of))
        question = reproduce.Question(
            report,
            replace(wanted, commit=report.base_commit),
            tuple(common.cells(bench.matrix, options.cell, None)),
            refine=options.refine,
            repeat=options.repeat,
        )
        steps = bisect_report.Steps(Console(stderr=True))
        answer = reproduce.reproduce(question, bench, jobs=options.jobs, progress=steps)
    if options.json:
        print(json.dumps(answer.to_json(), indent=2))
    else:
        for line in reproduce_report.lines(answer):
            print(harmless(line))
    return 0


def _patches_of(report: Report, reading: Reading) -> list[str]:
    """The patches in a report's file, in their order, up to the one that the report is about where it says which."""
    about = patches.counted(report.patch_subject or report.subject or "")
    numbers = [patches.counted(subject) for subject in reading.subjects]
    later = {at for at, number in enumerate(numbers) if about and number and number[1] == about[1] and number > about}
    return [reading.patches[at] for at in patches.in_order(reading.subjects) if at not in later]


def _report_bytes(path: Path) -> tuple[bytes, str]:
    """The content of the report at `path`, `-` for standard input, and its name."""
    if str(path) == "-":
        return sys.stdin.buffer.read(LARGEST + 1), "standard input"
    try:
        with path.open("rb") as stream:
            return stream.read(LARGEST + 1), str(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _again(options: argparse.Namespace, answer: Bisection) -> str:
    """The command that shows the main change of a bisection again, with its two neighbours as the ends."""
    words = ["docs-matrix", "bisect", answer.axis, "--tree", answer.tree]
    for option, values in (("--patch", options.patch), ("--requirement", options.requirement)):
        words += [word for value in values or () for word in (option, str(value))]
    given = (
        ("--matrix", options.matrix),
        ("--cell", answer.cell),
        ("--find", answer.find),
        ("--path", answer.path),
        ("--what", options.what),
    )
    words += [word for option, value in given if value is not None for word in (option, str(value))]
    words += ["--pre"] if options.pre else []
    return shlex.join((*words, "--from", answer.main.last_without, "--to", answer.main.first))
