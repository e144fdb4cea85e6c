"""Which documents may matter to another one, the likeliest first.

What one document leaves behind in the process for another goes through code that runs for both: their directives and
roles. So documents are likelier the more they use of what the other one uses, and of what few use; of equal ones those in
folders near it come first.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

__all__ = ["likeliest"]

USED = re.compile(r"^\s*\.\. ([\w:.+-]+)::|:([\w:.+-]+):`|^\s*[`:]{3,}\{([\w:.+-]+)\}", re.MULTILINE)
"""A directive or a role, in reStructuredText and in MyST."""
ENDS = (16, 64, 192, 512)
"""The ranks at which sets of the likeliest end; then come all."""


def likeliest(document: str, texts: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The documents of `texts` (source text by path) that may matter to `document`, as sets in the order of reading: the
    first few likeliest, those behind them, all.

    >>> likeliest("b", {"a": "", "b": ".. leak::", "c": ".. leak:: x", "d": ""})
    [('a', 'c', 'd')]
    """
    used = {path: _used(text) for path, text in texts.items()}
    common = Counter(name for names in used.values() for name in names)
    weight = {
        path: sum(1 / common[name] for name in names & used[document])
        for path, names in used.items()
        if path != document
    }
    ranked = sorted(weight, key=lambda path: (-weight[path], -len(posixpath.commonpath((path, document))), path))
    ends = [end for end in ENDS if end < len(ranked)]
    parts = [tuple(sorted(ranked[start:end])) for start, end in pairwise((0, *ends))]
    return [*parts, tuple(sorted(ranked))]


def _used(text: str) -> frozenset[str]:
    return frozenset(name for match in USED.finditer(text) for name in match.groups() if name)
