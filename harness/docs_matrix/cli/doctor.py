"""The verb `doctor`: what is missing on this machine."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from rich.console import Console

from docs_matrix.builds import host_tools
from docs_matrix.cli import common, options, variables
from docs_matrix.cli.printing import print_json
from docs_matrix.config.matrix import Matrix
from docs_matrix.confinement.confinement import choose
from docs_matrix.reports import tables
from docs_matrix.toolchains import doctor

__all__ = ["add_arguments", "run"]

EXAMPLE = "docs-matrix doctor"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    options.add_every(parser, example=EXAMPLE)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print what is missing on this machine, and return the exit status."""
    configuration = common.matrix_of(args)
    lacks = doctor.examine(
        configuration,
        _default_requirements(configuration),
        committed=configuration.folder / "locks",
        store=variables.store_folder(),
        tools=host_tools.tools(),
        offline=args.offline,
    )
    if args.json:
        print_json([vars(lack) for lack in lacks])
        return _lacking(lacks)
    rows = [("needed" if lack.needed else "for some trees", lack.what, lack.remedy) for lack in lacks]
    if rows:
        tables.print_rows(("", "what is missing", "how to install or fix it"), rows, Console())
    print(f"builds: {choose()}")
    print(
        "nothing that the default matrix needs is missing"
        if not _lacking(lacks)
        else "some cells of the default matrix cannot be built on this machine"
    )
    return _lacking(lacks)


def _lacking(lacks: Sequence[doctor.Lack]) -> int:
    return 3 if any(lack.needed for lack in lacks) else 0


def _default_requirements(configuration: Matrix) -> tuple[str, ...]:
    """Return what the default tree needs beside the cells' pins."""
    return (configuration.trees[configuration.tree].requirements or ()) if configuration.tree else ()
