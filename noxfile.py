"""The sessions of docs-matrix: `nox -l` lists them. Environments of cells belong to harness/cells, not to nox."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nox

from harness import matrix
from harness.cells import interpreters
from harness.errors import MissingInterpreterError

nox.options.sessions = ["docs-matrix"]
nox.needs_version = ">=2026.8.17"  # the first with sessions that run beside each other (-j)

HERE = Path(__file__).parent
MATRIX = {cell.name: cell for cell in matrix.load(HERE / "matrix.yaml").cells}
CELLS = [
    nox.param(
        name,
        id=name,
        tags=[f"python-{cell.python}", f"docutils-{cell.docutils}", f"sphinx-{cell.sphinx.split('.')[0]}"],
    )
    for name, cell in MATRIX.items()
]


def command(session: nox.Session, *arguments: str, ends_with: tuple[int, ...] = (0,)) -> None:
    """Run docs-matrix with the interpreter that runs nox."""
    session.run(sys.executable, "-m", "harness", *arguments, external=True, success_codes=ends_with)


def install(session: nox.Session, *groups: str) -> None:
    """Install the project and the dependency groups that a session needs."""
    session.install("-e", ".", *nox.project.dependency_groups(nox.project.load_toml(HERE / "pyproject.toml"), *groups))


@nox.session(name="docs-matrix", python=False, allow_parallel=True)
@nox.parametrize("cell", CELLS)
def docs_matrix(session: nox.Session, cell: str) -> None:
    """Check a tree in one cell, and report on all cells so far: nox -s docs-matrix -- --patch F."""
    arguments = ("check", "--join", "--cell", cell, *session.posargs)
    try:
        interpreters.find(MATRIX[cell].python)
    except MissingInterpreterError as missing:
        command(session, *arguments, ends_with=(3,))  # the report has the cell as skipped
        if os.environ.get("CI"):
            session.error(str(missing))
        session.skip(str(missing))
    command(session, *arguments)


@nox.session(name="docs-report", python=False)
def docs_report(session: nox.Session) -> None:
    """Merge the results of the cells again: nox -s docs-report [-- DIR ...]."""
    command(session, "merge", *(session.posargs or ["docs-matrix-report"]))


@nox.session(python=False)
def bisect(session: nox.Session) -> None:
    """Find the release that changed a diagnostic: nox -s bisect -- docutils --tree T --find TEXT."""
    command(session, "bisect", *session.posargs)


@nox.session(python=False)
def lock(session: nox.Session) -> None:
    """Resolve the locks of all cells again: nox -s lock [-- --check]."""
    command(session, "lock", *session.posargs)


@nox.session(venv_backend="uv|virtualenv")
def tests(session: nox.Session) -> None:
    """The quick tests."""
    install(session, "test")
    session.run("pytest", "-n", str(os.cpu_count() or 1), "-m", "not acceptance", *session.posargs)


@nox.session(venv_backend="uv|virtualenv")
def acceptance(session: nox.Session) -> None:
    """What must hold on real sources: kernels, and other projects' documentation; slow."""
    install(session, "test")
    session.run("pytest", "-m", "acceptance", *session.posargs)


@nox.session(venv_backend="uv|virtualenv")
def lint(session: nox.Session) -> None:
    """ruff, mypy, the layers of the architecture, and the locks."""
    install(session, "lint", "test")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports")
    session.run("docs-matrix", "lock", "--check")


@nox.session(venv_backend="uv|virtualenv")
def docs(session: nox.Session) -> None:
    """Build our own documentation, and check it in our own matrix: a warning in any cell fails."""
    install(session, "docs")
    session.run("sphinx-build", "-n", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html", *session.posargs)
    command(session, "check", "--tree", "handbook", "--out", "docs/_build/report")
