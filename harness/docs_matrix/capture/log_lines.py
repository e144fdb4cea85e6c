"""Finds out which lines of standard error belong to Sphinx's messages."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence

from docs_matrix.probe.places import plain

__all__ = ["FREE", "GLUED", "SPHINX", "claim", "log_lines", "nonempty"]

TRIES = 64
"""For a message of several lines, at most this many places are tried, if its first line appears in the log several times."""

FREE, SPHINX, GLUED = 0, 1, 2
"""The owner of a line: nobody so far; Sphinx; or neither, since another process began the line and a message ends it."""


def log_lines(data: bytes) -> list[str]:
    """Return the lines of `data` without colours. Bytes that are not UTF-8 become escapes."""
    return [line.rstrip("\r") for line in plain(data.decode("utf-8", "backslashreplace")).split("\n")]


def nonempty(text: str) -> list[str]:
    """Return the lines of `text` that are not empty."""
    return [line for part in text.split("\n") if (line := part.rstrip("\r")).strip()]


def claim(lines: Sequence[str], messages: Sequence[Sequence[str]]) -> tuple[list[int | None], list[int]]:
    """Find Sphinx's messages in the log. Return the index of the first line of each message, or None, and the owner of each line.

    Messages are in the log in their order, but lines of other processes can be between them. First, each message is searched
    for after the message before it, as consecutive lines; empty lines do not count. The messages that are left are searched for
    line by line, in any place. A line that begins with the output of another process and ends with a message is `GLUED`: it
    belongs to neither.
    """
    filled = [index for index, line in enumerate(lines) if line.strip()]
    text = [lines[index] for index in filled]
    where: dict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(text):
        where[line].append(index)
    owner = [FREE] * len(text)
    positions: list[int | None] = [None] * len(messages)
    cursor = 0
    missing: list[tuple[int, str]] = []
    for number, message in enumerate(messages):
        start = _find(text, message, where, cursor) if message else None
        if start is None:
            missing += [(number, line) for line in message]
            continue
        cursor = start + len(message)
        owner[start:cursor] = [SPHINX] * len(message)
        positions[number] = start
    _claim_single(text, missing, where, owner, positions)
    owned = [FREE] * len(lines)
    for index, value in zip(filled, owner, strict=True):
        owned[index] = value
    return [None if position is None else filled[position] for position in positions], owned


def _find(text: Sequence[str], message: Sequence[str], where: dict[str, list[int]], cursor: int) -> int | None:
    candidates = where.get(message[0], [])
    first = bisect_left(candidates, cursor)
    for start in candidates[first : first + TRIES]:
        if all(text[start + offset : start + offset + 1] == [line] for offset, line in enumerate(message)):
            return start
    return None


def _claim_single(
    text: Sequence[str],
    missing: Iterable[tuple[int, str]],
    where: dict[str, list[int]],
    owner: list[int],
    positions: list[int | None],
) -> None:
    """Claim the lines of the messages `missing`, each line alone, or else at the end of a line of another process."""
    free = {
        line: iter([index for index in where[line] if owner[index] == FREE])
        for line in {m[1] for m in missing}
        if line in where
    }
    glued: dict[str, list[int]] = defaultdict(list)
    for number, line in missing:
        index = next(free[line], None) if line in free else None
        if index is None:
            glued[line].append(number)
            continue
        owner[index] = SPHINX
        if positions[number] is None:
            positions[number] = index
    lengths = sorted({len(line) for line in glued}, reverse=True)
    for index, line in enumerate(text):
        if owner[index] != FREE:
            continue
        ending = next((line[-length:] for length in lengths if glued.get(line[-length:])), None)
        if ending is not None:
            owner[index] = GLUED
            number = glued[ending].pop(0)
            if positions[number] is None:
                positions[number] = index
