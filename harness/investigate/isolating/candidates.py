"""Which documents may matter to another one, the likeliest first.

What one document leaves behind in the process for another goes through code that runs for both: their directives and
roles. So documents are likelier the more they use of what the other one uses, and of what few use.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

__all__ = ["likeliest"]

USED = re.compile(r"^\s*\.\. ([\w:.+-]+)::|:([\w:.+-]+):`|^\s*[`:]{3,}\{([\w:.+-]+)\}", re.MULTILINE)
"""A directive or a role, in reStructuredText and in MyST."""
SIZES = (16, 128, 512)
"""So many of the likeliest are looked at first; then all."""


def likeliest(document: str, texts: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The documents of `texts` (source text by path) that may matter to `document`, as growing sets in the order of
    reading: the first few likeliest, more, all.

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
    ranked = sorted(weight, key=lambda path: (-weight[path], path))
    sizes = [size for size in SIZES if size < len(ranked)]
    return [tuple(sorted(ranked[:size])) for size in (*sizes, len(ranked))] if ranked else [()]


def _used(text: str) -> frozenset[str]:
    return frozenset(name for match in USED.finditer(text) for name in match.groups() if name)
