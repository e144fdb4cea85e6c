"""The numbers of the system calls that the launcher makes or filters, and a function to make them.

This module imports only the standard library: the launcher imports it, and must start quickly.
"""

from __future__ import annotations

import ctypes
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ARCHITECTURES", "Architecture", "architecture", "call", "prctl"]

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.syscall.restype = ctypes.c_long


class Architecture:
    """The numbers of system calls of one kind of processor; `audit` is the processor's number for a filter."""

    def __init__(self, audit: int, numbers: Mapping[str, int]) -> None:
        self.audit = audit
        self.numbers = numbers


_COMMON = {
    "clone3": 435,
    "fchmodat2": 452,
    "fsconfig": 431,
    "fsmount": 432,
    "fsopen": 430,
    "fspick": 433,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "io_uring_setup": 425,
    "landlock_add_rule": 445,
    "landlock_create_ruleset": 444,
    "landlock_restrict_self": 446,
    "mount_setattr": 442,
    "move_mount": 429,
    "open_tree": 428,
    "open_tree_attr": 467,
    "pidfd_getfd": 438,
    "pidfd_send_signal": 424,
    "process_madvise": 440,
    "process_mrelease": 448,
    "quotactl_fd": 443,
    "removexattrat": 466,
    "setxattrat": 463,
    "file_setattr": 469,
}
"""Newer calls, which have the same number on all processors."""

_OTHERS = """
accept 43 202           accept4 288 242         acct 163 89               add_key 248 217
bind 49 200             bpf 321 280             capset 126 91             chmod 90 -
chroot 161 51           clock_adjtime 305 266   clock_settime 227 112     clone 56 220
connect 42 203          delete_module 176 106   fanotify_init 300 262     fchmod 91 52
fchmodat 268 53         finit_module 313 273    fork 57 -                 fremovexattr 199 16
fsetxattr 190 7         futimesat 261 -         init_module 175 105       ioctl 16 29
ioperm 173 -            iopl 172 -              ioprio_set 251 30         kcmp 312 272
kexec_file_load 320 294 kexec_load 246 104      keyctl 250 219            kill 62 129
listen 50 201           lremovexattr 198 15     lsetxattr 189 6           migrate_pages 256 238
mount 165 40            move_pages 279 239      mq_open 240 180           mq_unlink 241 181
msgget 68 186           name_to_handle_at 303 264 open_by_handle_at 304 265 perf_event_open 298 241
pivot_root 155 41       prctl 157 167           prlimit64 302 261         process_vm_readv 310 270
process_vm_writev 311 271 ptrace 101 117        quotactl 179 60           reboot 169 142
removexattr 197 14      request_key 249 218     rt_sigqueueinfo 129 138   rt_tgsigqueueinfo 297 240
sched_setaffinity 203 122 sched_setattr 314 274 sched_setparam 142 118    sched_setscheduler 144 119
seccomp 317 277         semget 64 190           sendto 44 206             setdomainname 171 162
sethostname 170 161     setns 308 268           setpriority 141 140       settimeofday 164 170
setxattr 188 5          shmat 30 196            shmget 29 194             socket 41 198
socketpair 53 199       swapoff 168 225         swapon 167 224            syslog 103 116
chown 92 -              fchown 93 55            fchownat 260 54           lchown 94 -
tgkill 234 131          tkill 200 130           truncate 76 45            umount2 166 39
unshare 272 97          userfaultfd 323 282     utime 132 -               utimensat 280 88
utimes 235 -            vfork 58 -              vhangup 153 58
"""
"""The other calls: the number on x86_64, then the number on aarch64."""


def _numbers(column: int) -> Mapping[str, int]:
    words = _OTHERS.split()
    rows = zip(words[::3], zip(words[1::3], words[2::3], strict=True), strict=True)
    return {**_COMMON, **{name: int(row[column]) for name, row in rows if row[column] != "-"}}


ARCHITECTURES: Mapping[str, Architecture] = {
    "x86_64": Architecture(0xC000003E, _numbers(0)),
    "aarch64": Architecture(0xC00000B7, _numbers(1)),
}


def architecture() -> Architecture | None:
    """Return this machine's processor; None if its calls are not known here, or if this is not Linux."""
    told = os.uname()
    return ARCHITECTURES.get(told.machine) if told.sysname == "Linux" else None


def call(name: str, *arguments: int | bytes | None) -> int:
    """Make the system call `name` with `arguments` (numbers, or bytes in memory) and return its result; raises `OSError`."""
    known = architecture()
    if known is None:
        raise OSError(38, os.strerror(38), name)
    words = [ctypes.c_long(word) if isinstance(word, int) else ctypes.c_char_p(word) for word in arguments]
    return _checked(name, _LIBC.syscall(ctypes.c_long(known.numbers[name]), *words))


def prctl(option: int, value: int = 0) -> int:
    """Set an option of this process by the system call `prctl`; raises `OSError`."""
    zero = ctypes.c_ulong(0)
    return _checked("prctl", _LIBC.prctl(option, ctypes.c_ulong(value), zero, zero, zero))


def _checked(name: str, result: int) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)
    return result
