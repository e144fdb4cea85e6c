"""The reports and the thread: what is in them is read, and nothing else."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from docs_matrix.robot.read import read
from docs_matrix.robot.report import Message, Report, ReportFile, document

from tests.robot.corpus import MAILS, REPORTS, THREAD, counted, each, marks, the_one, told


@each
def test_every_marked_line_is_a_marked_message_and_none_is_invented(path: Path) -> None:
    data = path.read_bytes()
    assert told(the_one(data).messages) == marks(data.decode())


@each
def test_every_line_of_the_list_is_in_a_message_or_said_to_be_unread(path: Path) -> None:
    data = path.read_bytes()
    reading = read(data, "a report")
    (report,) = reading.reports
    kept = "\n".join([*(message.message for message in report.messages), *report.unread, *reading.unread])
    inside = (
        data.decode()
        .partition(" prefixed by >>)")[2]
        .partition("\nvim +")[0]
        .split("\n-- \n")[0]
        .split("\n--\n0-DAY")[0]
    )
    lines = [line for line in inside.split("\n")[1:] if line.strip() and line.rstrip() not in ("--", "---")]
    for line in lines:
        words = re.sub(r"(^|.*: )(WARNING|ERROR|[Ww]arning|[Ee]rror): (\./\S+:\d+ )?|^>> | \[[a-z_.]+\]$|^ +", "", line)
        assert words.strip()[-40:] in kept or line.startswith(("0-DAY", "https://")) or words.strip() in line, line


@each
def test_the_header_is_what_a_search_for_its_lines_finds(path: Path) -> None:
    text = path.read_text()
    report = the_one(text.encode())
    for name, value in (("base", report.base), ("url", report.url), ("patch subject", report.patch_subject)):
        found = re.search(rf"^{name}: +(.*)$", text, re.MULTILINE)
        assert value == (found[1] if found else None)
    link = re.search(r"^patch link: +(\S+)$", text, re.MULTILINE)
    assert report.patch_link == (link[1] if link else None)
    tags = re.findall(r"^(?:\| )?((?:Reported-by|Closes|Link): .*)$", text, re.MULTILINE)
    assert list(report.tags) == tags
    docutils = re.search(r"Docutils ([\d.]+), Python ([\d.]+)", text)
    assert (report.docutils, report.python) == ((docutils[1], docutils[2]) if docutils else (None, None))
    assert bool(report.reproduce) == ("\nreproduce" in text)
    commit = re.search(r"^commit: (\w+)|^ +git checkout (\w+)$", text, re.MULTILINE)
    assert report.commit == ((commit[1] or commit[2]) if commit else None)


@each
def test_the_marked_source_lines_are_those_of_the_block(path: Path) -> None:
    text = path.read_text()
    report = the_one(text.encode())
    heads = re.findall(r"^vim (?:\+/\S+ )?\+(\d+) (\S+)$", text, re.MULTILINE)
    assert [(str(source.line), source.path) for source in report.sources] == heads
    for source in report.sources:
        block = text.partition("\nvim +")[2].partition("\n\n")[2]
        body = re.split(r"\n(?=--|::::::)", block)[0]
        assert len(source.lines) == sum(1 for line in body.split("\n") if re.search(r"\d", line[:90]) and line.strip())
        marked = re.findall(r"^ *> ?(\d+)\t|\d\d-\d\d +[@>] *(\d+) ", body, re.MULTILINE)
        assert [line.number for line in source.lines if line.marked or line.at] == [int(a or b) for a, b in marked]


FORMS = {
    "file:line: WARNING:", "file:line: ERROR:", "file:line: warning:", "file:line: Error:", "file:line: [error]", ": file:line",
    "file: WARNING:", "file: warning:", "document: source:line: WARNING:", "document: source:line: ERROR:",
    "WARNING: file:line", "WARNING: text", "WARNING: text with a file", "ERROR: text with a file", "Error: text with a file",
    "Warning: text", "Warning: file references", "Warning: defined several times", "Warning: file #line",
    "make: ***", "place: text", "the end of a message",
}  # fmt: skip


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_a_mail_says_what_stands_beside_it(path: Path) -> None:
    wanted: dict[str, Any] = json.loads(path.with_suffix(".json").read_text("utf-8"))
    found = _told(the_one(path.read_bytes()))
    assert {name: value for name, value in found.items() if value or name in wanted} == wanted


def _told(report: Report) -> dict[str, Any]:
    """Return what `report` says, in the form of the files beside the mails."""
    value = document(ReportFile((report,)))
    for name in ("subject", "title", "fields"):
        del value[name]
    return {
        **value,
        "tested": [f"{tested.how}: {' '.join(tested.trees)}" for tested in report.tested],
        "notices": len(report.notices),
        "messages": [_parts(message) for message in report.messages],
        "sources": [
            {
                "path": source.path,
                "line": source.line,
                "numbers": [line.number for line in source.lines],
                "marked": [line.number for line in source.lines if line.marked],
                "blamed": [line.number for line in source.lines if line.at],
                "trailer": len(source.trailer),
            }
            for source in report.sources
        ],
    }


def _parts(message: Message) -> dict[str, Any]:
    """Return the parts of `message` that say something."""
    return {name: value for name, value in vars(message).items() if value}


def test_the_mails_are_written_in_every_form() -> None:
    assert set(counted(MAILS)) == FORMS


def test_a_report_whose_build_did_not_run_says_so() -> None:
    said = [path.stem for path in REPORTS if the_one(path.read_bytes()).notices]
    assert said == [path.stem for path in REPORTS if "Can't build as" in path.read_text()]
    assert said


def test_the_thread_has_its_patch_its_header_and_its_messages() -> None:
    reading = read(THREAD.read_bytes(), "the thread")
    (report,) = reading.reports
    (patch,) = reading.patches
    assert patch.startswith("diff --git a/Documentation/kitchen/guide.rst")
    assert patch.endswith(" Cleaning\n" + f" {'-' * 79}\n" + " \n")
    assert (report.docutils, report.python, report.base) == ("0.21.2", "3.13.5", "linus/master")
    assert report.date == datetime(2026, 3, 13, 14, 15, tzinfo=UTC)
    assert [tested.how for tested in report.tested] == ["auto", "also", "cannot apply"]
    guide = [message for message in report.messages if message.path == "Documentation/kitchen/guide.rst"]
    assert [(message.line, message.marked, message.cut) for message in guide] == [
        (38, True, False), (38, True, False), (38, True, False),
        (46, False, True), (52, True, False), (56, True, False),
    ]  # fmt: skip
    assert guide[3].message == "Malformed table.\nRight border not aligned or missing."
    (oven,) = [message for message in report.messages if message.via]
    assert (oven.path, oven.line) == ("drivers/gpu/oven/oven_lamp.c", 61)
    (block,) = report.sources
    assert [line.number for line in block.lines if line.marked] == [38, 52, 56]
