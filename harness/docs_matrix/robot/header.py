"""Reads the header of a report: what was built, with which toolchain, how to reproduce it, and the tags for an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from docs_matrix.robot.lines import Lines
from docs_matrix.robot.quoting import is_full
from docs_matrix.robot.report import Report, Tested

__all__ = ["read_header"]

_FIELD = re.compile(
    r"(?:(?P<key>tree/branch|branch HEAD|tree|head|commit|date|url|base|patch link|patch subject|config|compiler|docutils"
    r"|sphinx|reproduce|rustc|gcc|clang|sparse|smatch|[a-z]{2,20} version|patch|docs|cell|note|blobs)\b"
    r"(?P<note> ?\([^()]{0,200}\))?|::::::[ ](?P<other>[A-Za-z][\w ]{1,60})):(?P<text>[ \t].*|)$"
)
_BRACKET = re.compile(
    r"\[(?P<how>auto build|also build|also auto build|also applies|cannot apply)(?: test)?(?: (?P<level>[A-Z]+))?"
)
_NAMES = re.compile(r"\s(?:on|to)\s+(.*)", re.DOTALL)
_TAG = re.compile(r"(?:\|\s?)?(?P<tag>[A-Z][a-z]{1,30}(?:-[a-z]{1,30}){0,3}:(?: .*)?)$")
_TAG_NAMES = ("Reported-by", "Link", "Closes", "Fixes", "Tested-by", "Suggested-by", "Debugged-by", "Bisected-by")
_COMMIT = re.compile(r"\b[0-9a-f]{12,40}\b")
_CHECKOUT = re.compile(r"(?:git checkout |/commit/(?:\?id=)?)([0-9a-f]{12,40})\b")
_DOCUTILS = re.compile(r"[Dd]ocutils[ =]{1,2}v?(\d[\w.]{0,20})")
_PYTHON = re.compile(r"[Pp]ython[ =]{1,2}v?(\d[\w.+]{0,20})")
_MINUTE = re.compile(r"/(20\d\d[01]\d[0-3]\d[0-2]\d[0-5]\d)\.[\w-]{1,40}?[-%]lkp")
_SECOND = re.compile(r"/(20\d\d[01]\d[0-3]\d)-([0-2]\d[0-5]\d)\d\d\b")
_ROBOT = re.compile(r"(kernel test robot|kbuild test robot|docs-matrix) noticed|(kernel test robot|kbuild test robot)")
_SAID = (
    re.compile(
        r"Hi\b.{0,80},?$|I love your patch!|Thank you for the patch!|Perhaps something to improve|Yet something to"
    ),
    re.compile(r"(?:kernel test robot|kbuild test robot|docs-matrix) noticed|FYI, the error/warning|First bad commit"),
    re.compile(
        r"\[?[Ii]f your patch is applied|And when submitting patch|improve the system|base tree in git|https://git-scm"
    ),
    re.compile(r"\[?Note: the linux-review|If you fix the issue|the same patch/commit\)|kindly add following"),
    re.compile(r"If a separate patch fixes this|\d+ new diagnostics? in |Hello,$"),
    re.compile(r"https://stackoverflow\.com/|vim \+$|(?:# )?source: |# (?:subject|from)\b"),
)
_FOOT = re.compile(
    r"0-DAY (?:CI|kernel)|https?://\S*(?:01\.org|lkp-tests)|.{0,60}Open Source Technology Center|Made by docs"
)
_PLACES = {
    "tree/branch": "tree", "branch HEAD": "head", "patch link": "patch_link", "patch subject": "patch_subject",
    "tree": "tree", "head": "head", "url": "url", "base": "base", "config": "config", "compiler": "compiler",
}  # fmt: skip


def read_header(lines: Lines, end: int, date: datetime | None = None) -> Report:
    """Return what the lines before `end` (the beginning of the list) say. The foot after the list is read, too.

    `date` is the date of the mail; without it, the date comes from links in the report.
    """
    report = Report(date=date)
    fields: list[tuple[str, str]] = []
    tags: list[str] = []
    tested: list[Tested] = []
    at = 0
    while at < end:
        line = lines.lines[at]
        field = _FIELD.match(line[:3_000])
        if field:
            last = _field_end(lines, at, end, field["key"] or field["other"])
            report = _with_field(report, field, lines, at, last, fields)
        elif bracket := _BRACKET.match(line[:3_000]):
            last = _bracket_end(lines, at, end)
            tested.append(_trees(bracket, "\n".join(lines.lines[at:last])))
        elif (tag := _TAG.match(line[:3_000])) and tag["tag"].startswith(_TAG_NAMES):
            last = _tag_end(lines, at, end)
            tags.append(" ".join((tag["tag"].strip(), *(more.strip() for more in lines.lines[at + 1 : last]))))
        elif any(said.match(line[:200]) for said in _SAID):
            if line.startswith("# subject: "):
                report = replace(report, subject=line.removeprefix("# subject: "))
            last = at + 1
        else:
            at += 1
            continue
        lines.take(range(at, last))
        at = last
    _take_foot(lines, end)
    report = replace(report, fields=tuple(fields), tags=tuple(tags), tested=tuple(tested))
    return _finished(report, "\n".join(lines.lines[:end]))


def _field_end(lines: Lines, at: int, end: int, key: str) -> int:
    """Return the index after the last line of a field.

    A wrapped field ends at an empty line or at the next field. The script to reproduce is indented.
    """
    last = at + 1
    while last < end and (line := lines.lines[last]).strip():
        script = key == "reproduce" and line[:1] in (" ", "\t")
        begins = bool(_FIELD.match(line[:3_000]) or _BRACKET.match(line[:200]) or line.startswith(("If you ", "| ")))
        far = last > at + 3 and key != "reproduce"
        if not script and (begins or far or _TAG.match(line[:300])):
            break
        last += 1
    return last


def _tag_end(lines: Lines, at: int, end: int) -> int:
    """Return the index after the last line of a tag.

    It continues on an indented line, and on a line that a mail program broke off.
    """
    last = at + 1
    while last < end and (line := lines.lines[last]).strip() and not _TAG.match(line[:300]):
        if not line.startswith((" ", "\t")) and not is_full(lines.lines[last - 1], line):
            break
        last += 1
    return last


def _with_field(
    report: Report, field: re.Match[str], lines: Lines, at: int, last: int, fields: list[tuple[str, str]]
) -> Report:
    """Return `report` with the field in the lines from `at` to `last`. A field without a place of its own is added to `fields`."""
    first = lines.lines[at][field.start("text") :].strip()
    rest = lines.lines[at + 1 : last]
    key = field["key"] or field["other"]
    text = " ".join((first, *(line.strip() for line in rest))).strip()
    if key == "reproduce":
        script = "\n".join(filter(None, (first, *(line.strip() for line in rest))))
        if script.startswith("(http"):
            script = "".join(script.split()).strip("()")
        note = (field["note"] or "").strip(" ()") or None
        return replace(report, reproduce=script or None, reproduce_note=note)
    if key == "docutils":
        found, python = _DOCUTILS.search(text[:1_000]), _PYTHON.search(text[:1_000])
        fields.append((key, text))
        return replace(
            report,
            docutils=found[1].rstrip(".") if found else None,
            python=python[1].rstrip(".") if python else None,
        )
    if key == "commit":
        commit = _COMMIT.match(text)
        subject = text[commit.end() :].strip() if commit else text
        return replace(report, commit=commit[0] if commit else None, commit_subject=subject or None)
    if key in ("patch link", "url"):
        text = "".join(text.split())
    name = _PLACES.get(key)
    if name is None or getattr(report, name) is not None:
        fields.append((key, text))
        return report
    if name == "head":
        return replace(
            report, head=text.split(None, 1)[0] if text else None, commit_subject=_behind_commit(text, report)
        )
    if name == "base":
        commit = _COMMIT.search(text)
        return replace(report, base=text or None, base_commit=commit[0] if commit else None)
    changed: dict[str, Any] = {name: text or None}
    return replace(report, **changed)


def _behind_commit(text: str, report: Report) -> str | None:
    return text.partition(" ")[2].strip() or report.commit_subject


def _bracket_end(lines: Lines, at: int, end: int) -> int:
    last = at + 1
    while last < min(end, at + 30) and "]" not in lines.lines[last - 1] and lines.lines[last].strip():
        last += 1
    return last


def _trees(bracket: re.Match[str], text: str) -> Tested:
    words = bracket["how"]
    how: Literal["auto", "also", "cannot apply"] = (
        "cannot apply" if words.startswith("cannot") else "auto" if words == "auto build" else "also"
    )
    names = _NAMES.search(text.partition("]")[0])
    return Tested(how, bracket["level"], tuple(names[1].split()) if names else ())


def _take_foot(lines: Lines, end: int) -> None:
    """Take the signature, which begins with `-- `, `--` or `---` directly before the robot's name."""
    for at in range(end, len(lines.lines)):
        if _FOOT.match(lines.lines[at][:200]):
            lines.take(at)
            if at and lines.lines[at - 1].strip() in ("--", "---", "_" * 47):
                lines.take(at - 1)


def _finished(report: Report, text: str) -> Report:
    """Return `report` with the robot's name and the commit of the script, and a date from the links if the mail has none."""
    robot = _ROBOT.search(text)
    commit = report.commit
    if commit is None and (found := _CHECKOUT.search(report.reproduce or "")):
        commit = found[1]
    date = report.date or next(_dates(text), None)
    return replace(report, robot=robot[1] or robot[2] if robot else None, commit=commit, date=date)


def _dates(text: str) -> Iterator[datetime]:
    for found in (*_MINUTE.finditer(text), *_SECOND.finditer(text)):
        digits = "".join(found.groups())[:12]
        try:
            yield datetime.strptime(digits, "%Y%m%d%H%M").replace(tzinfo=UTC)
        except ValueError:
            continue
