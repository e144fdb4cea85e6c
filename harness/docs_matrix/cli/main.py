"""The command `docs-matrix`: it runs the verb that its arguments name, and tells its errors in a line each.

Exit status: 0 nothing new (or: answered) - 1 new diagnostics - 2 the input or the configuration is wrong - 3 a cell
could not be built, or this machine lacks something.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from docs_matrix.cli.parser import parser
from docs_matrix.errors import HarnessError

__all__ = ["main", "run"]


def run() -> None:
    """Run the command with this process's arguments and leave with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8 must not end the run
    try:
        status = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it has seen enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 128 + signal.SIGPIPE
    sys.exit(status)


def main(arguments: Sequence[str]) -> int:
    """Run the command with `arguments`; returns its exit status."""
    args = parser(arguments).parse_args(arguments)
    previous = signal.signal(signal.SIGTERM, _terminated)
    try:
        return int(args.run(args))
    except HarnessError as error:
        if args.debug:
            raise
        print(f"docs-matrix: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        from docs_matrix import process  # here, because what starts no process has nothing to stop

        process.stop_all()
        print("docs-matrix: interrupted; finished builds are kept, the next run goes on from them", file=sys.stderr)
        return 130
    finally:
        signal.signal(signal.SIGTERM, previous)


def _terminated(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
