"""Landlock: restricts the files that a process, and all processes that it starts, may read and write. It cannot be undone.

This module imports only the standard library: the launcher imports it.
"""

from __future__ import annotations

import os
import stat
import struct

from docs_matrix.confinement.kernel_calls import call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["SIGNALS", "TRUNCATES", "restrict", "version"]

TRUNCATES, SIGNALS = 3, 6
"""The first versions that restrict truncating a file by its path, and signals and abstract sockets."""

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHAR, _MAKE_BLOCK = 1 << 6, 1 << 11
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15

_READ = _EXECUTE | _READ_FILE | _READ_DIR
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV

_TCP = 3
_SCOPES = 3
"""The rights for TCP (binding and connecting), and the scopes (abstract sockets and signals)."""


def version() -> int:
    """Return the version of Landlock of this kernel; 0 if it has none, or does not use it."""
    try:
        return call("landlock_create_ruleset", None, 0, 1)
    except OSError:
        return 0


def restrict(read: Iterable[str], write: Iterable[str], devices: Iterable[str], *, network: bool) -> None:
    """Let this process read only below the paths `read`, and write only below `write`; missing paths are ignored.

    `devices` are device files that it may read and write. Without `network` there is no TCP. Raises `OSError`.
    """
    known = version()
    files = _known_rights(known)
    tcp = _TCP if known >= 4 and not network else 0
    scopes = _SCOPES if known >= SIGNALS else 0
    attributes = struct.pack("QQQ", files, tcp, scopes)[: 8 if known < 4 else 16 if known < SIGNALS else 24]
    rules = call("landlock_create_ruleset", attributes, len(attributes), 0)
    try:
        for paths, rights in (
            (read, _READ),
            (write, files & ~(_MAKE_CHAR | _MAKE_BLOCK | _IOCTL_DEV)),
            (devices, _READ_FILE | _WRITE_FILE | _IOCTL_DEV | _TRUNCATE),
        ):
            for path in paths:
                _allow(rules, path, rights & files)
        call("landlock_restrict_self", rules, 0)
    finally:
        os.close(rules)


def _known_rights(known: int) -> int:
    """Return all rights to files that this version of Landlock can restrict."""
    rights = (1 << 13) - 1
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
        if known >= since:
            rights |= right
    return rights


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # a missing path needs no rule
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _OF_FILES
        call("landlock_add_rule", rules, 1, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)
