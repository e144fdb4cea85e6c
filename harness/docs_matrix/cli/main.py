"""The command `docs-matrix`: it runs the verb that its arguments name, and prints each error in one line.

Exit status: 0 nothing new (or: answered) - 1 new diagnostics - 2 the input or the configuration is wrong - 3 a cell
could not be built, this machine lacks something, or docs-matrix itself failed - 130 the command was interrupted.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from docs_matrix.cli import streams
from docs_matrix.cli.parser import parser
from docs_matrix.errors import HarnessError, unexpected

__all__ = ["main", "run"]

INTERRUPTED = 130
ENDING = (signal.SIGTERM, signal.SIGHUP)
"""The signals that end a run like Ctrl-C."""


def run() -> None:
    """Run the command with the arguments of this process, and end the process with the exit status."""
    streams.prepare()
    try:
        try:
            status: object = main(sys.argv[1:])
        except SystemExit as ended:  # raised by argparse
            status = ended.code
        sys.stdout.flush()
    except HarnessError as error:
        status = _told(error, debug=False)
    except KeyboardInterrupt:  # a second one, while the first is handled
        os._exit(INTERRUPTED)
    sys.exit(status if isinstance(status, int) else 0)


def main(arguments: Sequence[str]) -> int:
    """Run the command with `arguments`, and return its exit status."""
    debug = "--debug" in arguments
    try:
        with _signals():
            args = parser(arguments).parse_args(arguments)
            return int(args.run(args))
    except KeyboardInterrupt:
        from docs_matrix import process  # imported here: a verb that starts no process has nothing to stop

        process.stop_all()
        print(
            "docs-matrix: interrupted; finished builds are kept, and the next run continues from them", file=sys.stderr
        )
        return INTERRUPTED
    except HarnessError as error:
        return _told(error, debug=debug)
    except Exception as error:
        return _told(unexpected(error), debug=debug)


def _told(error: HarnessError, *, debug: bool) -> int:
    """Print `error` in one line, with the traceback if `debug`, and return its exit status."""
    if debug:
        traceback.print_exception(error)
    from docs_matrix.cli.printing import complain  # imported here: a verb that succeeds prints no error

    complain(f"docs-matrix: {error}")
    return error.exit_status


@contextmanager
def _signals() -> Iterator[None]:
    """Treat the signals `ENDING` like Ctrl-C, except those that the caller ignores (`nohup`), and reset SIGCHLD.

    If the caller ignored SIGCHLD, the end of a child process could not be noticed.
    """
    with contextlib.ExitStack() as before:
        for number in ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                before.callback(signal.signal, number, signal.signal(number, _interrupted))
        before.callback(signal.signal, signal.SIGCHLD, signal.signal(signal.SIGCHLD, signal.SIG_DFL))
        yield


def _interrupted(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
