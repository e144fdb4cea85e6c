"""The verb `history`: print the number of warnings in each cell over revisions, from the store."""

from __future__ import annotations

import argparse

from rich.console import Console

from docs_matrix.check import revision_records, subject
from docs_matrix.cli import common, options
from docs_matrix.cli.printing import print_json
from docs_matrix.errors import InputError
from docs_matrix.reports import history, tables
from docs_matrix.reports.escaping import harmless, one_line
from docs_matrix.suggestions import did_you_mean

__all__ = ["add_arguments", "run"]

EXAMPLE = "docs-matrix history --tree example"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    options.add_every(parser, example=EXAMPLE)
    parser.add_argument("--tree", metavar="T", help=options.TREE)
    options.add_cell(parser)
    parser.add_argument("--rev", metavar="REV", help="only this revision of a git tree and its ancestors")
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the number of warnings in each cell for each revision, and return the exit status."""
    bench = common.bench(args)
    tree = args.tree or common.default_tree(bench.matrix)
    order = [cell.name for cell in bench.matrix.cells]
    found = revision_records.read_histories(tree, subject.source_path(tree, bench), bench.store, order, tip=args.rev)
    there = dict.fromkeys((*order, *(cell for told in found for cell in told.cells)))
    for name in args.cell or ():
        if name not in there:
            meant = did_you_mean(name, there) or f"; there are {', '.join(there)}"
            raise InputError(f"--cell {name}: no such cell{meant}")
    wanted = [told for told in (told.of(args.cell or told.cells) for told in found) if told.revisions]
    if args.json:
        print_json(history.document(wanted))
        return 0
    for told in wanted:
        print(harmless(history.title(told)))
        tables.print_rows(history.columns(told), list(history.rows(told)), Console())
        for note in history.notes(told):
            print(harmless(note))
        print()
    if not wanted:
        makes = "docs-matrix check --docs all makes one for each cell"
        print(harmless(one_line(f"{tree}: no build of a revision is in the store yet; {makes}")))
    return 0
