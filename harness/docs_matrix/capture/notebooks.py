"""Finds the lines of a notebook's cells in its file, which is JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["line_of"]

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},:]|[^\s"\[\]{},:]+')


@dataclass
class _Container:
    """An open object or array: the key or index of its next value, and whether a key must come first."""

    is_object: bool
    at: str | int
    wants_key: bool


def line_of(text: str, cell: int, line: int) -> int | None:
    """Return the line of the file that has the line `line` of the cell with the number `cell`; both count from 1.

    Returns None if the notebook `text` does not have such a line.

    >>> line_of('{"cells": [\\n {"source": [\\n  "# One\\\\n",\\n  "Text."\\n ]}\\n]}', cell=1, line=2)
    4
    """
    first = 1
    number, counted_to = 1, 0
    for place, source in _sources(text, cell - 1):
        number += text.count("\n", counted_to, place)
        counted_to = place
        ended = source.count("\n")
        if line < first + ended or (line == first + ended and source and not source.endswith("\n")):
            return number
        first += ended
    return None


def _sources(text: str, cell: int) -> Iterator[tuple[int, str]]:
    """Yield the texts of which the source of a cell consists, each with its position in the file."""
    for place, piece, where in _values(text):
        if where[:3] == ["cells", cell, "source"] and piece.startswith('"'):
            try:
                yield place, json.loads(piece, strict=False)
            except ValueError:
                return


def _values(text: str) -> Iterator[tuple[int, str, list[str | int]]]:
    """Yield the strings, numbers and words of a JSON text: position, value, and the keys and indexes that lead to it."""
    path: list[_Container] = []
    for found in _TOKEN.finditer(text):
        piece = found[0]
        last = path[-1] if path else None
        if piece in "[{":
            path.append(_Container(piece == "{", "" if piece == "{" else 0, piece == "{"))
        elif piece in "]}":
            del path[-1:]
        elif piece == "," and last:
            last.wants_key = last.is_object
            last.at = last.at + 1 if isinstance(last.at, int) else last.at
        elif piece == ":" and last:
            last.wants_key = False
        elif last and last.wants_key:
            last.at = piece[1:-1]
        elif len(path) in (3, 4):
            yield found.start(), piece, [container.at for container in path]
