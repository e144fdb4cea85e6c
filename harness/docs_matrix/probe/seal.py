"""Runs inside a cell, beside the probe: seals the records of a call of sphinx-build, so that foreign lines are noticed.

The key comes from standard input, which is closed then: no file and no variable has it. Code in this process can still find it.

Only the standard library, Python 3.6 and later.
"""

import hashlib
import hmac
import os

__all__ = ["Seal", "key_from_input"]

LENGTH = 32


def key_from_input() -> bytes:
    """Read the key from standard input, and leave nothing there."""
    key = os.read(0, LENGTH)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return key


class Seal(object):
    """The seal over all lines that one process recorded."""

    def __init__(self, key: bytes) -> None:
        self.mac = hmac.new(key, digestmod=hashlib.sha256)

    def add(self, line: bytes) -> None:
        self.mac.update(line)

    def text(self) -> str:
        return self.mac.hexdigest()
