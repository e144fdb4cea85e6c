"""The errors of docs-matrix: one class for each way in which a user can react.

An error's text is one line that names the thing, its place and the way out; `docs_matrix.cli.main` prints it and
ends with the class's `exit_status`. Nothing below the command line calls `sys.exit`.
"""

from __future__ import annotations

import errno
import traceback
from pathlib import Path
from typing import ClassVar

__all__ = ["HarnessError", "InputError", "MachineError", "MissingInterpreterError", "unexpected"]


class HarnessError(Exception):
    """The base of every error that is reported to the user in one line, without a traceback."""

    exit_status: ClassVar[int] = 2


class InputError(HarnessError):
    """The input of the user is wrong (an option, a file, a patch, the configuration): fix it and call again."""

    exit_status: ClassVar[int] = 2


class MachineError(HarnessError):
    """This machine lacks something (a program, disk space, the package index): fix the machine and call again."""

    exit_status: ClassVar[int] = 3


class MissingInterpreterError(MachineError):
    """There is no interpreter of the wanted version on this machine: install one, or leave the cell out."""


def unexpected(error: Exception) -> MachineError:
    """Return the error to report for an unexpected `error`: this machine lacks something, or docs-matrix has a bug."""
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, MemoryError) or number == errno.ENOMEM:
        text = "not enough memory"
    elif number in (errno.EMFILE, errno.ENFILE):
        text = "too many files are open; allow more: ulimit -n 1024"
    elif number in (errno.ENOSPC, errno.EDQUOT):
        text = f"{_file(error)}no space left on the disk; free some, or empty the store: docs-matrix store empty"
    elif isinstance(error, RuntimeError) and "start new thread" in str(error):
        text = "no further thread can be started; allow more processes: ulimit -u"
    else:
        said = " ".join(str(error).split())[:300]
        text = f"unexpected {type(error).__name__}{_place(error)}: {said or 'no message'}; --debug shows the traceback"
    found = MachineError(text)
    found.__cause__ = error
    return found


def _file(error: Exception) -> str:
    name = getattr(error, "filename", None)
    return f"{name}: " if isinstance(name, str) else ""


def _place(error: Exception) -> str:
    """Return the innermost line of docs-matrix in the traceback of the error."""
    here = Path(__file__).parent
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(here)]
    return f" at {Path(frames[-1].filename).relative_to(here)}:{frames[-1].lineno}" if frames else ""
