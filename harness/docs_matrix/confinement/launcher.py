"""Starts a command confined, and reports how it ended: `python -I -S -c START <folder of this package> ORDER COMMAND…`.

ORDER is a `LaunchOrder`. The process that becomes the command gives up rights, for itself and all processes that it starts:
capabilities, files (Landlock), system calls (a filter), resources. The process above it is the supervisor. It writes to the open
file `report` how the command ended: the exit status or minus a signal, the seconds of CPU time, the bytes of the largest process,
and the reason if the supervisor ended it. If the command was not started, it writes "fault" and the reason.

This module starts before each build, so it imports only modules of the standard library that are imported quickly. The confinement
is not a part of a build's key.
"""

from __future__ import annotations

import os
import resource
import signal
import struct
import sys

from docs_matrix.confinement import call_filter, kernel_calls, landlock
from docs_matrix.confinement.launch_order import LaunchOrder, from_text
from docs_matrix.confinement.supervisor import Supervisor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["START", "main"]

START = "import sys; sys.path.append(sys.argv.pop(1)); from docs_matrix.confinement.launcher import main; main()"
"""The code that Python runs. It imports only from Python's own library, and then from the folder of this package."""

_DEATH_SIGNAL, _DUMPABLE, _BOUNDING, _SUBREAPER, _NO_NEW, _AMBIENT = 1, 4, 24, 36, 38, 47
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


def main() -> None:
    """Run the command of the arguments confined, and end with its status."""
    order = from_text(sys.argv[1])
    command = sys.argv[2:]
    os.set_inheritable(order.report, False)
    if order.apart:
        sys.exit(_supervised(order, command))
    # The harness may kill this process group at once. The supervisor is in another group, gets a signal, and ends the build.
    above = os.getpid()
    supervisor = os.fork()
    if supervisor == 0:
        os.setsid()
        kernel_calls.prctl(_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != above:
            os._exit(1)
        os._exit(_supervised(order, command))
    signal.signal(signal.SIGTERM, lambda *_: os.kill(supervisor, signal.SIGTERM))
    _, status = os.waitpid(supervisor, 0)
    sys.exit(max(0, os.waitstatus_to_exitcode(status)))


def _supervised(order: LaunchOrder, command: list[str]) -> int:
    """Start the command, watch it until it ends, and write the report; return 0."""
    kernel_calls.prctl(_SUBREAPER, 1)
    machine = kernel_calls.architecture() if order.filtered else None
    ready, told = os.pipe()  # the number of the open file with the filter's questions, or the reason of a fault
    wait, go = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ready)
        os.close(go)
        _become(order, command, machine, told, wait)
    os.close(told)
    os.close(wait)
    kernel_calls.prctl(_DUMPABLE, 0)  # else the build could read this process
    with open(ready, "rb") as stream:
        line = stream.readline().decode()
        asks = None
        if line.strip().lstrip("-").isdecimal():
            number = int(line)
            asks = _taken(child, number) if number >= 0 else None
            os.write(go, b".")
            os.close(go)
            line = stream.readline().decode()
    if line:
        os.waitpid(child, 0)
        os.write(order.report, b"fault " + line.strip().encode())
        return 0
    supervisor = Supervisor(child, asks, machine, order)
    status = os.waitstatus_to_exitcode(supervisor.watch())
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = f"{status} {used.ru_utime + used.ru_stime} {used.ru_maxrss * 1024} {supervisor.stopped}"
    os.write(order.report, said.encode())
    return 0


def _taken(child: int, number: int) -> int:
    """Return a copy of the open file `number` of the process `child`."""
    process = os.pidfd_open(child)
    try:
        return kernel_calls.call("pidfd_getfd", process, number, 0)
    finally:
        os.close(process)


# ---- the process that becomes the command


def _become(
    order: LaunchOrder, command: list[str], machine: kernel_calls.Architecture | None, told: int, wait: int
) -> NoReturn:
    """Give up the rights that the command must not have, and become the command; if this fails, report it and end."""
    try:
        os.setsid()
        kernel_calls.prctl(_DEATH_SIGNAL, signal.SIGKILL)
        _limit(order)
        kernel_calls.prctl(_NO_NEW, 1)
        _drop_capabilities()
        if order.landlock:
            landlock.restrict(order.read, order.write, DEVICES, network=order.network)
        asks = -1 if machine is None else _filter(order, machine)
        os.write(told, b"%d\n" % asks)
        os.read(wait, 1)
        if asks >= 0:
            os.close(asks)
        os.close(wait)
        for name in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(name, signal.SIG_DFL)
        os.execvp(command[0], command)  # noqa: S606
    except BaseException as error:
        os.write(told, f"{type(error).__name__}: {error}\n".encode("utf-8", "replace"))
    finally:
        os._exit(125)


def _filter(order: LaunchOrder, machine: kernel_calls.Architecture) -> int:
    """Set the filter; return the open file of its questions, -1 if there is none."""
    known = landlock.version() if order.landlock else 0
    # The filter does not ask about forks: a signal would interrupt the call, and a shell gives up then.
    asked: list[str] = []
    asked += () if known >= landlock.SIGNALS else call_filter.SIGNALS
    asked += () if order.apart else call_filter.FILES
    instructions = call_filter.program(
        machine,
        network=order.network,
        asked=[name for name in asked if name in machine.numbers],
        apart=order.apart,
        truncates=order.apart or known >= landlock.TRUNCATES,
    )
    found = call_filter.install(instructions, listen=True)
    return -1 if found is None else found


def _limit(order: LaunchOrder) -> None:
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, order.memory),
        (resource.RLIMIT_FSIZE, order.largest),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def _drop_capabilities() -> None:
    """Give up all capabilities: root becomes a user who owns root's files, and has no other rights."""
    if os.geteuid() != 0:
        return
    for number in range(64):
        _try_prctl(_BOUNDING, number)
    _try_prctl(_AMBIENT, 4)
    if kernel_calls.architecture() is not None:
        kernel_calls.call("capset", struct.pack("Ii", 0x20080522, 0), bytes(24))


def _try_prctl(option: int, value: int) -> None:
    try:
        kernel_calls.prctl(option, value)
    except OSError:
        pass  # a capability that this kernel does not have, or that was given up before
