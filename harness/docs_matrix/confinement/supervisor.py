"""The supervisor: the process above a build. It answers the filter's questions, watches the limits, and ends all processes.

It is not confined itself, so it does for the build only what the build may do: it starts no program, and changes permissions and
times of files only where the build may write.

This module is a part of the launcher, so it imports only modules of the standard library that are imported quickly.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import select
import signal
import stat
import struct
import time

from docs_matrix.confinement import call_filter
from docs_matrix.confinement.kernel_calls import Architecture
from docs_matrix.confinement.launch_order import LaunchOrder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Supervisor"]

_RECEIVE, _ANSWER = 0xC0502100, 0xC0182101
_QUESTION, _REPLY = "QIIiIQ6Q", "QqiI"
_GO_ON = 1
_HERE = -100
_NO_FOLLOW = 0x100
_LONGEST_PATH = 4096
PAUSE = 0.5
"""The seconds between two checks of the limits."""
GRACE = 2.0
"""The seconds that a build has to end by itself after SIGTERM."""


class Supervisor:
    """Watches the process `child` and all processes that it starts."""

    def __init__(self, child: int, asks: int | None, machine: Architecture | None, order: LaunchOrder) -> None:
        """`asks` is the open file of the filter's questions; None if there is none."""
        self._child = child
        self._asks = asks
        self._names: Mapping[int, str] = call_filter.questions(machine) if machine else {}
        self._order = order
        self._writable = tuple(os.path.realpath(path) + os.sep for path in order.write)
        self._free = _free(order.folder)
        self.stopped = ""

    def watch(self) -> int:
        """Wait until the child has ended, and return its wait status. No process that it started is alive then."""
        signal.signal(signal.SIGTERM, self._on_term)
        ended = os.pidfd_open(self._child)
        poll = select.poll()
        poll.register(ended, select.POLLIN)
        if self._asks is not None:
            poll.register(self._asks, select.POLLIN)
        looked = time.monotonic()
        while True:
            events = dict(poll.poll(PAUSE * 1000))
            if self._asks is not None and self._asks in events:
                if events[self._asks] & select.POLLIN:
                    self._answer(self._asks)
                else:
                    poll.unregister(self._asks)  # nobody is left to ask
            if ended in events:
                break
            if time.monotonic() - looked > PAUSE:
                self._look()
                looked = time.monotonic()
        _, status = os.waitpid(self._child, 0)
        self._end_all(0.0)
        return status

    def _on_term(self, *_: object) -> None:
        """End the build on a signal of the harness; the build has `GRACE` seconds to end by itself."""
        try:
            os.killpg(self._child, signal.SIGTERM)
        except OSError:
            pass  # it has just ended
        signal.signal(signal.SIGALRM, lambda *_: self._kill_all())
        signal.setitimer(signal.ITIMER_REAL, GRACE)

    def _kill_all(self) -> None:
        """Kill all processes of the build. They are stopped first, so that none of them can start another one."""
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in _descendants():
                _kill(process, number)

    def _end_all(self, pause: float) -> None:
        """Kill all remaining processes. A process that loses its parent becomes a child of this one, so none is forgotten."""
        while left := _descendants():
            for number in (signal.SIGSTOP, signal.SIGKILL):
                for process in left:
                    _kill(process, number)
            if self._asks is not None and select.select([self._asks], [], [], 0)[0]:
                self._answer(self._asks)
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                pass
            time.sleep(pause)
            pause = 0.002

    # ---- what a build takes

    def _look(self) -> None:
        processes = _descendants()
        most, disk = self._order.memory, self._order.disk
        if sum(map(_resident, processes)) > most and sum(map(_share, processes)) > most:
            self._stop(f"it took more than {most / 2**30:.1f} GiB of memory")
        elif len(processes) > self._order.processes:
            self._stop(f"it had more than {self._order.processes} processes")
        elif self._free - _free(self._order.folder) > disk:
            own = _written(self._order.write, processes)
            if own > disk:
                self._stop(f"it wrote more than {disk / 2**30:.0f} GiB")
            self._free = _free(self._order.folder) + own  # the rest was written by others, who use the same disk

    def _stop(self, reason: str) -> None:
        self.stopped = self.stopped or reason
        self._kill_all()

    # ---- what the filter asks

    def _answer(self, asks: int) -> None:
        data = bytearray(struct.calcsize(_QUESTION))
        try:
            fcntl.ioctl(asks, _RECEIVE, data, True)
        except OSError:
            return  # who asked is gone
        asked, process, _, number, _, _, *arguments = struct.unpack(_QUESTION, data)
        error, go_on = self._judge(self._names.get(number, ""), process, arguments)
        try:
            fcntl.ioctl(asks, _ANSWER, bytearray(struct.pack(_REPLY, asked, 0, -error, _GO_ON if go_on else 0)), True)
        except OSError:
            pass  # who asked is gone

    def _judge(self, name: str, process: int, arguments: Sequence[int]) -> tuple[int, bool]:
        """Return the error number of a call (0 for none), and whether the kernel must continue with the call."""
        if name in call_filter.SIGNALS:
            target = ctypes.c_int(arguments[0]).value
            return (0, True) if _is_own(name, target, process) else (errno.EPERM, False)
        if name in call_filter.FILES:
            try:
                self._change(name, process, arguments)
            except OSError as fault:
                return fault.errno or errno.EPERM, False
            return 0, False
        return errno.EPERM, False

    def _change(self, name: str, process: int, arguments: Sequence[int]) -> None:
        """Change the permissions or the times of a file that the build may write; raises `OSError`, also for any other file."""
        descriptor, path, rest = _of_what(name, arguments)
        follow = not (name in ("fchmodat2", "utimensat") and arguments[3] & _NO_FOLLOW)
        place = _opened(process, descriptor, path, follow=follow)
        try:
            where = f"/proc/self/fd/{place}"
            if not f"{os.readlink(where)}/".startswith(self._writable):
                raise OSError(errno.EPERM, os.strerror(errno.EPERM))
            if "chmod" in name:
                os.chmod(where, rest & 0o1777)
            else:
                os.utime(where, ns=_times(name, process, rest, where))
        finally:
            os.close(place)


def _of_what(name: str, arguments: Sequence[int]) -> tuple[int, int, int]:
    """Return the open folder, the address of the path (0 for the open file itself), and the value to set."""
    if name == "fchmod":
        return arguments[0], 0, arguments[1]
    if name in ("chmod", "utime", "utimes"):
        return _HERE, arguments[0], arguments[1]
    return arguments[0], arguments[1], arguments[2]


def _opened(process: int, descriptor: int, path: int, *, follow: bool) -> int:
    """Open the file that a process names. The open file is checked, and not its name, which can mean another file later."""
    descriptor = ctypes.c_int(descriptor).value
    base = f"/proc/{process}/cwd" if descriptor == _HERE else f"/proc/{process}/fd/{descriptor}"
    flags = os.O_PATH | os.O_CLOEXEC
    text = b"" if path == 0 else _read(process, path, _LONGEST_PATH).partition(b"\0")[0]
    if not text:
        return os.open(base, flags)
    flags |= 0 if follow else os.O_NOFOLLOW
    if text.startswith(b"/proc/self/"):
        text = b"/proc/%d/%s" % (process, text[11:])
    if text.startswith(b"/"):
        return os.open(text, flags)
    folder = os.open(base, flags & ~os.O_NOFOLLOW)
    try:
        return os.open(text, flags, dir_fd=folder)
    finally:
        os.close(folder)


def _times(name: str, process: int, address: int, where: str) -> tuple[int, int]:
    """Return the times of access and of change that a call sets, in nanoseconds."""
    now, omit = (1 << 30) - 1, (1 << 30) - 2
    if address == 0:
        return (time.time_ns(),) * 2
    if name == "utime":
        accessed, modified = struct.unpack("2q", _read(process, address, 16))
        return accessed * 10**9, modified * 10**9
    first, one, second, two = struct.unpack("4q", _read(process, address, 32))
    if name != "utimensat":
        return first * 10**9 + one * 1000, second * 10**9 + two * 1000
    before = os.stat(where)
    times = []
    for seconds, part, known in ((first, one, before.st_atime_ns), (second, two, before.st_mtime_ns)):
        times.append(time.time_ns() if part == now else known if part == omit else seconds * 10**9 + part)
    return times[0], times[1]


def _read(process: int, address: int, size: int) -> bytes:
    """Return up to `size` bytes of the memory of a process, up to a null byte or the first page that cannot be read."""
    with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        page = os.sysconf("SC_PAGE_SIZE")
        found = b""
        while size > 0:
            part = min(size, page - address % page)
            memory.seek(address)
            try:
                found += memory.read(part)
            except OSError:
                break
            if b"\0" in found[-part:]:
                break
            address, size = address + part, size - part
    return found


def _is_own(name: str, target: int, process: int) -> bool:
    """Return whether a signal goes only to processes of the build: the supervisor's descendants."""
    own = _descendants()
    if name == "kill" and target <= 0:
        group = os.getpgid(process) if target == 0 else -target
        return group > 1 and group in own and os.getpgrp() != group
    return target in own


def _descendants() -> frozenset[int]:
    """Return all descendants of this process."""
    parents = dict(_processes())
    found = {os.getpid()}
    more = True
    while more:
        more = False
        for process, parent in parents.items():
            if parent in found and process not in found:
                found.add(process)
                more = True
    return frozenset(found - {os.getpid()})


def _processes() -> Iterator[tuple[int, int]]:
    """Yield each visible process and its parent."""
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                with open(f"/proc/{name}/stat", "rb") as stream:
                    fields = stream.read().rpartition(b") ")[2].split()
            except OSError:
                continue  # it has just ended
            yield int(name), int(fields[1])


def _resident(process: int) -> int:
    try:
        with open(f"/proc/{process}/statm", "rb") as stream:
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def _share(process: int) -> int:
    """Return the memory of a process. Shared memory counts in proportion, or in full if the kernel does not report it."""
    try:
        with open(f"/proc/{process}/smaps_rollup", "rb") as stream:
            return next(int(line.split()[1]) << 10 for line in stream if line.startswith(b"Pss:"))
    except (OSError, StopIteration):
        return _resident(process)


def _written(folders: Iterable[str], processes: Iterable[int]) -> int:
    """Return the space on disk of all files below `folders`, and of the removed files that `processes` hold open."""
    found = {}
    for state in _states(folders, processes):
        found[state.st_dev, state.st_ino] = state.st_blocks * 512
    return sum(found.values())


def _states(folders: Iterable[str], processes: Iterable[int]) -> Iterator[os.stat_result]:
    for top in folders:
        for folder, _, names in os.walk(top):
            for name in names:
                try:
                    yield os.lstat(os.path.join(folder, name))
                except OSError:
                    pass  # it has just been removed
    for process in processes:
        try:
            states = [os.stat(f"/proc/{process}/fd/{number}") for number in os.listdir(f"/proc/{process}/fd")]
        except OSError:
            continue  # it has just ended, or closed one
        yield from (state for state in states if stat.S_ISREG(state.st_mode) and not state.st_nlink)


def _kill(process: int, number: int) -> None:
    try:
        os.kill(process, number)
    except OSError:
        pass  # it has just ended


def _free(folder: str) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
