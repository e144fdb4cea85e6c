"""What the verbs share: the matrix, the cells, the bench and the store that the arguments mean."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import platformdirs
from rich.console import Console

import docs_matrix
from docs_matrix import store as upkeep
from docs_matrix.builds.order import Reading
from docs_matrix.check import subject
from docs_matrix.check.workbench import Bench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Cell, Matrix
from docs_matrix.diagnostics.findings import Run
from docs_matrix.errors import InputError
from docs_matrix.reports import terminal
from docs_matrix.reports.escaping import one_line

__all__ = [
    "asked_of",
    "baseline_path",
    "bench",
    "cells",
    "default_tree",
    "find_matrix",
    "in_ci",
    "limit",
    "matrix_of",
    "shipped_matrix",
    "store",
    "tell",
]


def asked_of(options: argparse.Namespace) -> subject.Asked:
    """What the arguments ask of a tree, whichever verb has them."""
    return subject.Asked(
        tree=options.tree or default_tree(matrix_of(options)),
        patches=tuple(getattr(options, "patch", None) or ()),
        base=getattr(options, "base", None),
        head=getattr(options, "head", None),
        baseline=getattr(options, "baseline", None),
        docs=tuple(getattr(options, "docs", None) or ()),
        onto=tuple(getattr(options, "onto", None) or ()),
        requirements=None if options.requirement is None else matrix.normalised(options.requirement),
        reading=_reading(options),
    )


def _reading(options: argparse.Namespace) -> Reading | None:
    ordered, readers = getattr(options, "in_order", False), getattr(options, "readers", None)
    return Reading(ordered, readers or 1 if ordered else readers) if ordered or readers else None


def default_tree(configuration: Matrix) -> str:
    """The tree that matrix.yaml names for who names none; raises `InputError` where it names none."""
    if configuration.tree is None:
        raise InputError(f"--tree is missing, and {configuration.path} names no default tree")
    return configuration.tree


def baseline_path(options: argparse.Namespace, configuration: Matrix) -> Path:
    """The file of a baseline verb: the one that the user gives, else the tree's."""
    if options.baseline:
        return Path(options.baseline)
    tree = options.tree or default_tree(configuration)
    named = configuration.trees.get(tree)
    if named is None or named.baseline is None:
        raise InputError(f"{tree}: no baseline is named; give --baseline FILE, or name the tree in matrix.yaml")
    return named.baseline


def cells(configuration: Matrix, names: Sequence[str] | None, supported: Sequence[str] | None) -> list[Cell]:
    """The cells that the user named, else those that the tree supports, in the matrix's order."""
    known = [cell.name for cell in configuration.cells]
    for name in names or ():
        if name not in known:
            raise InputError(f"--cell {name}: no such cell in {configuration.path}; it has {', '.join(known)}")
    wanted = names or (known if supported is None else supported)
    return [cell for cell in configuration.cells if cell.name in wanted]


def bench(options: argparse.Namespace) -> Bench:
    """The bench on the user's store; raises `InputError` or `MachineError`."""
    return Bench(matrix_of(options), store(), offline=options.offline)


def matrix_of(options: argparse.Namespace) -> Matrix:
    """The matrix that the user names, else the one that is found."""
    return matrix.load(options.matrix or find_matrix())


def find_matrix() -> Path:
    """matrix.yaml here or in a folder above, else the default matrix that docs-matrix comes with."""
    here = Path.cwd()
    for above in (here, *here.parents):
        if (above / "matrix.yaml").is_file():
            return above / "matrix.yaml"
    return shipped_matrix() or here / "matrix.yaml"


def shipped_matrix() -> Path | None:
    """The default matrix that docs-matrix comes with."""
    package = Path(docs_matrix.__file__).parent
    shipped = (package / "default" / "matrix.yaml", package.parents[1] / "matrix.yaml")
    return next((path for path in shipped if path.is_file()), None)


def store() -> Path:
    """The folder that everything is kept in: $DOCS_MATRIX_STORE, else in the user's cache folder."""
    named = os.environ.get("DOCS_MATRIX_STORE")
    return Path(named).expanduser().absolute() if named else platformdirs.user_cache_path("docs-matrix")


def limit() -> int:
    """The most bytes that the store may have."""
    return upkeep.limit(os.environ.get("DOCS_MATRIX_STORE_LIMIT"))


def in_ci() -> bool:
    """Whether `$CI` says that nobody looks on."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def tell(answer: Run, options: argparse.Namespace, *, part: bool) -> None:
    """Tell `answer` on the terminal; where it is a `part` of what other sessions will complete, its findings in short."""
    if options.json:
        # the same to a reader of JSON, and no command to GitHub's runner, which looks for these inside of lines
        print((options.out / "findings.json").read_text("utf-8").replace("##[", "##\\u005b"), end="")
    else:
        terminal.tell(answer, Console(), briefly=part)
        print(f"reports: {options.out}")
    if options.debug:
        for cell in answer.cells:
            for line in cell.unclassified:
                print(one_line(f"{cell.name}: unclassified: {line}"), file=sys.stderr)
