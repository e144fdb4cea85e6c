"""Reads the `vim +N` block of a report: numbered source lines with marks, with or without blame."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docs_matrix.robot.lines import Lines
from docs_matrix.robot.report import Source, SourceLine

__all__ = ["begins_source", "read_sources"]

_VIM = re.compile(r"vim (?:\+/\S{0,200} )?\+(\d{1,9}) (\S.{0,1000}?)\s*$")
_NUMBERED = re.compile(r"[ \t]{0,12}(?P<mark>[>@]{0,2})[ \t]{0,12}(?P<number>\d{1,9})(?:\t|  ?|$)(?P<text>.*)$")
_BLAME = re.compile(
    r"(?P<blame>\^?[0-9a-f]{8,40} .{0,300}?\d{4}-\d\d-\d\d)[ \t]{1,12}(?P<mark>[>@ ]{0,3}?)[ ]{0,10}(?P<number>\d{1,9})"
    r"(?:  ?|\t|$)(?P<text>.*)$"
)


def begins_source(line: str) -> bool:
    """Return whether `line` is the head of such a block."""
    return bool(_VIM.match(line[:1_300]))


def read_sources(lines: Lines, start: int) -> tuple[Source, ...]:
    """Return the blocks after the line `start`."""
    return tuple(_sources(lines, start))


def _sources(lines: Lines, start: int) -> Iterator[Source]:
    at = start
    while at < len(lines.lines):
        head = _VIM.match(lines.lines[at][:1_300])
        if head is None:
            at += 1
            continue
        lines.take(at)
        numbered: list[SourceLine] = []
        trailer: list[str] = []
        at += 1
        while at < len(lines.lines) and not begins_source(lines.lines[at]):
            text = lines.lines[at]
            line = _numbered(text, numbered[-1].number if numbered else 0)
            if line is not None:
                numbered.append(line)
            elif text.startswith("::::::"):
                trailer.append(text[6:].strip())
            elif text.strip() not in ("", "..."):
                break
            lines.take(at)
            at += 1
        yield Source(head[2], int(head[1]), tuple(numbered), tuple(trailer))


def _numbered(text: str, last: int) -> SourceLine | None:
    """Return `text` as a numbered line; None if it has no number above `last`."""
    found = _BLAME.match(text) or _NUMBERED.match(text)
    if found is None or int(found["number"]) <= last:
        return None
    blame = found.groupdict().get("blame") or ""
    return SourceLine(int(found["number"]), found["text"], ">" in found["mark"], "@" in found["mark"], blame)
