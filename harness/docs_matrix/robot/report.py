"""What a report says, as values, and the JSON object that `docs-matrix read --json` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from docs_matrix.json_values import plain

__all__ = ["Message", "Report", "ReportFile", "Source", "SourceLine", "Tested", "document", "forms"]


@dataclass(frozen=True)
class Message:
    """One message of a report's list.

    `path` (relative to the tree's root), `line`, `category`, `message` (whole, all its lines) and `via` are those of a
    diagnostic. `level` is what the message says, in capitals, else what the list's title says; None where only the end of a
    message is shown. `marked` is the robot's `>>`. `cut`: the report does not show all of it. `form` names the shape in
    which it is written, `piece` counts the pieces of the list (`--` lies between two), `told` is what our own reports say
    of it in brackets.
    """

    path: str | None
    line: int | None
    level: str | None
    category: str | None
    message: str
    marked: bool
    cut: bool
    via: str | None = None
    form: str = ""
    piece: int = 0
    told: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line) if part is not None)
        tag = f" [{self.category}]" if self.category else ""
        words = (place, self.level, self.message + tag)
        return ": ".join(word for word in words if word)


@dataclass(frozen=True)
class Tested:
    """What the robot says of trees: `how` is `auto`, `also` (both built) or `cannot apply`; `trees` are their names."""

    how: Literal["auto", "also", "cannot apply"]
    level: str | None
    trees: tuple[str, ...]


@dataclass(frozen=True)
class SourceLine:
    """A numbered line of the source: `marked` for a message's line, `at` for blame's `@`, `blame` what stands before."""

    number: int
    text: str
    marked: bool = False
    at: bool = False
    blame: str = ""


@dataclass(frozen=True)
class Source:
    """The `vim +N` block: the lines around the marked ones; `trailer` says who last touched them."""

    path: str
    line: int
    lines: tuple[SourceLine, ...]
    trailer: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """One report. What it does not say is None, or empty.

    `date` is when it was sent (UTC): the mail's, else what its own links say. `base` is the header's text, `base_commit` the
    commit in it. `commit` is the one that was built, from the header or from the script to reproduce it. `reproduce` is the
    command, the link or the script, `reproduce_note` what stands in brackets before it. `fields` are the header's others, by
    name. `title` is the list's. `notices` are
    what a reader must know (the robot's build did not run, the report ends in its middle). `unread` are the lines that were
    not understood, in their order.
    """

    subject: str | None = None
    date: datetime | None = None
    robot: str | None = None
    tested: tuple[Tested, ...] = ()
    tree: str | None = None
    head: str | None = None
    commit: str | None = None
    commit_subject: str | None = None
    url: str | None = None
    base: str | None = None
    base_commit: str | None = None
    patch_link: str | None = None
    patch_subject: str | None = None
    config: str | None = None
    compiler: str | None = None
    docutils: str | None = None
    python: str | None = None
    reproduce: str | None = None
    reproduce_note: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    title: str | None = None
    messages: tuple[Message, ...] = ()
    sources: tuple[Source, ...] = ()
    notices: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportFile:
    """All that was in a file: its reports, the diffs of the patches in it, and the lines that belong to neither.

    `subjects` are those of the mails that the patches came in, empty where it was no mail.
    """

    reports: tuple[Report, ...]
    patches: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


def document(reading: ReportFile) -> dict[str, Any]:
    """Return the report's JSON object with `patches`, as `docs-matrix read --json` prints it.

    If there are several reports, the header is that of the first, `messages`, `tags` and `unread` are those of all, and
    `reports` has each by itself.
    """
    each = [_of_report(report) for report in reading.reports]
    value = {**each[0], "patches": list(reading.patches)}
    if len(each) > 1:
        for name in ("messages", "tags", "unread"):
            value[name] = [item for one in each for item in one[name]]
        value["reports"] = each
    value["unread"] = [*value["unread"], *reading.unread]
    return value


def _of_report(report: Report) -> dict[str, Any]:
    return {**plain(report), "fields": [{"name": name, "text": text} for name, text in report.fields]}


def forms(messages: Iterable[Message]) -> Counter[str]:
    """Return how many of `messages` are written in which form."""
    return Counter(message.form for message in messages)
