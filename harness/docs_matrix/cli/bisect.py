"""The verb `bisect`: the release that changed a diagnostic."""

from __future__ import annotations

import argparse

from rich.console import Console

from docs_matrix.check import selector, subject
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.cells_here import newest_here
from docs_matrix.cli import common, options
from docs_matrix.cli.printing import print_json, print_lines
from docs_matrix.errors import InputError
from docs_matrix.questions.bisect import bisect, bisect_report, bisection
from docs_matrix.reports.steps import Steps

__all__ = ["add_arguments", "run"]

EXAMPLE = "docs-matrix bisect docutils --tree linux --find 'Malformed table' --path Documentation/driver-api/vfio.rst"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    options.add_every(parser, example=EXAMPLE)
    parser.add_argument("axis", metavar="AXIS", help="docutils, sphinx, any package; or python; or date")
    text = "install this package too, if the cell does not have it"
    parser.add_argument("--add-package", action="store_true", help=text)
    options.add_tree(parser)
    options.add_patch(parser)
    parser.add_argument("--find", metavar="TEXT", help="a part of the printed message; /.../ is a regular expression")
    parser.add_argument("--path", metavar="P", help="the document or the source file of the diagnostic")
    parser.add_argument(
        "--from",
        dest="first",
        metavar="V",
        help="the oldest release (or day); default: the oldest that the cell accepts",
    )
    parser.add_argument("--to", dest="last", metavar="V", help="the newest release (or day)")
    parser.add_argument(
        "--cell",
        metavar="CELL",
        help="the cell that all other packages are taken from; default: the newest that can be built here",
    )
    parser.add_argument(
        "--what", choices=selector.ASPECTS, help="compare only this; default: all of these except printed"
    )
    parser.add_argument("--all-changes", action="store_true", help="build every release, and report every change")
    parser.add_argument("--pre", action="store_true", help="include pre-releases")
    options.add_report_forms(parser)


def run(args: argparse.Namespace) -> int:
    """Print the release that changed a diagnostic, and return the exit status."""
    bench = common.bench(args)
    wanted = selector.wanted(args.find, args.path)
    if args.find is None and args.path is None:
        raise InputError("give --find TEXT to name a message, or --path to follow all messages of a document")
    found = subject.resolve(common.asked_of(args, "bisect"), bench)
    cells = common.cells(bench.matrix, [args.cell] if args.cell else None, found.cells)
    question = bisect.BisectQuestion(
        axis=args.axis,
        first=args.first,
        last=args.last,
        cell=newest_here(cells, bench),
        wanted=wanted,
        find=args.find,
        aspect=args.what,
        every=args.all_changes,
        prereleases=args.pre,
        add_package=args.add_package,
    )
    steps = Steps(Console(stderr=True))
    answer = bisect.bisect(question, CellRunner(found, bench, args.jobs, steps))
    if args.json:
        print_json(bisection.document(answer))
    elif args.markdown:
        print(bisect_report.markdown(answer), end="")
    else:
        print_lines(bisect_report.lines(answer))
    return 0
