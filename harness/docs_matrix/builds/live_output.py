"""The progress of a running build, from the output of Sphinx: `reading 12 of 117 documents`."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["Hear", "Stages", "stage"]

Hear = Callable[[str], None]
"""Is called with the progress of a build, from another thread."""

LONGEST = 200
"""The bytes of an unfinished line that are kept until the next block."""

_COUNTED = re.compile(rb"(\d+) added, (\d+) changed, \d+ removed")
_STEP = re.compile(rb"\b(reading sources|writing output)\.\.\. +\[ *(\d+)%\]")
_WORDS = {b"reading sources": "reading", b"writing output": "writing"}


def stage(printed: bytes, total: int) -> tuple[str, int]:
    """Return the progress that the text `printed` since the last call shows, and the number of documents.

    The progress is empty if the text shows none. `total` is the number of documents if it was known before, else 0.

    >>> stage(b"updating environment: 117 added, 0 changed, 0 removed", 0)
    ('', 117)
    >>> stage(b"reading sources... [ 10%] a\\nreading sources... [ 50%] b", 117)
    ('reading 58 of 117 documents', 117)
    """
    counted = _COUNTED.search(printed)
    if counted:
        total = int(counted[1]) + int(counted[2])
    steps = _STEP.findall(printed)
    if not steps:
        return "", total
    doing, share = steps[-1]
    if doing == b"reading sources" and total:
        return f"reading {total * int(share) // 100} of {total} documents", total
    return f"{_WORDS[doing]}, {int(share)} %", total


class Stages:
    """Takes the output of a build, block by block, and calls `hear` when the progress has changed."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear
        self._rest = b""
        self._total = 0
        self._words = ""

    def __call__(self, block: bytes) -> None:
        """Take the next `block`."""
        printed = self._rest + block
        words, self._total = stage(printed, self._total)
        self._rest = printed[-LONGEST:]
        if words and words != self._words:
            self._words = words
            self._hear(words)
