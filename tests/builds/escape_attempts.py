"""Runs confined: tries to get out in many ways, and says of each whether it worked.

    python escape_attempts.py HOME OUTSIDE PROCESS TCP UDP TMP HARNESS [NAME …]

HOME holds `key`, a secret; OUTSIDE a file, a folder and sockets; PROCESS is one of the harness's; TCP and UDP are ports of the
loopback address; TMP is a file in the machine's folder for temporary files, HARNESS the folder of docs_matrix. The attempts NAME
are left out. An attempt that raises has failed.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable

HOME, OUTSIDE = sys.argv[1:3]
PROCESS, TCP, UDP = map(int, sys.argv[3:6])
TMP, HARNESS = sys.argv[6:8]
KEY, FILE = f"{HOME}/key", f"{OUTSIDE}/file"
ABOVE = os.getppid()
LIBC = ctypes.CDLL(None, use_errno=True)
X86 = os.uname().machine == "x86_64"
ATTEMPTS: dict[str, Callable[[], object]] = {}


def attempt(name: str) -> Callable[[Callable[[], object]], None]:
    def note(function: Callable[[], object]) -> None:
        ATTEMPTS[name] = function

    return note


def read(path: str) -> str:
    with open(path, "rb") as stream:
        return stream.read(1000).decode("latin-1")


def write(path: str) -> None:
    with open(path, "r+" if path == TMP else "a") as stream:
        stream.write("escaped")


def call(x86: int, arm: int, *arguments: object) -> int:
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    result = LIBC.syscall(ctypes.c_long(x86 if X86 else arm), *words)
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return int(result)


def connect(family: int, kind: int, address: object) -> None:
    with socket.socket(family, kind) as end:
        end.settimeout(2)
        end.connect(address)  # type: ignore[arg-type]
        end.send(b"x")


def link(make: Callable[[str, str], None], target: str, name: str) -> str:
    make(target, name)
    return name


# ---- secrets

attempt("read a key in the home folder")(lambda: read(KEY))
attempt("read a key through a link")(lambda: read(link(os.symlink, KEY, "link-to-key")))
attempt("read a key through a hard link")(lambda: read(link(os.link, KEY, "hard-link-to-key")))
attempt("read a key by a relative path")(lambda: read("../" * 40 + KEY[1:]))
attempt("read a key by the root of a process")(lambda: read(f"/proc/self/root{KEY}"))
attempt("list the home folder")(lambda: os.listdir(HOME))
attempt("list the root of the store's disk")(lambda: os.listdir(os.path.dirname(HOME)).index("home"))
attempt("read the passwords of the system")(lambda: read("/etc/shadow"))
attempt("read the environment of the harness")(lambda: read(f"/proc/{PROCESS}/environ").index("="))
attempt("read the memory of the harness")(lambda: read(f"/proc/{PROCESS}/maps").index("-"))
attempt("read an open file of the harness")(lambda: os.listdir(f"/proc/{PROCESS}/fd"))
attempt("list the working folder of the harness")(lambda: os.listdir(f"/proc/{PROCESS}/cwd"))
attempt("read the command line of another process")(lambda: read(f"/proc/{PROCESS}/cmdline").index("p"))
attempt("read the log of the kernel")(lambda: call(103, 116, 3, ctypes.create_string_buffer(9000), 9000))
attempt("see a file of the home folder")(lambda: os.stat(KEY))

# ---- network

attempt("connect by TCP")(lambda: connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", TCP)))
attempt("send by UDP")(lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", UDP)))
attempt("connect by IPv6")(lambda: socket.socket(socket.AF_INET6, socket.SOCK_STREAM).close())
attempt("connect to a socket by its path")(lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, f"{OUTSIDE}/stream"))
attempt("send to a socket by its path")(lambda: connect(socket.AF_UNIX, socket.SOCK_DGRAM, f"{OUTSIDE}/datagram"))
attempt("connect to an abstract socket")(lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, "\0escape-%d" % PROCESS))
attempt("ask the kernel by netlink")(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close())
attempt("talk to a virtual machine's host")(lambda: socket.socket(40, socket.SOCK_STREAM).close())
attempt("set up io_uring")(lambda: os.close(call(425, 425, 4, ctypes.create_string_buffer(120))))


@attempt("send from a pair of sockets to a path")
def pair() -> None:
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with one, other:
        one.sendto(b"x", f"{OUTSIDE}/datagram")


@attempt("open a port")
def port() -> None:
    with socket.create_server(("127.0.0.1", 0)):
        pass


# ---- files of others

attempt("write into a file outside")(lambda: write(FILE))
attempt("write through a link")(lambda: write(link(os.symlink, FILE, "link-to-file")))
attempt("make a file outside")(lambda: write(f"{OUTSIDE}/new"))
attempt("make a folder outside")(lambda: os.mkdir(f"{OUTSIDE}/new-folder"))
attempt("make a link outside")(lambda: os.symlink("x", f"{OUTSIDE}/new-link"))
attempt("make a FIFO outside")(lambda: os.mkfifo(f"{OUTSIDE}/new-fifo"))
attempt("remove a file outside")(lambda: os.unlink(f"{OUTSIDE}/to-remove"))
attempt("rename a file outside")(lambda: os.rename(f"{OUTSIDE}/to-rename", f"{OUTSIDE}/renamed"))
attempt("move a file from outside into the tree")(lambda: os.rename(f"{OUTSIDE}/to-take", "taken"))
attempt("remove a folder outside")(lambda: os.rmdir(f"{OUTSIDE}/folder"))
attempt("truncate a file outside")(lambda: os.truncate(FILE, 0))
attempt("change permissions outside")(lambda: os.chmod(FILE, 0o777))
attempt("change permissions through an open path")(lambda: os.chmod(f"/proc/self/fd/{os.open(FILE, os.O_PATH)}", 0o770))
attempt("change permissions relative to a folder")(lambda: os.chmod("file", 0o707, dir_fd=os.open(OUTSIDE, os.O_PATH)))
attempt("change times outside")(lambda: os.utime(FILE, (1, 1)))
attempt("change the owner outside")(lambda: os.chown(FILE, os.getuid(), os.getgid()))
attempt("set an attribute outside")(lambda: os.setxattr(FILE, "user.escaped", b"1"))
attempt("write into the interpreter")(lambda: write(os.path.join(os.path.dirname(os.__file__), "zz_escaped.py")))
attempt("write into the harness")(lambda: write(f"{HARNESS}/zz_escaped.py"))
attempt("write into the folder for temporary files")(lambda: write(TMP))
attempt("make a device")(lambda: os.mknod("device", 0o020600, os.makedev(1, 3)))

# ---- other processes


def scheduling() -> None:
    os.sched_setaffinity(PROCESS, os.sched_getaffinity(0))


attempt("look for the harness by a signal")(lambda: os.kill(PROCESS, 0))
attempt("signal the harness")(lambda: os.kill(PROCESS, signal.SIGCONT))
attempt("signal a thread of the harness")(lambda: call(200, 130, PROCESS, signal.SIGCONT))
attempt("signal the process above")(lambda: os.kill(ABOVE, signal.SIGCONT))
attempt("trace the harness")(lambda: call(101, 117, 0x4206, PROCESS, 0, 0))
attempt("read memory of the harness")(lambda: call(310, 270, PROCESS, ctypes.create_string_buffer(64), 1, None, 0, 0))
attempt("copy an open file of the harness")(lambda: call(438, 438, os.pidfd_open(PROCESS), 0, 0))
attempt("move the harness to other processors")(scheduling)
attempt("make the harness slower")(lambda: os.setpriority(os.PRIO_PROCESS, PROCESS, 10))
attempt("limit the harness")(lambda: call(302, 261, PROCESS, 4, struct.pack("QQ", 0, 2**64 - 1), None))

# ---- the kernel

attempt("make a user namespace")(lambda: call(272, 97, 0x10000000))
attempt("mount")(lambda: call(165, 40, b"none", b".", b"tmpfs", 0, None))
attempt("change the root folder")(lambda: os.chroot("."))
attempt("use the keys of the user")(lambda: call(250, 219, 0, -4, 1, 0, 0))
attempt("load a program into the kernel")(lambda: call(321, 280, 0, struct.pack("IIII", 2, 4, 4, 1) + bytes(112), 128))
COUNTER = struct.pack("IIQQ", 1, 112, 1, 0) + bytes(88)
attempt("watch by performance counters")(lambda: os.close(call(298, 241, COUNTER, 0, -1, -1, 0)))
attempt("handle page faults")(lambda: os.close(call(323, 282, 1)))
attempt("share memory with others")(lambda: call(29, 194, 0, 4096, 0o600))

for name, function in ATTEMPTS.items():
    if name in sys.argv[8:]:
        continue
    child = os.fork()
    if child == 0:
        try:
            function()
            said = "ESCAPED"
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
        print(json.dumps([name, said]), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
