"""The verb `reproduce`: find out whether a robot's report reproduces, and which toolchain made it."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from docs_matrix import files
from docs_matrix.cli import common, options, robot_report
from docs_matrix.cli.printing import print_json, print_lines
from docs_matrix.errors import InputError
from docs_matrix.questions.reproduce import reproduce, reproduce_report, reproduction
from docs_matrix.reports.escaping import plural
from docs_matrix.reports.steps import Steps
from docs_matrix.robot.report import Report, ReportFile
from docs_matrix.trees import patches

__all__ = ["add_arguments", "run"]

EXAMPLE = "docs-matrix reproduce report.txt --tree linux --patch fix.patch"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    options.add_every(parser, example=EXAMPLE)
    options.add_report(parser)
    options.add_tree(parser)
    options.add_cell(parser)
    options.add_patch(parser, "the patch; default: the one in REPORT; repeatable")
    options.add_onto(parser)
    options.add_docs(parser, "read this document or folder, or `all`; repeatable")
    parser.add_argument(
        "--number", type=options.positive, metavar="N", help="choose the Nth report of a file that holds several"
    )
    parser.add_argument("--refine", action="store_true", help="build one more cell, if that narrows the answer down")
    options.add_repeat(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print whether a robot's report reproduces, and which toolchain made it, and return the exit status."""
    reading = robot_report.read_file(args.report)
    if len(reading.reports) > 1 and args.number is None:
        raise InputError(f"{args.report}: holds {len(reading.reports)} reports; choose one with --number")
    if (args.number or 1) > len(reading.reports):
        raise InputError(f"--number {args.number}: {args.report} holds only {plural(len(reading.reports), 'report')}")
    report = reading.reports[(args.number or 1) - 1]
    bench = common.bench(args)
    wanted = common.asked_of(args, "reproduce")
    with tempfile.TemporaryDirectory(prefix="docs-matrix-") as folder_name:
        if not wanted.patches:
            texts = _patches_of(report, reading)
            files_of = [Path(folder_name) / f"patch-{at}.diff" for at in range(1, len(texts) + 1)]
            for path, text in zip(files_of, texts, strict=True):
                files.write_whole(path, text)
            wanted = replace(wanted, patches=tuple(map(str, files_of)))
        question = reproduce.ReproduceQuestion(
            report,
            replace(wanted, commit=report.base_commit),
            tuple(common.cells(bench.matrix, args.cell, None)),
            refine=args.refine,
            repeat=args.repeat,
        )
        steps = Steps(Console(stderr=True))
        answer = reproduce.reproduce(question, bench, jobs=args.jobs, progress=steps)
    if args.json:
        print_json(reproduction.document(answer))
    else:
        print_lines(reproduce_report.lines(answer))
    return 0


def _patches_of(report: Report, reading: ReportFile) -> list[str]:
    """Return the patches in a report's file, in order. If the report says which patch it is about, later patches are left out."""
    about = patches.counted(report.patch_subject or report.subject or "")
    numbers = [patches.counted(subject) for subject in reading.subjects]
    later = {at for at, number in enumerate(numbers) if about and number and number[1] == about[1] and number > about}
    return [reading.patches[at] for at in patches.in_order(reading.subjects) if at not in later]
