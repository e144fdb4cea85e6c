"""The filter of system calls (seccomp) for a build and all processes that it starts.

Some calls are refused. For others the kernel asks the supervisor (`docs_matrix.confinement.supervisor`).

This module imports only the standard library: the launcher imports it.
"""

from __future__ import annotations

import ctypes
import errno
import struct

from docs_matrix.confinement.kernel_calls import Architecture, call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["FILES", "SIGNALS", "install", "program", "questions"]

SIGNALS = ("kill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "tgkill", "tkill")
"""The calls for signals; the supervisor may be asked about them."""
FILES = ("chmod", "fchmod", "fchmodat", "fchmodat2", "futimesat", "utime", "utimensat", "utimes")
"""The calls for permissions and times of files; the supervisor may be asked about them."""

_REFUSED = """
accept accept4 acct add_key bind bpf chroot clock_adjtime clock_settime delete_module fanotify_init finit_module fsconfig
fsmount fsopen fspick init_module ioperm iopl kcmp kexec_file_load kexec_load keyctl listen migrate_pages mount mount_setattr
move_mount move_pages mq_open mq_unlink msgget name_to_handle_at open_by_handle_at open_tree open_tree_attr perf_event_open
pidfd_getfd pivot_root process_madvise process_mrelease process_vm_readv process_vm_writev ptrace quotactl quotactl_fd reboot
request_key semget setdomainname sethostname setns settimeofday shmat shmget swapoff swapon syslog umount2 unshare userfaultfd
vhangup
"""
_SERVING = frozenset(("accept", "accept4", "bind", "listen"))
_MISSING = "clone3 io_uring_enter io_uring_register io_uring_setup"
"""These calls report that they do not exist, so that a program tries another way."""
_ATTRIBUTES = """
file_setattr fremovexattr fsetxattr lremovexattr lsetxattr removexattr removexattrat setxattr setxattrat
"""
_OWNERS = "chown fchown fchownat lchown"
_OF_OTHERS = "ioprio_set prlimit64 sched_setaffinity sched_setattr sched_setparam sched_setscheduler setpriority"
"""These calls can change another process of the same user. A process may use them only for itself."""

_OF_A_PROCESS = {"ioprio_set": 1, "setpriority": 0}
"""The calls that name a process, a group or a user, each with the value of the argument that means a process."""

_NEW_SPACES = 0x7E020000
"""The flags of clone that make namespaces (CLONE_NEW…)."""
_UNIX, _INET, _INET6, _NETLINK = 1, 2, 10, 16
_STREAM, _SEQPACKET = 1, 5
_TYPE = 0xF
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_NUMBER, _ARCHITECTURE = 0, 4
_ALLOW, _ASK, _KILL, _ERROR = 0x7FFF0000, 0x7FC00000, 0x80000000, 0x00050000

Step = tuple[int, int, int, int]


def program(machine: Architecture, *, network: bool, asked: Sequence[str], apart: bool, truncates: bool) -> bytes:
    """Return the filter in the form of the kernel.

    `network` allows sockets of the internet. The supervisor answers the calls `asked`. `apart`: the build sees no other process and
    no file of others, so it cannot change them. `truncates`: truncating a file by its path needs no filter.
    """
    asks = dict.fromkeys(asked, _ASK)
    steps: list[Step] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, machine.audit),
        _ends(_KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, 0x40000000),  # the numbers of x32
        _ends(_error(errno.ENOSYS)),
    ]
    for name in _REFUSED.split():
        if not (network and name in _SERVING):
            steps += _rule(machine, name, [_ends(_error(errno.EPERM))])
    for name in _MISSING.split():
        steps += _rule(machine, name, [_ends(_error(errno.ENOSYS))])
    for name in _ATTRIBUTES.split():
        steps += _rule(machine, name, [_ends(_error(errno.EOPNOTSUPP))])
    if not truncates:
        steps += _rule(machine, "truncate", [_ends(_error(errno.EPERM))])
    if "kill" in asks:
        steps += _rule(machine, "pidfd_send_signal", [_ends(_error(errno.ENOSYS))])
    if not apart:
        for name in _OWNERS.split():  # a file outside of the build may be the user's too
            steps += _rule(machine, name, [_ends(_error(errno.EPERM))])
        for name in _OF_OTHERS.split():
            steps += _rule(machine, name, _for_itself(name))
    steps += _sockets(machine, network=network)
    steps += _rule(
        machine,
        "ioctl",
        [
            _argument(1),
            (_EQUAL, 1, 0, _TIOCSTI),
            (_EQUAL, 0, 1, _TIOCLINUX),
            _ends(_error(errno.EPERM)),
            _ends(_ALLOW),
        ],
    )
    for name, action in asks.items():
        steps += _rule(machine, name, [_ends(action)])
    steps += _rule(
        machine,
        "clone",
        [
            _argument(0),
            (_ANY_BIT, 0, 1, _NEW_SPACES),
            _ends(_error(errno.EPERM)),
            _ends(_ALLOW),
        ],
    )
    steps.append(_ends(_ALLOW))
    return b"".join(struct.pack("HBBI", *step) for step in steps)


_LISTENER, _KILLABLE = 1 << 3, 1 << 5
"""SECCOMP_FILTER_FLAG_NEW_LISTENER and SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV."""


def install(instructions: bytes, *, listen: bool) -> int | None:
    """Set the filter for this process; if `listen`, return the open file on which its questions arrive. Raises `OSError`."""
    buffer = ctypes.create_string_buffer(instructions, len(instructions))
    head = struct.pack("HxxxxxxQ", len(instructions) // 8, ctypes.addressof(buffer))
    if not listen:
        call("seccomp", 1, 0, head)
        return None
    try:
        return call("seccomp", 1, _LISTENER | _KILLABLE, head)
    except OSError:  # Linux before 5.19: a signal can interrupt a call that is being asked about
        return call("seccomp", 1, _LISTENER, head)


def _rule(machine: Architecture, name: str, then: Sequence[Step]) -> list[Step]:
    """Return the steps that do `then` for the call `name`; `then` always ends the filter."""
    number = machine.numbers.get(name)
    return [] if number is None else [(_EQUAL, 0, len(then), number), *then]


def _sockets(machine: Architecture, *, network: bool) -> list[Step]:
    """Return the steps that allow only pairs of sockets in the build, and, with the network, sockets of the internet.

    A pair must be a stream: an end of a datagram pair could send to any named socket. Nothing can connect to a named socket.
    """
    refuse, families = _ends(_error(errno.EPERM)), (_INET, _INET6, _NETLINK)
    wanted = [(_EQUAL, len(families) - at, 0, family) for at, family in enumerate(families)]
    sockets = [_argument(0), *wanted, refuse, _ends(_ALLOW)] if network else [refuse]
    pairs = [
        _argument(0),
        (_EQUAL, 0, 4, _UNIX),
        _argument(1),
        (_AND, 0, 0, _TYPE),
        (_EQUAL, 2, 0, _STREAM),
        (_EQUAL, 1, 0, _SEQPACKET),
        refuse,
        _ends(_ALLOW),
    ]
    steps = [*_rule(machine, "socket", sockets), *_rule(machine, "socketpair", pairs)]
    if not network:
        address = [_argument(4), (_EQUAL, 0, 2, 0), _argument(4, high=True), (_EQUAL, 1, 0, 0), refuse, _ends(_ALLOW)]
        steps += [*_rule(machine, "connect", [refuse]), *_rule(machine, "sendto", address)]
    return steps


def _for_itself(name: str) -> list[Step]:
    """Return the steps that allow a call only if it names no other process: the argument with the process is 0."""
    refuse = _ends(_error(errno.EPERM))
    kind = _OF_A_PROCESS.get(name)
    if kind is None:
        return [_argument(0), (_EQUAL, 1, 0, 0), refuse, _ends(_ALLOW)]
    return [_argument(0), (_EQUAL, 0, 2, kind), _argument(1), (_EQUAL, 1, 0, 0), refuse, _ends(_ALLOW)]


def _argument(at: int, *, high: bool = False) -> Step:
    return (_LOAD, 0, 0, 16 + 8 * at + (4 if high else 0))


def _ends(action: int) -> Step:
    return (_RETURN, 0, 0, action)


def _error(number: int) -> int:
    return _ERROR | number


def questions(machine: Architecture) -> Mapping[int, str]:
    """Return the calls about which the supervisor can be asked, by their numbers."""
    return {machine.numbers[name]: name for name in (*SIGNALS, *FILES) if name in machine.numbers}
