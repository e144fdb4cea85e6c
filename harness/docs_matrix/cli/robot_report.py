"""The file that `read` and `reproduce` take a robot's report from."""

from __future__ import annotations

import sys
from pathlib import Path

from docs_matrix.errors import InputError
from docs_matrix.robot.mails import LARGEST
from docs_matrix.robot.read import read
from docs_matrix.robot.report import ReportFile

__all__ = ["read_file"]


def read_file(name: str) -> ReportFile:
    """Return the content of the report in the file `name`; `-` is standard input, `lore:MESSAGE-ID` a thread that b4 fetches.

    Raises `InputError` if it cannot be read, `MachineError` if b4 is missing or fails.
    """
    if name == "-":
        return read(sys.stdin.buffer.read(LARGEST + 1), "standard input")
    if name.startswith("lore:"):
        from docs_matrix.cli import patch_files  # imported here: reading a file starts no process

        return read(patch_files.of_lore(name, "mbox", "-o-"), name)
    try:
        with Path(name).open("rb") as stream:
            return read(stream.read(LARGEST + 1), name)
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from error
