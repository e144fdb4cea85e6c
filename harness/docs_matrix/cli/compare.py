"""The verb `compare`: print which diagnostics differ between two cells."""

from __future__ import annotations

import argparse

from rich.console import Console

from docs_matrix.check import subject
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.cli import common, options
from docs_matrix.cli.printing import print_json, print_lines
from docs_matrix.questions.bisect import cell_differences, compare_cells, compare_report
from docs_matrix.reports.steps import Steps

__all__ = ["add_arguments", "run"]

EXAMPLE = "docs-matrix compare py3.13-docutils0.21.2-sphinx8.2.3 py3.13-docutils0.23-sphinx9.2.0 --tree docs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    options.add_every(parser, example=EXAMPLE)
    parser.add_argument("one", metavar="CELL", help="the first cell")
    parser.add_argument("other", metavar="CELL", help="the cell to compare it with")
    options.add_tree(parser)
    options.add_patch(parser)
    options.add_docs(parser)
    options.add_report_forms(parser)


def run(args: argparse.Namespace) -> int:
    """Print which diagnostics differ between two cells, and return the exit status."""
    bench = common.bench(args)
    found = subject.resolve(common.asked_of(args, "compare"), bench)
    one, other = (common.cells(bench.matrix, [name], found.cells)[0] for name in (args.one, args.other))
    steps = Steps(Console(stderr=True))
    answer = compare_cells.compare_cells(one, other, CellRunner(found, bench, args.jobs, steps))
    if args.json:
        print_json(cell_differences.document(answer))
    elif args.markdown:
        print(compare_report.markdown(answer), end="")
    else:
        print_lines(compare_report.lines(answer))
    return 0
