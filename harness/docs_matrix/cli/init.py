"""The verb `init`: write matrix.yaml, locks, a baseline and a workflow for a project."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from rich.console import Console

from docs_matrix.baselines import baseline_file
from docs_matrix.builds.packages.package_source import SIGNS
from docs_matrix.check.progress import Progress
from docs_matrix.cli import common, options, variables
from docs_matrix.cli.printing import print_json, print_lines
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Cell, Install
from docs_matrix.errors import InputError
from docs_matrix.json_values import plain
from docs_matrix.questions.init import ci_files, init, init_report, matrix_text, own_cells, pins, project_facts, update
from docs_matrix.questions.init.accepting_builds import AcceptingBuilds
from docs_matrix.questions.init.project_facts import ProjectFacts
from docs_matrix.reports import terminal
from docs_matrix.reports.escaping import cut, one_line, plural
from docs_matrix.toolchains.interpreters import installed

__all__ = ["add_arguments", "run"]

EXAMPLE = "docs-matrix init . --nox"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    options.add_every(parser, example=EXAMPLE)
    parser.add_argument(
        "folder", type=Path, nargs="?", default=Path(), metavar="DIR", help="the project; default: the current folder"
    )
    options.add_cell(parser, "only this cell of the matrix; repeatable")
    parser.add_argument("--nox", action="store_true", help="also write a noxfile.py of three lines")
    parser.add_argument(
        "--action",
        metavar="OWNER/REPO@COMMIT",
        help="write a GitHub workflow that installs docs-matrix from this repository; default: that of this installation",
    )
    parser.add_argument("--gitlab", action="store_true", help="write jobs for GitLab")
    parser.add_argument(
        "--install",
        action="append",
        metavar="WHAT",
        help="the packages of the project that its documentation is built with: a folder with a package (repeatable), release "
        "(the one on the package index) or none; default: what its files say",
    )
    parser.add_argument(
        "--setup",
        action="append",
        metavar="COMMAND",
        help="a command that makes a part of the project before its documentation is built; repeatable",
    )
    parser.add_argument("--source", metavar="DIR", help="the folder of conf.py; default: the one that is found")
    parser.add_argument(
        "--requirement",
        action="append",
        metavar="REQ",
        help="what the documentation needs and no file names; repeatable",
    )
    options.add_json(parser)
    options.add_jobs(parser)
    options.add_confinement(parser)


def run(args: argparse.Namespace) -> int:
    """Write the files that a project needs, and return the exit status."""
    folder: Path = args.folder
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    beside = ci_files.ci_files(folder, action=args.action, gitlab=args.gitlab, nox=args.nox)
    project = project_facts.look(
        folder,
        source=args.source,
        added=args.requirement or (),
        install=_install(args.install, folder),
        setup=args.setup or (),
    )
    dates = pins.dates_of(project.every_pin, offline=args.offline)
    candidates, notices = _candidates(args, project, dates)
    if (folder / "matrix.yaml").exists():
        return _update(args, project, candidates, dates, beside)
    init.refuse_what_is_there(folder)
    with ExitStack() as stack:
        begun = init.begin(folder, project, candidates, dates, beside, _builds(args, stack))
    entries = baseline_file.read(folder / f"baselines/{matrix_text.TREE}.yaml").entries
    if args.json:
        kinds = init_report.kinds_of(entries, len(begun.kept))
        print_json(
            {
                **plain(begun),
                "kinds": dict(kinds),
                "notices": [*project.notices, *notices, *begun.notices, *beside.notices],
            }
        )
        return 0
    lines = [
        *init_report.found_lines(folder, project),
        *project.notices,
        *notices,
        *begun.notices,
        *init_report.loosened_lines(begun.loosened),
        *init_report.done_lines(folder, begun, len(candidates), entries),
        *beside.notices,
    ]
    for line in lines:
        print_lines([cut(one_line(line), 400)])
    where = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))}, "
    print(f"next: {where}commit these files, change something in the documentation, then run: docs-matrix check")
    return 0


def _builds(args: argparse.Namespace, stack: ExitStack) -> AcceptingBuilds:
    """Return what builds as the user says; `stack` ends the display of the progress."""
    console = Console(stderr=True)

    def progress(cells: Sequence[Cell]) -> Progress:
        return stack.enter_context(terminal.CellProgress(console, [cell.name for cell in cells]))

    return AcceptingBuilds(variables.store_folder(), args.jobs, args.offline, common.confinement(args), progress)


def _install(words: Sequence[str] | None, folder: Path) -> Install | None:
    """Return what `--install` says; None if it is not given. Raises `InputError` for a folder without a package."""
    if not words:
        return None
    if words in (["release"], ["none"]):
        return Install(release=words == ["release"])
    for word in words:
        place = folder / (word.partition("[")[0] or ".")
        if not any((place / sign).is_file() for sign in SIGNS):
            raise InputError(f"--install {word}: must be release, none or a folder with one of {', '.join(SIGNS)}")
    return Install(tuple(words))


def _update(
    args: argparse.Namespace,
    project: ProjectFacts,
    candidates: Sequence[Cell],
    dates: Mapping[str, datetime | str],
    beside: ci_files.CiFiles,
) -> int:
    """Add the cells that the user names to the existing matrix, and return the exit status."""
    folder: Path = args.folder
    configuration = matrix.load(folder / "matrix.yaml")
    known = {cell.name for cell in configuration.cells}
    others = [cell for cell in candidates if cell.name not in known]
    with ExitStack() as stack:
        wanted = others if args.cell else ()
        updated = update.update(configuration, project, wanted, dates, beside, _builds(args, stack))
    missing = update.missing_requirements(configuration, project)
    if args.json:
        print_json({**plain(updated), "missing": list(missing)})
        return 0
    lines = [f"{os.path.normpath(folder / 'matrix.yaml')}: exists already; cells can be added, all else stays as it is"]
    lines += [f"{name}: left out: {why}" for name, why in updated.left.items()]
    lines += [f"{name}: added" for name in updated.added]
    kinds = sorted(updated.kinds.items())
    lines += [f"accepted in the added cells: {plural(count, 'diagnostic')} ({kind})" for kind, count in kinds]
    lines += [f"{os.path.normpath(folder / name)}: written" for name in updated.written]
    lines += [f"{os.path.normpath(folder / name)}: exists already, and is not changed" for name in updated.untouched]
    if missing:
        lines.append(f"requirements that matrix.yaml does not list: {', '.join(missing)}")
    if not args.cell and others:
        lines.append(f"to add one of these cells, use --cell NAME: {', '.join(cell.name for cell in others)}")
    for line in (*lines, *beside.notices):
        print_lines([cut(one_line(line), 400)])
    return 0


def _candidates(
    args: argparse.Namespace, project: ProjectFacts, dates: Mapping[str, datetime | str]
) -> tuple[list[Cell], list[str]]:
    """Return the cells to try: those of the matrix, the one that the project pins, and the one of today.

    The second value has lines for the user: the cell of the pins, or the reason why one of the last two cells cannot be made.
    If the user names cells of the matrix, only those are tried.
    """
    configuration = matrix.load(args.matrix or common.shipped_matrix())
    cells, notices = list(configuration.cells), []
    if not set(args.cell or ()) - {cell.name for cell in cells} and args.cell:
        return common.cells(configuration, args.cell, None), []
    interpreters = installed()
    for label, cell in (
        ("the cell of the project's own pins", own_cells.pinned(project, interpreters, dates, offline=args.offline)),
        ("the cell of today", own_cells.dated_today(project, interpreters, offline=args.offline)),
    ):
        if isinstance(cell, str):
            notices.append(f"{label} is left out: {cell}")
        elif cell:
            cells.append(cell)
            if cell.name.endswith(own_cells.PINNED_LABEL):
                notices.append(
                    f"{cell.why}: they have a cell of their own, {cell.name}; the other cells have other releases"
                )
    return common.cells(replace(configuration, cells=tuple(cells)), args.cell, None), notices
