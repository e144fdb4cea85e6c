"""The file that `read` and `reproduce` take a robot's report from."""

from __future__ import annotations

import sys
from pathlib import Path

from docs_matrix.errors import InputError
from docs_matrix.robot.mails import LARGEST
from docs_matrix.robot.read import read
from docs_matrix.robot.report import ReportFile

__all__ = ["read_file"]


def read_file(path: Path) -> ReportFile:
    """Return what the report at `path` says, `-` for standard input; raises `InputError` where it cannot be read."""
    if str(path) == "-":
        return read(sys.stdin.buffer.read(LARGEST + 1), "standard input")
    try:
        with path.open("rb") as stream:
            return read(stream.read(LARGEST + 1), str(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
