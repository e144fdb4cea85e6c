"""Find the documents that may influence another one, the likeliest first.

A document can leave something in the process for another one only through code that runs for both, mostly that of a directive.
So documents are likelier the more directives they share with the other one; a rare directive counts for more. Among equal ones,
those in folders near it are first.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

__all__ = ["likeliest"]

DIRECTIVE = re.compile(r"^\s*\.\. ([\w:.+-]+)::|^\s*[`:]{3,}\{([\w:.+-]+)\}", re.MULTILINE)
"""A directive, in reStructuredText and in MyST."""
ENDS = (16, 64, 192, 512)
"""The ranks at which sets of the likeliest end; the last set has all."""


def likeliest(document: str, texts: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return the documents of `texts` (source text by path) that may influence `document`, as sets in the order of reading.

    The first set holds the few likeliest documents, the next ones hold more, the last one holds all.

    >>> likeliest("b", {"a": "", "b": ".. leak::", "c": ".. leak:: x", "d": ""})
    [('a', 'c', 'd')]
    """
    used = {path: _directives(text) for path, text in texts.items()}
    common = Counter(name for names in used.values() for name in names)

    def weight(names: frozenset[str]) -> float:
        return sum(1 / common[name] for name in names)

    def likeness(path: str) -> float:
        return weight(used[path] & used[document]) / (weight(used[path] | used[document]) or 1.0)

    def rank(path: str) -> tuple[float, int, str]:
        return -likeness(path), -len(posixpath.commonpath((path, document))), path

    ranked = sorted((path for path in texts if path != document), key=rank)
    ends = [end for end in ENDS if end < len(ranked)]
    parts = [tuple(sorted(ranked[start:end])) for start, end in pairwise((0, *ends))]
    return [*parts, tuple(sorted(ranked))]


def _directives(text: str) -> frozenset[str]:
    return frozenset(name for match in DIRECTIVE.finditer(text) for name in match.groups() if name)
