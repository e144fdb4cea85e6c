"""What the verbs share: the matrix, the cells and the workbench for the arguments, and how a run is printed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

import docs_matrix
from docs_matrix.check import subject
from docs_matrix.check.workbench import Workbench
from docs_matrix.cli import patch_files, project, variables
from docs_matrix.cli.printing import complain
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Cell, Matrix
from docs_matrix.confinement.confinement import Confinement, choose, lacks
from docs_matrix.diagnostics.asked import Asked, AskingVerb
from docs_matrix.diagnostics.findings import Run
from docs_matrix.errors import InputError
from docs_matrix.reports import folder, formats, outcome, terminal
from docs_matrix.reports.escaping import harmless
from docs_matrix.suggestions import did_you_mean
from docs_matrix.trees import user_repository

__all__ = [
    "asked_of",
    "baseline_path",
    "bench",
    "cells",
    "confinement",
    "default_tree",
    "folder_in_repository",
    "is_shipped",
    "matrix_of",
    "progress_console",
    "refuse_shipped",
    "shipped_matrix",
    "tell",
    "write_outcome",
]

MATRIX = "matrix.yaml"


def asked_of(args: argparse.Namespace, verb: AskingVerb) -> Asked:
    """Return the question in the arguments of `verb`."""
    configuration = matrix_of(args)
    tree = args.tree or default_tree(configuration)
    given = vars(args)
    words = (*(given.get("patch") or ()), *(given.get("before") or ()))
    named = patch_files.patch_files(words, variables.store_folder())
    cells, readers, baseline = given.get("cell"), given.get("readers"), given.get("baseline")
    return Asked(
        tree=tree,
        patches=named[: len(given.get("patch") or ())],
        before=named[len(given.get("patch") or ()) :],
        base=given.get("base"),
        head=given.get("head"),
        baseline=None if baseline is None else str(baseline),
        docs=tuple(given.get("docs") or ()),
        onto=tuple(given.get("onto") or ()),
        requirements=None if args.requirement is None else matrix.normalised(args.requirement),
        cells=(cells,) if isinstance(cells, str) else tuple(cells or ()),
        in_order=given.get("in_order", False),
        readers=None if readers is None else str(readers),
        repeat=given.get("repeat", 1),
        confine=given.get("confine", "auto"),
        network=given.get("network", "off"),
        matrix=str(configuration.path),
        folder=str(Path.cwd()),
        named=tree in configuration.trees,
        verb=verb,
        kernel_doc=given.get("kernel_doc") or "changed",
    )


def default_tree(configuration: Matrix) -> str:
    """Return the default tree of matrix.yaml. Raise `InputError` if there is none."""
    if is_shipped(configuration):
        return subject.HERE
    if configuration.tree is None:
        raise InputError(f"--tree is missing, and {configuration.path} names no default tree")
    return configuration.tree


def baseline_path(args: argparse.Namespace, configuration: Matrix) -> Path:
    """Return the baseline file: the one that the user names, else the tree's. Raise `InputError` if there is none."""
    if args.baseline:
        return Path(args.baseline)
    tree = args.tree or default_tree(configuration)
    named = subject.named_in(configuration, tree)
    if named is None or named.baseline is None:
        raise InputError(
            f"{tree}: it has no baseline file; give --baseline FILE, or name the tree in matrix.yaml (docs-matrix init)"
        )
    return named.baseline


def cells(configuration: Matrix, names: Sequence[str] | None, supported: Sequence[str] | None) -> list[Cell]:
    """Return the cells with `names`, else the cells that the tree supports, in the order of the matrix.

    `None` for `supported` means all cells. Raise `InputError` for an unknown name.
    """
    known = [cell.name for cell in configuration.cells]
    for name in names or ():
        if name not in known:
            meant = did_you_mean(name, known) or f"; it has {', '.join(known)}"
            raise InputError(f"--cell {name}: no such cell in {configuration.path}{meant}")
    wanted = names or (known if supported is None else supported)
    return [cell for cell in configuration.cells if cell.name in wanted]


def bench(args: argparse.Namespace) -> Workbench:
    """Return the workbench for the arguments, on the user's store.

    If no matrix.yaml and no tree is named, its tree is the project in the current folder. Raise `InputError` or `MachineError`.
    """
    configuration, store = matrix_of(args), variables.store_folder()
    if is_shipped(configuration):
        if args.tree in (None, subject.HERE):
            configuration = project.add_project(configuration, Path.cwd())
        elif args.tree not in configuration.trees and project.is_sphinx(Path(args.tree)):
            configuration = project.add_project(configuration, Path(args.tree))
    return Workbench(configuration, store, offline=args.offline, confinement=confinement(args))


def confinement(args: argparse.Namespace) -> Confinement:
    """Return how builds are confined here. Raise `InputError` if the user's choice does not work on this machine.

    If nothing can confine builds here, code of other people runs only with `--confine none`.
    """
    given = vars(args)
    if "confine" not in given:
        return Confinement()  # the verb builds nothing
    found = choose(args.confine, network=args.network == "on")
    others = [f"--{name}" for name in ("patch", "head") if given.get(name)] + ["a report"] * ("report" in given)
    if found.layer == "none" and args.confine == "auto" and others:
        raise InputError(
            f"{others[0]}: it can bring code of others into a build, and nothing confines builds on this machine "
            f"({lacks('landlock')}); to build it without confinement, add --confine none; docs-matrix doctor says what to install"
        )
    return found


def matrix_of(args: argparse.Namespace) -> Matrix:
    """Return the matrix that the user names, else the one in this folder, in a folder above it, or in the tree.

    If there is none, return the shipped matrix, without a default tree.
    """
    if args.matrix:
        return matrix.load(args.matrix)
    here = Path.cwd()
    above = next((folder for folder in (here, *here.parents) if (folder / MATRIX).is_file()), None)
    found = matrix.load(above / MATRIX) if above else None
    tree = getattr(args, "tree", None)
    if tree and (Path(tree) / MATRIX).is_file() and not (found and subject.named_in(found, tree)):
        return matrix.load(Path(tree) / MATRIX)
    return found or replace(matrix.load(shipped_matrix()), tree=None)


def is_shipped(configuration: Matrix) -> bool:
    """Return whether `configuration` is the shipped matrix, because the user has none."""
    return configuration.tree is None and configuration.path == shipped_matrix()


def shipped_matrix() -> Path:
    """Return the path of the shipped matrix: in the installed package, or in a checkout of docs-matrix."""
    package = Path(docs_matrix.__file__).parent
    installed = package / "default" / MATRIX
    return installed if installed.is_file() else package.parents[1] / MATRIX


def refuse_shipped(path: Path, configuration: Matrix) -> None:
    """Raise `InputError` if `path` belongs to docs-matrix itself and not to the user's project."""
    package = Path(docs_matrix.__file__).parent.resolve()
    ours = is_shipped(configuration) and path.is_relative_to(configuration.folder)
    if ours or path.resolve().is_relative_to(package):
        raise InputError(
            f"{path}: this file belongs to docs-matrix and is not changed; make a matrix of your own: docs-matrix init"
        )


def progress_console(args: argparse.Namespace) -> Console:
    """Return the console for progress. With `--format` it is silent, because a tool may read a line of progress as a failure."""
    return Console(stderr=True, quiet=bool(args.format) and not sys.stderr.isatty())


def write_outcome(answer: Run, args: argparse.Namespace, status: int) -> None:
    """Write the files for patchwork and KCIDB, for the run `answer` and its exit status `status`."""
    folder.write_outcome(answer, outcome.of_run(answer, status), args.out, url=args.url, origin=args.kcidb)


def tell(answer: Run, args: argparse.Namespace, status: int, *, part: bool) -> None:
    """Print the run `answer`, whose exit status is `status`.

    If other sessions will add to it (`part`), its findings are printed in short form.
    """
    if args.format:
        print(formats.text(args.format, outcome.of_run(answer, status), answer, url=args.url), end="")
    elif args.json:
        # "[" is escaped: readers of JSON see no difference, and GitHub's runner, which searches inside of lines, no command
        print(harmless((args.out / "findings.json").read_text("utf-8"), bracket="\\u005b"), end="")
    else:
        terminal.tell(answer, Console(), briefly=part)
        print(f"reports: {args.out}")
    if args.debug:
        for cell in answer.cells:
            for line in cell.unclassified:
                complain(f"{cell.name}: unclassified: {line}")


def folder_in_repository(answer: Run, configuration: Matrix) -> str:
    """Return the folder of the tree of `answer` in its git repository; empty at the top level, or outside of git."""
    named = configuration.trees.get(answer.tree)
    place = named.path if named else Path(answer.tree)
    repository = user_repository.find(place) if place.is_dir() else None
    return repository.prefix if repository else ""
