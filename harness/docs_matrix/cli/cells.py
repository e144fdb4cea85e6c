"""The verb `cells`: list the cells of the matrix, and whether each can be built here."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from docs_matrix.cli import common, options, variables
from docs_matrix.cli.printing import print_json
from docs_matrix.config import matrix
from docs_matrix.errors import InputError
from docs_matrix.reports import github_step, tables
from docs_matrix.suggestions import did_you_mean
from docs_matrix.toolchains import doctor, interpreters

__all__ = ["add_arguments", "run"]

EXAMPLE = "docs-matrix cells --format json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    options.add_every(parser, example=EXAMPLE)
    text = "print a table (default), JSON, or the jobs for strategy.matrix of GitHub Actions"
    parser.add_argument("--format", choices=("table", "json", "github"), default="table", help=text)
    parser.add_argument("--tree", metavar="T", help="only the cells that this tree of matrix.yaml supports")
    parser.add_argument(
        "--requirement",
        action="append",
        metavar="REQ",
        help="what a tree needs beside the pins of a cell (PEP 508); repeatable",
    )


def run(args: argparse.Namespace) -> int:
    """Print the cells, and whether each can be built here, and return the exit status."""
    configuration = common.matrix_of(args)
    tree = configuration.trees.get(args.tree or configuration.tree or "")
    if args.tree and tree is None:
        raise InputError(
            f"--tree {args.tree}: {configuration.path} names no such tree{did_you_mean(args.tree, configuration.trees)}"
        )
    needed = args.requirement or (tree.requirements if tree else None) or ()
    among = interpreters.installed()
    states = [
        doctor.state(
            cell,
            matrix.normalised(needed),
            committed=configuration.folder / "locks",
            store=variables.store_folder(),
            among=among,
        )
        for cell in common.cells(configuration, None, tree.cells if tree else None)
    ]
    if args.format == "github":
        print(json.dumps(_jobs(states)))
        return 0
    if args.format == "json":
        print_json([_state(state) for state in states])
        return 0
    rows = [(state.cell.name, _buildable(state), str(state.environment or ""), state.cell.why) for state in states]
    tables.print_rows(("cell", "here", "environment", "stands for"), rows, Console())
    return 0


def _jobs(states: Sequence[doctor.CellState]) -> dict[str, list[Any]]:
    """Return one job for each cell, in the form of GitHub's `strategy.matrix`. `lock` is the key for a cache of environments."""
    if len(states) > github_step.JOBS:
        left = len(states) - github_step.JOBS
        print(
            f"docs-matrix: GitHub allows at most {github_step.JOBS} jobs in one matrix; {left} cells are left out",
            file=sys.stderr,
        )
    jobs = states[: github_step.JOBS]
    include = [
        {"cell": job.cell.name, "python": job.cell.python, "lock": job.lock.digest[:32] if job.lock else "none"}
        for job in jobs
    ]
    return {"cell": [job.cell.name for job in jobs], "include": include}


def _state(state: doctor.CellState) -> dict[str, object]:
    cell = state.cell
    return {
        "name": cell.name,
        "python": cell.python,
        "docutils": cell.docutils,
        "sphinx": cell.sphinx,
        "date": cell.date.isoformat(),
        "why": cell.why,
        "interpreter": str(state.interpreter.path) if state.interpreter else None,
        "notice": state.notice,
        "lock": str(state.lock.path) if state.lock else None,
        "environment": str(state.environment) if state.environment else None,
        "made": state.made,
        "lacks": [lack.what for lack in state.lacks],
    }


def _buildable(state: doctor.CellState) -> str:
    if state.lacks:
        return "; ".join(lack.what.removeprefix(f"cell {state.cell.name}: ") for lack in state.lacks)
    python = state.interpreter.version if state.interpreter else ""
    return f"Python {python}, {'environment made' if state.made else 'environment to be made'}"
