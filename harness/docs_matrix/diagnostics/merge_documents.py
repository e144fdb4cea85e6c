"""A mistake in a file that several documents include is one mistake, although each of the documents reports it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace

from docs_matrix.diagnostics.findings import Judged

__all__ = ["merge_documents"]


def merge_documents(judged: Sequence[Judged]) -> tuple[Judged, ...]:
    """Return `judged`, which one cell said, with what several documents say alike of one place once.

    What one document says twice stays two. A new message of one document and a known one of another stay two as well.
    """
    groups: dict[Hashable, list[Judged]] = defaultdict(list)
    seen: Counter[Hashable] = Counter()
    for item in judged:
        key = _key(item)
        said = (key, item.diagnostic.document)
        groups[key, seen[said]].append(item)
        seen[said] += 1
    return tuple(_merged(group) for group in groups.values())


def _key(item: Judged) -> Hashable:
    said = item.diagnostic
    if said.path is None or said.document is None:
        return id(item)
    return (item.verdict, said.path, said.line, said.level, said.category, said.message, said.via)


def _merged(group: list[Judged]) -> Judged:
    first = group[0]
    if len(group) == 1:
        return first
    return replace(first, documents=tuple(sorted({name for item in group for name in item.all_documents})))
