"""Reads the bytes of a file, or of standard input, as reports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from docs_matrix.errors import InputError
from docs_matrix.robot import quoting
from docs_matrix.robot.diffs import read_patches
from docs_matrix.robot.header import read_header
from docs_matrix.robot.lines import Lines
from docs_matrix.robot.listing import begins_message, may_be_marked, read_list
from docs_matrix.robot.mails import Letter, letters
from docs_matrix.robot.report import Message, Report, ReportFile
from docs_matrix.robot.source import begins_source, read_sources
from docs_matrix.robot.write import BARRED

__all__ = ["read"]

_TITLE = re.compile(r"(?P<title>.{0,80}?\b(?P<what>errors?/warnings?|warnings?/errors?|warnings?|errors?)\b.{0,60}"
                    r"(?:new|old) ones prefixed by (?:>>|<<).{0,120})\s*$", re.IGNORECASE)  # fmt: skip
_SUMMARY = re.compile(r"(?:Unverified )?(?:Error/Warning|Warning|Error)s?:? \((?:recently|likely).{0,100}\):?\s*$")  # fmt: skip
_SUMMARY_END = re.compile(r".{0,60}ids grouped by kconfigs:|elapsed time:|configs tested:")
_HEADER = re.compile(r"(?:tree|url|tree/branch):(?:\s|$)|\[auto build test\b")
_GREETING = re.compile(r"Hi\b.{0,80},?\s*$|# source: ")
_FOOT = re.compile(r"0-DAY (?:CI|kernel)|Made by docs-matrix")
_NO_BUILD = re.compile(r"Can't build as \d+ mandatory dependenc\w+ (?:is|are) missing")
_SUBJECT = re.compile(r"(?:Re: )?\[[^\]]{1,200}\] \S|Subject: ")


def read(data: bytes, name: str) -> ReportFile:
    """Return the reports in `data`, the content of `name`.

    Raises `InputError` if there is no report, or if `data` is too large to be one.
    """
    reports: list[Report] = []
    patches: list[tuple[str, str]] = []
    quoted: list[tuple[str, str]] = []
    unread: list[str] = []
    for letter in letters(data, name):
        unread += [f"not opened: {part}" for part in letter.parts]
        *inner, outer = _layers(letter)
        for lines in (*inner, outer):
            diffs = [(diff, letter.subject or "") for diff in read_patches(lines)]
            (patches if lines is outer else quoted).extend(diffs)
            found, rest = _reports(lines, letter)
            reports += found
            unread += rest
    if not reports:
        raise InputError(f"{name}: holds no report of the 0-day robot (no list of warnings, no header of one)")
    if patches:  # a patch that an answer quotes is not a second patch
        whole = {diff for diff, _ in patches}
        unread += [
            f"quoted of a patch: {line}" for diff, _ in quoted if diff not in whole for line in diff.splitlines()
        ]
    found_patches = patches or quoted
    texts, subjects = (tuple(pair[side] for pair in found_patches) for side in (0, 1))
    return ReportFile(tuple(reports), texts, tuple(unread), subjects)


def _layers(letter: Letter) -> Iterator[Lines]:
    """Yield the lines of a letter: the quoted lines without the quoting, and the other lines."""
    lines = letter.text.split("\n")
    for _ in range(5):
        parted = quoting.unquoted(lines)
        if parted is None:
            break
        inside, lines = parted
        deeper = quoting.unquoted(inside)
        if deeper is not None and _told(deeper[0]) > _told(inside) // 2:
            lines = [*deeper[1], *lines]
            inside = deeper[0]
        yield Lines(quoting.remarked(inside, may_be_marked))
    yield Lines(lines)


def _told(lines: Sequence[str]) -> int:
    return sum(1 for line in lines if line.strip())


def _reports(lines: Lines, letter: Letter) -> tuple[list[Report], tuple[str, ...]]:
    """Return the reports in `lines`, and the lines that are in none."""
    reports: list[Report] = []
    unread: list[str] = []
    for start, end in _segments(lines):
        part = [line for at, line in enumerate(lines.lines[start:end], start) if not lines.is_taken(at)]
        report = _report(part, letter)
        if report is None:
            unread += [line for line in part if line.strip()]
        else:
            reports.append(report)
    return reports, tuple(unread)


def _segments(lines: Lines) -> Iterator[tuple[int, int]]:
    """Yield the parts that have at most one report each. A part ends with the foot of a report, or before the header of another."""
    start = 0
    listed = False
    for at, line in enumerate(lines.lines):
        if lines.is_taken(at):
            continue
        if listed and (_HEADER.match(line[:200]) or _GREETING.match(line[:200])):
            yield start, at
            start, listed = at, False
        listed = listed or bool(_TITLE.match(line[:300]))
        if _FOOT.match(line[:200]):
            end = at + 1
            while end < len(lines.lines) and lines.lines[end].strip() and end < at + 3:
                end += 1
            yield start, end
            start, listed = end, False
    yield start, len(lines.lines)


def _report(part: Sequence[str], letter: Letter) -> Report | None:
    """Return the report in the lines `part`; None where there is none."""
    start = _list_start(part)
    header = any(_HEADER.match(line[:200]) for line in part)
    if start is None and not header:
        return None
    if start is not None:
        part = [*part[:start], *quoting.unwrapped(part[start:], begins_message)]
    lines = Lines(part)
    title = _TITLE.match(part[start - 1][:300]) if start else None
    end = len(part) if start is None else _list_end(part, start)
    report = read_header(lines, len(part) if start is None else start, letter.date)
    messages: tuple[Message, ...] = ()
    if start is not None:
        if title:
            lines.take(start - 1)
        level = "ERROR" if title and title["what"].lower() in ("error", "errors") else "WARNING"
        barred = bool(title) and BARRED in part[start - 1]
        messages = read_list(lines, start, end, level, barred=barred)
        sources = read_sources(lines, end)
    else:
        messages = _summary(lines)
        sources = ()
    footed = any(_FOOT.match(line[:200]) for line in part)
    notices = tuple(_notices(part, footed=footed, header=header))
    if messages and header and not footed and end == len(part) and part[-1].strip():
        messages = (*messages[:-1], replace(messages[-1], cut=True))
    return replace(
        report,
        subject=letter.subject or report.subject or _subject(lines, start or 0),
        title=title["title"].strip() if title else None,
        messages=messages,
        sources=sources,
        notices=notices,
        unread=lines.unread(),
    )


def _list_start(part: Sequence[str]) -> int | None:
    """Return the index of the first line of the list: after its title, or else at the first marked line."""
    for at, line in enumerate(part):
        if _TITLE.match(line[:300]):
            return at + 1
    for at, line in enumerate(part):
        if line.startswith(">> ") and begins_message(line[3:]):
            while at and part[at - 1].startswith("   ") and part[at - 1].strip():
                at -= 1
            return at
    return None


def _list_end(part: Sequence[str], start: int) -> int:
    """Return the index after the list: at the numbered source, or at the signature."""
    for at in range(start, len(part)):
        line = part[at]
        if begins_source(line) or _FOOT.match(line[:200]):
            break
        if line.rstrip() in ("--", "---") and at + 1 < len(part) and _FOOT.match(part[at + 1][:200]):
            break
        if line == "-- ":
            break
    else:
        return len(part)
    return at


def _summary(lines: Lines) -> tuple[Message, ...]:
    """Return the messages of a report about a whole branch. Such a report marks no message."""
    found: list[Message] = []
    at = 0
    while at < len(lines.lines):
        if not _SUMMARY.match(lines.lines[at][:200]):
            at += 1
            continue
        lines.take(at)
        end = at + 1
        while (
            end < len(lines.lines) and not _SUMMARY_END.match(lines.lines[end]) and not _SUMMARY.match(lines.lines[end])
        ):
            end += 1
        for number in range(at + 1, end):
            text = lines.lines[number].strip()
            message = read_list(Lines([text]), 0, 1, "WARNING", barred=False) if text else ()
            if message:
                found += message
                lines.take(number)
        at = end
    return tuple(found)


def _notices(part: Sequence[str], *, footed: bool, header: bool) -> Iterator[str]:
    for line in part:
        if found := _NO_BUILD.search(line[:500]):
            yield (
                f"the robot could not run the documentation build ({found[0]}), "
                "so missing warnings do not mean that there are none"
            )
            break
    if header and not footed:
        yield "the report ends without its signature: it may have been cut off"


def _subject(lines: Lines, end: int) -> str | None:
    """Return a subject that is a line above the report, as on a page of an archive."""
    for at in range(min(end, 12)):
        text = lines.lines[at].strip()
        if not lines.is_taken(at) and _SUBJECT.match(text[:300]):
            lines.take(at)
            return text.removeprefix("Subject: ")
    return None
