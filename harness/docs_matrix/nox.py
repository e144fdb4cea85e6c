"""The nox sessions of a matrix, for any project's noxfile: one a cell, and one that merges what they left.

A whole noxfile:

    from docs_matrix.nox import sessions

    sessions("matrix.yaml")
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import nox

from docs_matrix.config import matrix
from docs_matrix.errors import MissingInterpreterError
from docs_matrix.toolchains import interpreters

__all__ = ["command", "sessions"]


def sessions(path: Path | str) -> None:
    """Register the sessions `docs-matrix`, one for each cell of the matrix at `path`, and `docs-report` with nox.

    Raises `InputError` where the matrix cannot be read.
    """
    cells = {cell.name: cell for cell in matrix.load(Path(path)).cells}
    parameters = [
        nox.param(
            name,
            id=name,
            tags=[f"python-{cell.python}", f"docutils-{cell.docutils}", f"sphinx-{cell.sphinx.split('.')[0]}"],
        )
        for name, cell in cells.items()
    ]

    @nox.session(name="docs-matrix", python=False, allow_parallel=True)
    @nox.parametrize("cell", parameters)
    def docs_matrix(session: nox.Session, cell: str) -> None:
        """Check a tree in one cell, and report on all cells so far: nox -s docs-matrix -- --patch F."""
        arguments = ["check", "--matrix", str(path), "--join", "--cell", cell, *session.posargs]
        if _report_follows(session):
            arguments.append("--briefly")
        try:
            interpreters.find(cells[cell].python)
        except MissingInterpreterError as missing:
            command(session, *arguments, ends_with=(3,))  # the report has the cell as skipped
            if os.environ.get("CI"):
                session.error(str(missing))
            session.skip(str(missing))
        command(session, *arguments)

    @nox.session(name="docs-report", python=False)
    def docs_report(session: nox.Session) -> None:
        """Merge the results of the cells again: nox -s docs-report [-- DIR ...]."""
        command(session, "merge", "--matrix", str(path), *(session.posargs or ["docs-matrix-report"]))


def _report_follows(session: nox.Session) -> bool:
    """Queue `docs-report` after all sessions of cells.

    False if nothing is queued: if nox runs the sessions side by side, or with `--exit-zero`, which `merge` does not have. A job
    of one cell says so, because another job makes the report.
    """
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("--out", default="docs-matrix-report")
    options.add_argument("--exit-zero", action="store_true")
    asked = options.parse_known_args(session.posargs)[0]
    if asked.exit_zero:
        return False
    try:
        session.notify("docs-report", [asked.out, "--out", asked.out])
    except ValueError:
        return False
    return True


def command(session: nox.Session, *arguments: str, ends_with: tuple[int, ...] = (0,)) -> None:
    """Run docs-matrix with the interpreter that runs nox, whatever lies in the project's folder."""
    session.run(sys.executable, "-P", "-m", "docs_matrix", *arguments, external=True, success_codes=ends_with)
