"""Decide whether a diagnostic of a build is a message of a report, and list the differences.

The visible text is compared: the level and the category as that release printed them, and the lines that the report shows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from docs_matrix.diagnostics import message_keys
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.robot.report import Message

__all__ = ["differences", "pairs", "printed_category", "printed_level"]

_LEVEL = re.compile(r"(?:^|: )\(?\[?(WARNING|ERROR|CRITICAL|SEVERE|warning|error|Warning|Error)\b")


def pairs(reported: Sequence[Message], said: Sequence[Diagnostic]) -> list[int | None]:
    """Return, for each message, the index of its diagnostic in `said`, each used once; the most similar are paired first."""
    candidates: list[tuple[int, int, int, int]] = []
    by_path: dict[str | None, list[int]] = {}
    for index, diagnostic in enumerate(said):
        by_path.setdefault(diagnostic.path, []).append(index)
    for at, message in enumerate(reported):
        for index in by_path.get(message.path, ()) if message.path else ():
            found = differences(message, said[index])
            if found is not None:
                apart = abs((message.line or 0) - (said[index].line or 0))
                candidates.append((len(found), apart, at, index))
    chosen: list[int | None] = [None] * len(reported)
    used: set[int] = set()
    for _, _, at, index in sorted(candidates):
        if chosen[at] is None and index not in used:
            chosen[at] = index
            used.add(index)
    return chosen


def differences(message: Message, diagnostic: Diagnostic) -> tuple[str, ...] | None:
    """Return the differences of `diagnostic` from the `message` of a report, in words; None if it is another mistake."""
    if message.path != diagnostic.path or message_keys.gist(message.message) != message_keys.gist(diagnostic.message):
        return None
    told: list[str] = []
    if message.line != diagnostic.line:
        told.append(f"line {diagnostic.line} instead of {message.line}")
    level = printed_level(diagnostic)
    if message.level is not None and level != message.level:
        told.append(f"level {level} instead of {message.level}")
    shown = _lines(message.message)
    full = _lines(diagnostic.message)
    if shown != (full[: len(shown)] if message.cut else full):
        told.append("other words: " + _first_difference(shown, full))
    category = printed_category(diagnostic)
    if not message.cut and category != message.category:
        wanted = f"[{message.category}]" if message.category else "no category"
        told.append(f"{f'[{category}]' if category else 'no category'} instead of {wanted}")
    return tuple(told)


def printed_level(diagnostic: Diagnostic) -> str:
    """Return the level as that release printed it: Sphinx before 4.4 prints WARNING for an ERROR."""
    found = _LEVEL.search(diagnostic.printed.partition("\n")[0])
    word = found[1].upper() if found else diagnostic.level
    return "CRITICAL" if word == "SEVERE" else word


def printed_category(diagnostic: Diagnostic) -> str | None:
    """Return the category, if that release printed it."""
    category = diagnostic.category
    return category if category and diagnostic.printed.rstrip().endswith(f"[{category}]") else None


def _lines(text: str) -> list[str]:
    """Return the lines as a report has them: without empty ones, with single spaces."""
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


def _first_difference(shown: Sequence[str], full: Sequence[str]) -> str:
    for ours, theirs in zip(shown, full, strict=False):
        if ours != theirs:
            return f"{theirs[:80]!r} instead of {ours[:80]!r}"
    return "fewer lines" if len(full) < len(shown) else "more lines"
