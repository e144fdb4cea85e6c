"""The verb `store`: show where everything is kept, and how much; or remove it."""

from __future__ import annotations

import argparse

from rich.console import Console

from docs_matrix import store
from docs_matrix.cli import options, variables
from docs_matrix.reports import tables

__all__ = ["VERBS", "add_arguments", "run"]

VERBS = {
    "show": "print where the store is, what it holds, and its size",
    "empty": "remove everything in the store",
}
EXAMPLES = {
    "show": "docs-matrix store show",
    "empty": "docs-matrix store empty",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the two verbs of `VERBS`."""
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    for name, function in (("show", _show), ("empty", _empty)):
        verb = options.add_nested(verbs, name, VERBS[name], example=EXAMPLES[name])
        verb.set_defaults(answer=function)


def run(args: argparse.Namespace) -> int:
    """Run the verb of `VERBS` that was called, and return the exit status."""
    return int(args.answer(args))


def _show(args: argparse.Namespace) -> int:
    """Print what the store holds, and return the exit status."""
    everything = store.kept(variables.store_folder())
    rows = []
    for kind in store.KINDS:
        sizes = [entry.size for entry in everything if entry.kind == kind]
        rows.append((kind, str(len(sizes)), f"{sum(sizes) / 2**20:.0f} MiB"))
    tables.print_rows(("what", "how many", "size"), rows, Console())
    size, most = sum(entry.size for entry in everything) / 2**30, variables.store_limit() / 2**30
    print(f"{variables.store_folder()}: {size:.1f} GiB of {most:.0f}")
    return 0


def _empty(args: argparse.Namespace) -> int:
    """Remove what the store holds, and return the exit status."""
    store.empty(variables.store_folder())
    print(f"{variables.store_folder()}: emptied")
    return 0
