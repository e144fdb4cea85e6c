"""The verb `merge`: make one report from the results of many jobs."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from docs_matrix.check import cell_files
from docs_matrix.check.exit_status import exit_status
from docs_matrix.cli import common, options, variables
from docs_matrix.config.matrix import Matrix
from docs_matrix.diagnostics.findings import Run, Verdict
from docs_matrix.reports import folder, github_step

__all__ = ["add_arguments", "run"]

EXAMPLE = "docs-matrix merge docs-matrix-report"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    options.add_every(parser, example=EXAMPLE)
    parser.add_argument("folder", type=Path, nargs="+", metavar="DIR", help="a folder that a job left")
    options.add_cell(parser, "a cell that must have a result; repeatable")
    parser.add_argument("--all-cells", action="store_true", help="every cell of the tree must have a result")
    parser.add_argument("--tree", metavar="T", help="the tree, if --all-cells finds no result that names it")
    options.add_out(parser)


def run(args: argparse.Namespace) -> int:
    """Print one report from the results of many jobs, and return the exit status."""
    configuration = common.matrix_of(args)
    with github_step.commands_stopped({} if args.json or args.format else os.environ):
        whole = _merged(args, configuration)
        folder.write(whole, args.out, strict=args.strict_junit, below=common.folder_in_repository(whole, configuration))
        status = exit_status(whole.statuses, new=bool(whole.count(Verdict.NEW)), named=(), ci=variables.in_ci())
        common.write_outcome(whole, args, status)
        common.tell(whole, args, status, part=False)
    if args.github:
        github_step.tell(whole, status, os.environ, folder=common.folder_in_repository(whole, configuration))
    return status


def _merged(args: argparse.Namespace, configuration: Matrix) -> Run:
    """Return the run in the jobs' folders, with a failed cell for each expected cell that left no result."""
    order = [cell.name for cell in configuration.cells]
    expected = [cell.name for cell in common.cells(configuration, args.cell, None)] if args.cell else []
    if args.all_cells and not cell_files.result_files(args.folder):
        tree = args.tree or common.default_tree(configuration)
        whole = Run(tree=tree, identity="", base="nothing: no job left a result", cells=(), findings=())
    else:
        whole = cell_files.gather(args.folder, order)
    if args.all_cells:
        named = configuration.trees.get(whole.tree)
        expected += [cell.name for cell in common.cells(configuration, None, named.cells if named else None)]
    return cell_files.with_missing(whole, dict.fromkeys(expected))
