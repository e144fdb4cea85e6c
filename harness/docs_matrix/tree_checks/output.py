"""Turns the output of a tree check into diagnostics."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from docs_matrix.capture.stderr_parser import blocks
from docs_matrix.config.tree_check import TreeCheck
from docs_matrix.diagnostics.diagnostic import Diagnostic

__all__ = ["messages"]

DEFINED = re.compile(r"(.* is defined \d+ times: +)((?:\S+:\d+\s*)+)")
LEVELS = {"error": "ERROR", "fatal": "CRITICAL", "critical": "CRITICAL", "severe": "CRITICAL"}
"""The words for levels that tools print, with their levels; every other word is a warning."""


def messages(
    text: str, check: TreeCheck, root: str, named: Sequence[str] = ()
) -> tuple[tuple[Diagnostic, ...], tuple[str, ...]]:
    """Return the diagnostics in `text`, which `check` printed in the folder `root` about the files `named`, and the other lines."""
    text = text.replace(f"{root}/", "")
    found = _usual(text, check) if check.lines is None else _formed(text, check, re.compile(check.lines, re.MULTILINE))
    diagnostics, others = [], []
    for item in found:
        if isinstance(item, Diagnostic):
            diagnostics.append(_a_line_before(item) if check.ahead and item.path in named[1:] else item)
        elif item.strip():
            others.append(item)
    return tuple(diagnostics), tuple(others)


def _a_line_before(said: Diagnostic) -> Diagnostic:
    """Return `said` at the line before, in its text as well."""
    if said.line is None:
        return said
    number = re.compile(rf"(?<=:){said.line}(?=:)|(?<=\bon line ){said.line}\b")
    before = str(said.line - 1)
    message, printed = (number.sub(before, text) for text in (said.message, said.printed))
    return replace(said, line=said.line - 1, message=message, printed=printed)


def _usual(text: str, check: TreeCheck) -> Iterator[Diagnostic | str]:
    """Yield the messages in `text` that have a form of a build's messages, and the other lines."""
    for block in blocks(text.splitlines()):
        said = block.diagnostic
        if said is None or block.traceback:
            yield from block.lines
        else:
            printed = "\n".join(block.lines)
            path, line, message = _in_order(said.path, said.line, said.message)
            yield Diagnostic(path, line, said.level, check.category, message, printed, origin="check")


def _in_order(path: str | None, line: int | None, message: str) -> tuple[str | None, int | None, str]:
    """Return the first place of an ABI symbol that is defined several times, and its message with the places sorted.

    The Perl program lists them in the order of the file system, and counts their lines from 0, which is no line of a file. Any
    other message is returned as it is.

    >>> _in_order("b", 2, "/sys/x is defined 2 times:  ./a2:0  ./a:7  ./a:0")
    ('a', None, '/sys/x is defined 2 times:  ./a:0  ./a:7  ./a2:0')
    """
    found = DEFINED.fullmatch(message)
    if found is None:
        return path, line, message
    places = sorted(
        (posixpath.normpath(file), int(number), place)
        for place in found[2].split()
        for file, number in [place.rsplit(":", 1)]
    )
    return places[0][0], places[0][1] or None, found[1] + "  ".join(place for *_, place in places)


def _formed(text: str, check: TreeCheck, form: re.Pattern[str]) -> Iterator[Diagnostic | str]:
    """Yield the messages of `form` in `text`, and the lines between them."""
    at = 0
    while at < len(text):
        match = form.match(text, at)
        if match and match.end() > at:
            yield _diagnostic(match, check)
            at = match.end() + (text[match.end() : match.end() + 1] == "\n")
        else:
            end = text.find("\n", at) % (len(text) + 1)
            yield text[at:end]
            at = end + 1


def _diagnostic(match: re.Match[str], check: TreeCheck) -> Diagnostic:
    said = {name: value for name, value in match.groupdict().items() if value}
    path = posixpath.normpath(said["path"].strip()) if "path" in said else None
    word = said.get("level", "").lower()
    return Diagnostic(
        path=path,
        line=int(said["line"]) if said.get("line", "").isdecimal() else None,
        level=LEVELS.get(word, "WARNING") if word else check.level,
        category=f"{check.category}.{said['rule']}" if "rule" in said else check.category,
        message=said.get("message", "").strip(),
        printed=match[0],
        origin="check",
    )
