"""Output for a step of GitHub Actions: its environment files, and commands in its log."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from docs_matrix.diagnostics.findings import Run, Verdict
from docs_matrix.errors import InputError
from docs_matrix.reports import wording
from docs_matrix.reports.escaping import cut
from docs_matrix.reports.github_annotations import annotate
from docs_matrix.reports.markdown import summary

__all__ = ["JOBS", "commands_stopped", "tell"]

JOBS = 256
"""GitHub makes at most this many jobs from one matrix."""


@contextmanager
def commands_stopped(environment: Mapping[str, str]) -> Iterator[None]:
    """Inside this context, GitHub's runner reads no line of the log as a command.

    So no output of a build can give a command to the runner. If `environment` is not that of GitHub Actions, nothing is done.
    """
    if environment.get("GITHUB_ACTIONS") != "true":
        yield
        return
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        sys.stderr.flush()
        print(f"::{token}::", flush=True)


def tell(run: Run, status: int, environment: Mapping[str, str], *, folder: str) -> None:
    """Print the annotations of `run`, and add its summary and its outputs to the files that GitHub names in `environment`.

    `status` is the exit status of the run. `folder` is the path of the tree inside its repository. Raises `InputError` if the
    files cannot be written.
    """
    for line in annotate(run, folder):
        print(line)
    _append(environment, "GITHUB_STEP_SUMMARY", summary(run))
    counts = {str(verdict): run.count(verdict) for verdict in (Verdict.NEW, Verdict.KNOWN, Verdict.FIXED)}
    outputs = {**counts, "status": status, "verdict": cut(wording.verdict(run), 1_000)}
    _append(environment, "GITHUB_OUTPUT", "".join(f"{name}={value}\n" for name, value in outputs.items()))


def _append(environment: Mapping[str, str], name: str, text: str) -> None:
    if not environment.get(name):
        return
    try:
        with Path(environment[name]).open("a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise InputError(f"{name}={environment[name]}: cannot be written: {error.strerror}") from error
