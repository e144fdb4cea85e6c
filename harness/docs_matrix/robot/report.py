"""The content of a report as values, and as the JSON object of `docs-matrix read --json`."""

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
    """One message in the list of a report.

    - `path` (relative to the tree's root), `line`, `category`, `message` (all its lines) and `via` are as in a diagnostic.
    - `level` is the level of the message in capitals, or else the level in the title of the list; None if only the end of the
      message is shown.
    - `marked` says that it has the robot's `>>`. `cut` says that the report does not show all of it.
    - `form` names the form in which it is written. `piece` is the number of its piece of the list (`--` is between two pieces).
    - `told` has the facts that our own reports add in brackets.
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
    """What the robot says about trees: `how` is `auto`, `also` (both were built) or `cannot apply`; `trees` are their names."""

    how: Literal["auto", "also", "cannot apply"]
    level: str | None
    trees: tuple[str, ...]


@dataclass(frozen=True)
class SourceLine:
    """A numbered line of the source: `marked` for the line of a message, `at` for blame's `@`, `blame` for the words before."""

    number: int
    text: str
    marked: bool = False
    at: bool = False
    blame: str = ""


@dataclass(frozen=True)
class Source:
    """The `vim +N` block: the lines around the marked lines; `trailer` says who changed them last."""

    path: str
    line: int
    lines: tuple[SourceLine, ...]
    trailer: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """One report. A value that the report does not have is None or empty.

    - `date` is when it was sent (UTC): the date of the mail, or else the date in its links.
    - `base` is the text in the header, and `base_commit` the commit in this text. `commit` is the commit that was built, from
      the header or from the script to reproduce it.
    - `reproduce` is the command, the link or the script to reproduce it, and `reproduce_note` the text in brackets before it.
    - `fields` are the other fields of the header, by name. `title` is the title of the list.
    - `notices` are facts that a reader must know: the robot could not run its build, the report is cut off.
    - `unread` are the lines that were not understood, in their order.
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
    """The content of a file: its reports, the diffs of the patches in it, and the lines that belong to neither.

    `subjects` are the subjects of the patches' mails; empty for a patch that was not in a mail.
    """

    reports: tuple[Report, ...]
    patches: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


def document(reading: ReportFile) -> dict[str, Any]:
    """Return the JSON object that `docs-matrix read --json` prints, with `patches`.

    If there are several reports, the header is that of the first; `messages`, `tags` and `unread` are those of all, and
    `reports` has each report separately.
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
    """Return for each form the number of `messages` in this form."""
    return Counter(message.form for message in messages)
