"""The verb `init`: a project's own matrix.yaml, locks, baseline and workflow, from what it has."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from rich.console import Console

from docs_matrix.cli import common, options, variables
from docs_matrix.cli.printing import print_json
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Cell
from docs_matrix.errors import InputError
from docs_matrix.json_values import plain
from docs_matrix.questions.init import ci_files, init, own_cells, pins, project_facts
from docs_matrix.questions.init.project_facts import ProjectFacts
from docs_matrix.reports import terminal
from docs_matrix.reports.escaping import cut, one_line
from docs_matrix.toolchains.interpreters import installed

__all__ = ["add_arguments", "run"]

MOST_PINS = 12
"""How many lines about loosened pins are printed."""
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
    dates = pins.dates_of(project.every_pin, offline=args.offline)
    candidates, notices = _candidates(args, project, dates)
    console = Console(stderr=True)
    with ExitStack() as stack:
        begun = init.begin(
            folder,
            project,
            candidates,
            dates,
            beside,
            variables.store_folder(),
            jobs=args.jobs,
            offline=args.offline,
            progress=lambda cells: stack.enter_context(terminal.CellProgress(console, [cell.name for cell in cells])),
        )
    if args.json:
        print_json({**plain(begun), "notices": [*project.notices, *notices, *beside.notices]})
        return 0
    for notice in (*project.notices, *notices, *_loosened(begun.loosened)):
        print(one_line(notice))
    for name, why in begun.left.items():
        print(cut(one_line(f"{name}: left out: {why}"), 400))
    print(f"{len(begun.kept)} of {len(candidates)} cells build it; {begun.accepted} diagnostics of today are accepted")
    locks = [name for name in begun.written if name.startswith("locks/")]
    print(f"{os.path.normpath(folder / 'locks')}: {len(locks)} locks written")
    for name in (name for name in begun.written if name not in locks):
        print(f"{os.path.normpath(folder / name)}: written")
    for name in begun.untouched:
        print(f"{os.path.normpath(folder / name)}: was there already, and stays as it is")
    for notice in beside.notices:
        print(one_line(notice))
    return 0


def _candidates(
    args: argparse.Namespace, project: ProjectFacts, dates: Mapping[str, datetime | str]
) -> tuple[list[Cell], list[str]]:
    """Return the cells to try: those of the matrix, the one that the project pins, and the one of today.

    The second value says why one of the last two cannot be. If the user names cells of the matrix, only those are tried.
    """
    configuration = matrix.load(args.matrix or common.shipped_matrix())
    cells, notices = list(configuration.cells), []
    if not set(args.cell or ()) - {cell.name for cell in cells} and args.cell:
        return common.cells(configuration, args.cell, None), []
    interpreters = installed()
    for what, cell in (
        ("the cell of the project's own pins", own_cells.pinned(project, interpreters, dates, offline=args.offline)),
        ("the cell of today", own_cells.dated_today(project, interpreters, offline=args.offline)),
    ):
        if isinstance(cell, str):
            notices.append(f"{what} is left out: {cell}")
        elif cell:
            cells.append(cell)
            if cell.name.endswith(own_cells.PINNED_LABEL):
                notices.append(f"{cell.why}: a cell of its own, {cell.name}; the other cells have their own releases")
    return common.cells(replace(configuration, cells=tuple(cells)), args.cell, None), notices


def _loosened(loosened: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return a line for each pin that is loosened somewhere, and why."""
    cells: dict[tuple[str, str], list[str]] = {}
    for cell, reasons in loosened.items():
        for pin, why in reasons.items():
            cells.setdefault((pin, why), []).append(cell)
    lines = [f"{pin}: loosened in {', '.join(names)}: {why}" for (pin, why), names in sorted(cells.items())]
    more = len(lines) - MOST_PINS
    return [*lines[:MOST_PINS], f"and {more} pins more (--json names all)"] if more > 0 else lines
