"""Merges the diagnostics of several documents about one file: a mistake in a file that they include is one mistake."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace

from docs_matrix.diagnostics.findings import Judged
from docs_matrix.diagnostics.place_names import DOCSTRING, SUMMARY

__all__ = ["merge_documents"]


def merge_documents(judged: Sequence[Judged]) -> tuple[Judged, ...]:
    """Return `judged`, the diagnostics of one cell, with equal messages of several documents about one place merged into one.

    Equal messages of one document stay two. So do a new message of one document and a known one of another. A message of a row
    of autosummary is merged with the equal message of the object's docstring.
    """
    groups: dict[Hashable, list[Judged]] = defaultdict(list)
    seen: Counter[Hashable] = Counter()
    for item in judged:
        key = _key(item)
        said = (key, item.diagnostic.document)
        groups[key, seen[said]].append(item)
        seen[said] += 1
    return _without_summaries([_merged(group) for group in groups.values()])


def _key(item: Judged) -> Hashable:
    said = item.diagnostic
    if said.path is None or said.document is None:
        return id(item)
    return (item.verdict, said.path, said.line, said.level, said.category, said.message, said.via)


def _without_summaries(judged: Sequence[Judged]) -> tuple[Judged, ...]:
    """Merge messages of an object's row in autosummary with equal messages of its docstring, one to one, from the first line on."""
    docstrings: dict[Hashable, list[int]] = defaultdict(list)
    for at in sorted(range(len(judged)), key=lambda at: judged[at].diagnostic.line or 0):
        words = (judged[at].diagnostic.place or "").partition(", ")[0]
        if words.startswith(DOCSTRING):
            docstrings[words.removeprefix(DOCSTRING), _meaning(judged[at])].append(at)
    joined = list(judged)
    rows: Counter[Hashable] = Counter()
    gone = set()
    for at, item in enumerate(judged):
        name = (item.diagnostic.place or "").partition(SUMMARY)[2]
        same = (name, _meaning(item))
        place = (same, item.diagnostic.path, item.diagnostic.line)
        if name and rows[place] < len(docstrings[same]):
            target = docstrings[same][rows[place]]
            documents = {*joined[target].all_documents, *item.all_documents}
            joined[target] = replace(joined[target], documents=tuple(sorted(documents)))
            rows[place] += 1
            gone.add(at)
    return tuple(item for at, item in enumerate(joined) if at not in gone)


def _meaning(item: Judged) -> Hashable:
    said = item.diagnostic
    return (item.verdict, said.level, said.category, said.message)


def _merged(group: list[Judged]) -> Judged:
    first = group[0]
    if len(group) == 1:
        return first
    return replace(first, documents=tuple(sorted({name for item in group for name in item.all_documents})))
