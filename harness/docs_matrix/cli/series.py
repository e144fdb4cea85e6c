"""The verb `series`: find which patch of a series causes which diagnostic, and which fixes it."""

from __future__ import annotations

import argparse
from pathlib import Path

from docs_matrix import files
from docs_matrix.check import subject
from docs_matrix.check.exit_status import exit_status
from docs_matrix.cli import b4_series, common, options, patch_files, variables
from docs_matrix.cli.printing import print_json, print_lines
from docs_matrix.questions.series import patch_results, series, series_report
from docs_matrix.reports import folder, formats, terminal

__all__ = ["add_arguments", "run"]

EXAMPLE = "docs-matrix series --tree linux --patch v2.mbox"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    options.add_every(parser, example=EXAMPLE)
    options.add_tree(parser)
    options.add_cell(parser)
    options.add_patch(parser, "the series, in order; repeatable", metavar="MBOX")
    options.add_onto(parser)
    options.add_docs(parser)
    options.add_repeat(parser)
    parser.add_argument(
        "--out", type=Path, default=Path("docs-matrix-series"), metavar="DIR", help="the folder for the reports"
    )
    options.add_format(parser, options.FORMATS)


def run(args: argparse.Namespace) -> int:
    """Print which patch of a series causes or fixes which diagnostic, and return the exit status."""
    bench = common.bench(args)
    wanted = common.asked_of(args, "series")
    if args.patch == [patch_files.STDIN]:
        wanted = b4_series.whole_series(wanted, bench.store)
    supported = subject.supported(wanted.tree, bench)
    cells = common.cells(bench.matrix, args.cell, supported)
    with terminal.CellProgress(common.progress_console(args), [cell.name for cell in cells]) as progress:
        answer = series.examine(
            wanted, cells, bench, jobs=args.jobs, progress=progress, repeat=args.repeat, exact=variables.in_ci()
        )
    out: Path = args.out
    files.write_whole(out / ".gitignore", "*\n")
    files.write_json(out / "series.json", patch_results.document(answer))
    for step in answer.steps:
        folder.write(step.run, out / series_report.folder_name(step), strict=False)
    statuses = {cell.name: cell.status for cell in answer.cells}
    status = exit_status(statuses, new=bool(answer.remaining), named=args.cell or (), ci=variables.in_ci())
    if args.format:
        print(formats.text(args.format, series_report.outcome(answer, status), url=args.url), end="")
    elif args.json:
        print_json(patch_results.document(answer))
    else:
        print_lines(series_report.lines(answer))
        print(f"reports: {out}")
    return status
