"""The ways in which docs-matrix refuses to go on, one class for each way a user can react.

An error's text is one line that names the thing, its place and the way out; `docs_matrix.cli.main` prints it and
ends with the class's `exit_status`. Nothing below the command line calls `sys.exit`.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = ["HarnessError", "InputError", "MachineError", "MissingInterpreterError"]


class HarnessError(Exception):
    """Base of every error that is told to the user in one line, without a traceback."""

    exit_status: ClassVar[int] = 2


class InputError(HarnessError):
    """What the user gave is wrong (an option, a file, a patch, the configuration): mend it and call again."""

    exit_status: ClassVar[int] = 2


class MachineError(HarnessError):
    """This machine lacks something (a program, disk space, the package index): mend the machine and call again."""

    exit_status: ClassVar[int] = 3


class MissingInterpreterError(MachineError):
    """No interpreter of the wanted version was found here: install one, or leave the cell out."""
