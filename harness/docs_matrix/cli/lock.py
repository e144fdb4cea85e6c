"""The verb `lock`: resolve the locks, or check that each lock fits its cell."""

from __future__ import annotations

import argparse

from docs_matrix.check.lanes import tools_of
from docs_matrix.cli import common, options
from docs_matrix.cli.printing import complain
from docs_matrix.toolchains import locks

__all__ = ["add_arguments", "run"]

EXAMPLE = "docs-matrix lock --check"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    options.add_every(parser, example=EXAMPLE)
    parser.add_argument("cell", nargs="*", metavar="CELL", help="only this cell; default: all cells")
    parser.add_argument("--check", action="store_true", help="only check, offline, that each lock still fits its cell")


def run(args: argparse.Namespace) -> int:
    """Resolve the locks, or check that each lock fits its cell, and return the exit status."""
    configuration = common.matrix_of(args)
    cells = common.cells(configuration, args.cell or None, None)
    where = configuration.folder / "locks"
    sets = set(locks.requirement_sets(configuration.cells, where))
    # The requirements of a tree's own package are known only after it is built. So its locks are not made here.
    without_package = [tree for tree in configuration.trees.values() if not (tree.install and tree.install.folders)]
    sets |= {tree.requirements for tree in without_package if tree.requirements is not None}
    checks = (check for tree in configuration.trees.values() for check in tree.checks)
    tools = [tools for check in checks if (tools := tools_of(check, configuration))]
    if not args.check:
        common.refuse_shipped(where, configuration)
    if args.check:
        outcomes = locks.check_all(configuration.cells, sorted(sets), where, tools=tools)
        outcomes = tuple(outcome for outcome in outcomes if not args.cell or outcome.cell in args.cell)
    else:
        tools = [] if args.cell else tools
        outcomes = locks.write_all(cells, sorted(sets), where, tools=tools, offline=args.offline)
    errors = [outcome.error for outcome in outcomes if outcome.error]
    for outcome in outcomes:
        if outcome.state == "written":
            print(f"{outcome.path}: written")
    for error in errors:
        complain(f"docs-matrix: {error}")
    print(f"{len(outcomes) - len(errors)} of {len(outcomes)} locks fit their cells")
    return max((error.exit_status for error in errors), default=0)
