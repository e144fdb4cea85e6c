"""The verb `isolate`: which documents must be read before another one to cause a diagnostic."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console

from docs_matrix.check import selector, subject
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.cells_here import all_here, newest_here
from docs_matrix.check.message_document import reading_one
from docs_matrix.cli import common, options
from docs_matrix.cli.printing import print_json, print_lines
from docs_matrix.config.matrix import Cell
from docs_matrix.questions.isolate import isolate, isolate_report, isolation
from docs_matrix.reports.steps import Steps

__all__ = ["add_arguments", "run"]

EXAMPLE = "docs-matrix isolate --tree linux --find 'Unexpected section title' --path driver-api/target.rst"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    options.add_every(parser, example=EXAMPLE)
    options.add_tree(parser)
    options.add_cell(parser)
    options.add_message(parser)
    options.add_onto(parser)
    options.add_revisions(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print which documents must be read before another one to cause its diagnostic, and return the exit status."""
    bench = common.bench(args)
    wanted = selector.wanted(args.find, None)
    found = subject.resolve(replace(common.asked_of(args, "isolate"), docs=("all",)), bench)
    cells = common.cells(bench.matrix, args.cell, found.cells)
    cell = newest_here(cells, bench)
    here = all_here(cells, bench)
    question = isolate.IsolateQuestion(wanted, args.find, cell, tuple(here if args.cell else _spread(here)))
    progress = Steps(Console(stderr=True))
    found = reading_one(args.path, wanted, cell, CellRunner(found, bench, jobs=1, progress=progress))
    answer = isolate.isolate(question, found, bench, progress=progress)
    if args.json:
        print_json(isolation.document(answer))
    else:
        print_lines(isolate_report.lines(answer))
    return 0


def _spread(cells: Sequence[Cell]) -> list[Cell]:
    """Return the oldest, the middle and the newest of `cells`, without repetition."""
    return list(dict.fromkeys((cells[0], cells[len(cells) // 2], cells[-1])))
