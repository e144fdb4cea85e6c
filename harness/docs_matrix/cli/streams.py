"""Standard output and error of the command, also if they are closed, if a disk is full, or if their reader has gone.

The answer goes to standard output: if it cannot be written there, that is an error. Progress goes to standard error: if it cannot
be written there, it is lost, and the answer does not change.
"""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from typing import Any

from docs_matrix.errors import MachineError

__all__ = ["prepare"]

CLOSED_PIPE = 128 + signal.SIGPIPE
"""The exit status if the reader of standard output has gone, as `head` does after its last line."""


def prepare() -> None:
    """Make standard input, output and error safe to use, however this process was started."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(
                os.devnull, os.O_RDWR
            )  # otherwise the next file that is opened would get the number of the closed stream
    sys.stdout = _text(sys.stdout, _Answer(1, "w", closefd=False))
    sys.stderr = _text(sys.stderr, _Progress(2, "w", closefd=False))


class _Answer(io.FileIO):
    """Standard output. Raises `MachineError` if it cannot be written; ends the process silently if its reader has gone."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())  # what is left in buffers
            if error.errno == errno.EPIPE:
                raise SystemExit(CLOSED_PIPE) from error
            raise MachineError(f"standard output: cannot be written: {error.strerror}") from error


class _Progress(io.FileIO):
    """Standard error. Text that cannot be written is lost."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(memoryview(data).cast("B"))


def _text(before: Any, raw: io.FileIO) -> io.TextIOWrapper:
    """Return a text stream over `raw`. A character that its encoding does not have is written as an escape."""
    encoding = getattr(before, "encoding", None) or "utf-8"
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=encoding,
        errors="backslashreplace",
        line_buffering=raw.fileno() == 2 or raw.isatty(),
    )
