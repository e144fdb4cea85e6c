"""The only place that starts a subprocess.

`run` gives a command its own session and process group, and a time limit (TERM, then KILL for the full group). It reads the
command's output while it runs, up to a limit if one is given, and takes the CPU time and the peak memory from the operating
system's own accounting. When the command ends, all processes that it left running are killed. `stop_all` ends every running
command. If this process dies without calling it (kill -9), a watchdog process does the same, so that no process is left running.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import math
import os
import select
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docs_matrix.errors import MachineError

__all__ = ["Finished", "run", "stop_all", "workers"]

GRACE = 5.0
"""The seconds between TERM and KILL."""

BLOCK = 1 << 16


@dataclass(frozen=True)
class Finished:
    """How a command ended: its output, the time that it took, and what it used.

    `returncode` is negative if a signal ended the command. `seconds` is wall time. `cpu_seconds` (user and system)
    and `peak_bytes` (the largest single process) cover the command and those of its children for which it waited.
    `lost` is the number of bytes that it printed beyond the limit; they are not kept. `stopped` names the limit that a confined
    command exceeded; it was ended then.
    """

    command: tuple[str, ...]
    returncode: int
    stdout: bytes
    stderr: bytes
    timed_out: bool
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    lost: int = 0
    stopped: str = ""

    @property
    def text(self) -> str:
        """Standard output as text; bytes that are not UTF-8 become lone surrogates, as in file names."""
        return self.stdout.decode("utf-8", "surrogateescape")

    @property
    def error_text(self) -> str:
        """Standard error as text, for an error message: bytes that are not UTF-8 are shown as escapes."""
        return self.stderr.decode("utf-8", "backslashreplace")


def run(
    command: Sequence[str | Path],
    *,
    timeout: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    most: int | None = None,
    hear: Callable[[bytes], None] | None = None,
    pass_fds: Sequence[int] = (),
) -> Finished:
    """Run `command` until it ends, and return how it ended; the caller judges a non-zero exit status.

    `timeout` is in seconds. `env` are all variables, and not an addition; None takes those of this process. `most` is the number of
    bytes that are kept of each of the two outputs. `hear` is called with each block of the standard output. `pass_fds` are open
    files that the command gets as well.

    Raises `MachineError` if the command cannot be started.
    """
    words = tuple(os.fspath(word) for word in command)
    if _GROUPS.stopped:
        raise MachineError("interrupted")
    with tempfile.TemporaryFile() as given, _Output(most, hear) as out, _Output(most) as err:
        given.write(stdin)
        given.seek(0)
        _GROUPS.watch()
        started = time.monotonic()
        try:
            child = _start(words, cwd=cwd, env=env, stdin=given, stdout=out.inlet, stderr=err.inlet, pass_fds=pass_fds)
        except OSError as error:
            raise MachineError(f"cannot run {shlex.join(words)}: {error.strerror or error}") from error
        with child, _GROUPS.ended(child.pid), _TimeLimit(child.pid, timeout) as limit:
            for output in (out, err):
                output.begin()
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        return Finished(
            command=words,
            returncode=child.returncode,
            stdout=out.content(),
            stderr=err.content(),
            timed_out=limit.reached,
            seconds=time.monotonic() - started,
            cpu_seconds=usage.ru_utime + usage.ru_stime,
            peak_bytes=usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
            lost=out.lost + err.lost,
        )


def _start(words: Sequence[str], **how: Any) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own.

    A script that was just written can be busy: a child that another thread forked meanwhile still has the file open. It closes the
    file within milliseconds, so the start is tried again.
    """
    for pause in (0.01, 0.1, 1.0):
        try:
            return subprocess.Popen(words, start_new_session=True, **how)
        except OSError as error:
            if error.errno != errno.ETXTBSY:
                raise
            time.sleep(pause)
    return subprocess.Popen(words, start_new_session=True, **how)


def stop_all() -> None:
    """End every running command of `run` at once, and start no other; for a process that is about to end."""
    _GROUPS.stopped = True
    for pgid in _GROUPS.alive():
        _signal_group(pgid, signal.SIGKILL)


class _TimeLimit:
    """Ends a process group when its time is over: TERM first, and KILL after `GRACE` seconds."""

    def __init__(self, pgid: int, seconds: float) -> None:
        self.reached = False
        self._pgid = pgid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, args=(seconds,), daemon=True)

    def __enter__(self) -> _TimeLimit:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self, seconds: float) -> None:
        if self._over.wait(seconds):
            return
        self.reached = True
        _signal_group(self._pgid, signal.SIGTERM)
        if not self._over.wait(GRACE):
            _signal_group(self._pgid, signal.SIGKILL)


_WATCHDOG = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
alive = set()
for line in sys.stdin:
    (alive.add if line[0] == "+" else alive.discard)(int(line[1:]))
for pgid in alive:
    try:
        os.killpg(pgid, signal.SIGKILL)
    except OSError:
        pass
"""


class _Groups:
    """The running process groups. A watchdog process knows them too, lives a moment longer than this process, and ends them."""

    def __init__(self) -> None:
        self.stopped = False
        self._lock = threading.Lock()
        self._alive: set[int] = set()
        self._watchdog: subprocess.Popen[str] | None = None

    @contextmanager
    def ended(self, pgid: int) -> Iterator[None]:
        """End a group with the `with` statement, or with this process."""
        try:
            with self._lock:
                self._alive.add(pgid)
                self._tell(f"+{pgid}\n")
            yield
        finally:
            _signal_group(pgid, signal.SIGKILL)
            with self._lock:
                self._alive.discard(pgid)
                if self._watchdog is not None:  # it is none where this process ends
                    self._tell(f"-{pgid}\n")

    def alive(self) -> tuple[int, ...]:
        with self._lock:
            return tuple(self._alive)

    def watch(self) -> None:
        """Start the watchdog before a command starts, so that no command is ever without it."""
        with self._lock:
            self._tell("")

    def dismiss(self) -> None:
        """Let the watchdog end all running groups, and wait until it has ended itself."""
        with self._lock:
            watchdog, self._watchdog = self._watchdog, None
        _end(watchdog)

    def _tell(self, line: str) -> None:
        if self._watchdog is None or self._watchdog.poll() is not None:
            _end(self._watchdog)
            atexit.unregister(self.dismiss)
            atexit.register(self.dismiss)
            self._watchdog = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _WATCHDOG],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
            )
            line = "".join(f"+{pgid}\n" for pgid in self._alive)
        assert self._watchdog.stdin is not None
        self._watchdog.stdin.write(line)
        self._watchdog.stdin.flush()


def _end(watchdog: subprocess.Popen[str] | None) -> None:
    if watchdog is not None:
        with contextlib.suppress(BrokenPipeError), watchdog:
            pass  # the watchdog acts at the end of its input


_GROUPS = _Groups()


def _signal_group(pgid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        os.killpg(pgid, number)


class _Output:
    """A pipe that is read while a command writes into it: `most` bytes are kept, the others are counted."""

    def __init__(self, most: int | None, hear: Callable[[bytes], None] | None = None) -> None:
        self.lost = 0
        self._hear = hear
        self._most = most
        self._kept: list[bytes] = []
        self._size = 0
        self._fault: BaseException | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._outlet, self.inlet = os.pipe()

    def __enter__(self) -> _Output:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._close_outlet()

    def begin(self) -> None:
        """Start to read."""
        self._close_inlet()
        self._thread.start()

    def content(self) -> bytes:
        """Return the kept output, after the command has ended.

        A process that the command left running may hold the pipe open; its output is not waited for. Raises the error that stopped
        the reading, such as too little memory, because the output until then would be taken for all of it.
        """
        self._end()
        if self._fault:
            raise self._fault
        return b"".join(self._kept)

    def _end(self) -> None:
        self._close_inlet()
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _close_inlet(self) -> None:
        if self.inlet >= 0:
            os.close(self.inlet)
            self.inlet = -1

    def _close_outlet(self) -> None:
        if self._outlet >= 0:
            os.close(self._outlet)
            self._outlet = -1

    def _read(self) -> None:
        try:
            self._take()
        except BaseException as fault:
            self._fault = fault
            self._close_outlet()  # else the command would wait until somebody reads

    def _take(self) -> None:
        until = math.inf
        while time.monotonic() < until:
            if self._ended.is_set():
                until = min(until, time.monotonic() + GRACE)
            if not select.select([self._outlet], [], [], 0 if self._ended.is_set() else 0.05)[0]:
                if self._ended.is_set():
                    return
                continue
            block = os.read(self._outlet, BLOCK)
            if not block:
                return
            if self._hear:
                self._hear(block)
            free = len(block) if self._most is None else max(self._most - self._size, 0)
            self._kept.append(block[:free])
            self._size += len(block[:free])
            self.lost += len(block[free:])


@contextmanager
def workers(jobs: int) -> Iterator[ThreadPoolExecutor]:
    """Yield a pool of `jobs` threads; if the `with` statement is interrupted, all its work is stopped."""
    pool = ThreadPoolExecutor(max_workers=jobs)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        stop_all()
        raise
    finally:
        pool.shutdown()
