"""The verb `shrink`: make the smallest Sphinx project that still gives a message, as a folder."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from docs_matrix import files
from docs_matrix.check import selector, subject
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.cells_here import newest_here
from docs_matrix.check.message_document import reading_one
from docs_matrix.cli import common, options
from docs_matrix.cli.printing import print_json, print_lines
from docs_matrix.errors import InputError
from docs_matrix.questions.isolate import isolate
from docs_matrix.questions.shrink import shrink, shrink_report, shrunk
from docs_matrix.reports.steps import Steps

__all__ = ["add_arguments", "run"]

EXAMPLE = "docs-matrix shrink --tree linux --find 'Unexpected section title' --path driver-api/target.rst"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    options.add_every(parser, example=EXAMPLE)
    options.add_tree(parser)
    options.add_message(parser)
    parser.add_argument(
        "--cell", metavar="CELL", help="the cell to build in; default: the newest that can be built here"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("docs-matrix-small"), metavar="DIR", help="the folder for the project"
    )
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Write the smallest project that still gives a message into a folder, and return the exit status."""
    out: Path = args.out
    if out.exists() and any(out.iterdir()):
        raise InputError(f"{out}: this folder is not empty; give --out a new or empty folder")
    bench = common.bench(args)
    wanted = selector.wanted(args.find, None)
    found = subject.resolve(replace(common.asked_of(args, "shrink"), docs=("all",)), bench)
    cell = newest_here(common.cells(bench.matrix, [args.cell] if args.cell else None, found.cells), bench)
    question = isolate.IsolateQuestion(wanted, args.find, cell, ())
    progress = Steps(Console(stderr=True))
    found = reading_one(args.path, wanted, cell, CellRunner(found, bench, jobs=1, progress=progress))
    answer = shrink.shrink(question, found, bench, out=out, progress=progress)
    for path, content in shrink_report.folder(answer).items():
        files.write_whole(out / path, content)
    if args.json:
        print_json(shrunk.document(answer))
    else:
        print_lines(shrink_report.lines(answer, str(out)))
    return 0 if answer.finished else 130
