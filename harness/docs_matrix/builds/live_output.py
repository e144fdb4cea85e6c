"""How far a running build is, by what Sphinx prints of it: `reading 12 of 117 documents`."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["Hear", "Stages", "stage"]

Hear = Callable[[str], None]
"""Hears how far a build is; called from another thread."""

LONGEST = 200
"""So many bytes may be of a line whose end comes with the next block."""

_COUNTED = re.compile(rb"(\d+) added, (\d+) changed, \d+ removed")
_STEP = re.compile(rb"\b(reading sources|writing output)\.\.\. +\[ *(\d+)%\]")
_WORDS = {b"reading sources": "reading", b"writing output": "writing"}


def stage(printed: bytes, total: int) -> tuple[str, int]:
    """Return how far a build is that `printed` this since the last look, and how many documents it reads.

    `total` is that number as far as it was known; 0 if it was not. The words are empty if nothing is known.

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
    """Hears what a build prints, block by block, and tells `hear` how far it is whenever that is something else."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear
        self._rest = b""
        self._total = 0
        self._words = ""

    def __call__(self, block: bytes) -> None:
        """Hear the next `block`."""
        printed = self._rest + block
        words, self._total = stage(printed, self._total)
        self._rest = printed[-LONGEST:]
        if words and words != self._words:
            self._words = words
            self._hear(words)
