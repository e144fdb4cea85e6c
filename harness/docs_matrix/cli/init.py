"""The verb `init`: a project's own matrix.yaml, locks, baseline and workflow, from what it has."""

from __future__ import annotations

import argparse
import os
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from docs_matrix.cli import common, options, variables
from docs_matrix.cli.printing import print_json
from docs_matrix.config import matrix
from docs_matrix.errors import InputError
from docs_matrix.json_values import plain
from docs_matrix.questions.init import ci_files, init, project_facts
from docs_matrix.reports import terminal
from docs_matrix.reports.escaping import cut, one_line

__all__ = ["add_arguments", "run"]

EXAMPLE = "docs-matrix init . --nox"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    options.add_every(parser, example=EXAMPLE)
    parser.add_argument(
        "folder", type=Path, nargs="?", default=Path(), metavar="DIR", help="the project; default: here"
    )
    options.add_cell(parser, "only this cell of the matrix; repeatable")
    parser.add_argument("--nox", action="store_true", help="write a noxfile.py of three lines too")
    parser.add_argument(
        "--action",
        metavar="OWNER/REPO@COMMIT",
        help="write GitHub's workflow, which takes docs-matrix from there; default: where this one was installed from",
    )
    parser.add_argument("--gitlab", action="store_true", help="write GitLab's jobs")
    options.add_json(parser)
    options.add_jobs(parser)


def run(args: argparse.Namespace) -> int:
    """Write what a project needs. Returns the exit status."""
    folder: Path = args.folder
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    init.refuse_what_is_there(folder)
    beside = ci_files.ci_files(folder, action=args.action, gitlab=args.gitlab, nox=args.nox)
    project = project_facts.look(folder)
    candidates = common.cells(matrix.load(args.matrix or common.shipped_matrix()), args.cell, None)
    console = Console(stderr=True)
    with ExitStack() as stack:
        begun = init.begin(
            folder,
            project,
            candidates,
            beside,
            variables.store_folder(),
            jobs=args.jobs,
            offline=args.offline,
            progress=lambda cells: stack.enter_context(terminal.CellProgress(console, [cell.name for cell in cells])),
        )
    if args.json:
        print_json({**plain(begun), "notices": [*project.notices, *beside.notices]})
        return 0
    for notice in project.notices:
        print(one_line(notice))
    for name, why in begun.left.items():
        print(cut(one_line(f"{name}: left out: {why}"), 400))
    print(f"{len(begun.kept)} of {len(candidates)} cells build it; {begun.accepted} diagnostics of today are accepted")
    for name in begun.written:
        print(f"{os.path.normpath(folder / name)}: written")
    for name in begun.untouched:
        print(f"{os.path.normpath(folder / name)}: was there already, and stays as it is")
    for notice in beside.notices:
        print(one_line(notice))
    return 0
