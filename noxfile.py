"""The sessions of docs-matrix: `nox -l` lists them. Environments of cells belong to docs_matrix.toolchains, not to nox."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nox
from docs_matrix.nox import command, sessions

nox.options.sessions = ["docs-matrix"]
nox.needs_version = ">=2026.8.17"  # the first with sessions that run beside each other (-j)

HERE = Path(__file__).parent
JOBS = str(os.cpu_count() or 1)

sessions(HERE / "matrix.yaml")  # docs-matrix, one a cell, and docs-report


def install(session: nox.Session, *groups: str, options: tuple[str, ...] = ()) -> None:
    """Install the project with its extra `nox`, and the dependency groups that a session needs."""
    wanted = nox.project.dependency_groups(nox.project.load_toml(HERE / "pyproject.toml"), *groups)
    session.install(*options, "-e", ".[nox]", *wanted)


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
    """Run the tests that need Python and git alone; in CI print which lines they reach."""
    install(session, "test")
    coverage = ("--cov", "docs_matrix", "--cov-report", "term:skip-covered") if os.environ.get("CI") else ()
    session.run("pytest", "-n", JOBS, "-m", "not builds and not acceptance", *coverage, *session.posargs)


@nox.session(venv_backend="uv", python="3.11")
def lowest(session: nox.Session) -> None:
    """Run the same tests with the lowest releases and the lowest Python that pyproject.toml allows; needs uv."""
    install(session, "test", options=("--resolution", "lowest-direct"))
    session.run("pytest", "-n", JOBS, "-m", "not builds and not acceptance", *session.posargs)


@nox.session(venv_backend="uv|virtualenv")
def builds(session: nox.Session) -> None:
    """Run the tests that build documentation, in the environments of real cells."""
    install(session, "test")
    session.run("pytest", "-n", JOBS, "-m", "builds and not acceptance", "--durations", "25", *session.posargs)


@nox.session(venv_backend="uv|virtualenv")
def faults(session: nox.Session) -> None:
    """End runs at a hundred random moments, damage the store, fill disks: nox -s faults; takes an hour or more."""
    install(session, "test")
    rounds = {"DOCS_MATRIX_FAULT_ROUNDS": os.environ.get("DOCS_MATRIX_FAULT_ROUNDS", "25")}
    session.run("pytest", "tests/faults", "tests/fuzzing", *session.posargs, env=rounds)


@nox.session(venv_backend="uv|virtualenv")
def acceptance(session: nox.Session) -> None:
    """Run the tests on real sources: kernels, and the documentation of other projects; slow."""
    install(session, "test")
    session.run("pytest", "-m", "acceptance", *session.posargs)


@nox.session(venv_backend="uv|virtualenv")
def planted(session: nox.Session) -> None:
    """Plant mistakes into projects, and compare `check` with plain builds: nox -s planted -- --project click --kind docstring."""
    install(session, "test")
    session.run("python", "-m", "tests.planted", *session.posargs)


@nox.session(venv_backend="uv|virtualenv")
def lint(session: nox.Session) -> None:
    """ruff, mypy, the layers of the architecture, the locks, and what GitHub runs."""
    install(session, "lint", "test")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports")
    session.run("python", "docs/imports.py")
    session.run("git", "diff", "--exit-code", "docs/imports.txt", external=True)
    session.run("docs-matrix", "lock", "--check")
    session.run("towncrier", "build", "--draft", "--version", "next")
    workflows = sorted(str(path) for path in (HERE / ".github" / "workflows").glob("*.yml"))
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    session.run("check-jsonschema", "--builtin-schema", "custom.github-workflows-require-timeout", *workflows)
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml")
    session.run("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", "examples/gitlab-ci.yml")
    session.run("check-jsonschema", "--builtin-schema", "vendor.readthedocs", ".readthedocs.yaml")
    session.run("check-jsonschema", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml")
    forms = sorted(str(path) for path in (HERE / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config")
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-issue-forms", *forms)
    session.run("zizmor", "--offline", "--no-progress", "--persona", "auditor", *workflows, "action.yml")


@nox.session(venv_backend="uv|virtualenv")
def package(session: nox.Session) -> None:
    """Build the wheel and the source distribution, check both, and check a project with the wheel, with uv and without."""
    session.install(*nox.project.dependency_groups(nox.project.load_toml(HERE / "pyproject.toml"), "package"))
    dist = Path(session.create_tmp()).resolve() / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    session.run("python", "-m", "hatchling", "build", "-d", str(dist))
    (source,), (wheel,) = dist.glob("*.tar.gz"), dist.glob("*.whl")
    session.run("twine", "check", "--strict", str(source), str(wheel))
    session.run("check-wheel-contents", str(wheel))
    session.run("python", "-m", "tests.acceptance.installed", str(wheel))


@nox.session(venv_backend="uv|virtualenv")
def bench(session: nox.Session) -> None:
    """Measure against what one would do otherwise: nox -s bench -- ARCHIVE PATCH [PART ...]."""
    install(session)
    session.run("python", "-m", "benchmarks.kernel", *session.posargs)


@nox.session(venv_backend="uv|virtualenv")
def docs(session: nox.Session) -> None:
    """Build our own documentation, and check it in our own matrix: a warning in any cell fails."""
    install(session, "docs")
    session.run("sphinx-build", "-n", "-b", "html", "docs", "docs/_build/html", *session.posargs)
    command(session, "check", "--tree", "handbook", "--out", "docs/_build/report")
