"""The answer to "does this report reproduce, and what made it", as values, and the JSON object of `reproduce --json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from docs_matrix.diagnostics.notes import Note
from docs_matrix.json_values import plain
from docs_matrix.reports.note_words import words
from docs_matrix.robot.report import Message

__all__ = [
    "Apart",
    "Extra",
    "Reproduction",
    "SeenMessage",
    "Standing",
    "ToldMessage",
    "Toolchain",
    "ToolchainVerdict",
    "TriedRelease",
    "document",
]

Standing = Literal["new", "known", "here", "absent", "unjudged"]
"""Of a message: new by the patch; in the base too; said here where there is no base; said by no cell; or not looked for."""

ToolchainVerdict = Literal["explains", "does not explain", "ruled out", "not built"]
"""Of a toolchain: every judged line is as it says it; some are not; it came out later; or it could not be built."""


@dataclass(frozen=True)
class SeenMessage:
    """A message in one cell.

    `differences` are empty where the cell says it exactly as the report; `verdict` is that of the diagnostic against
    the base; `line` is where the cell has it.
    """

    differences: tuple[str, ...]
    verdict: str
    line: int | None


@dataclass(frozen=True)
class ToldMessage:
    """What became of one message of the report: where it reproduces, and whether it is `judged` (counts for toolchains).

    `missed`: it is new and has no mark. `reason` says why it is absent, or not judged. `flaky`: equal builds differ in it.
    """

    message: Message
    standing: Standing
    cells: Mapping[str, SeenMessage]
    judged: bool
    reason: str = ""
    flaky: bool = False

    @property
    def missed(self) -> bool:
        """Whether the robot shows it among the old ones although the patch makes it."""
        return self.standing == "new" and not self.message.marked

    @property
    def exact(self) -> tuple[str, ...]:
        """The cells that say it exactly as the report does."""
        return tuple(name for name, seen in self.cells.items() if not seen.differences)


@dataclass(frozen=True)
class Toolchain:
    """A cell, and whether it explains the report.

    `header`: it is the one that the report names. `later` are the releases in it that came out after the report.
    `company` says what had to move along, in a cell that is not of the matrix.
    """

    name: str
    python: str
    docutils: str
    sphinx: str
    verdict: ToolchainVerdict
    reasons: tuple[str, ...]
    exact: int
    header: bool = False
    later: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    company: str = ""

    @property
    def fits(self) -> bool:
        """Whether it says every judged line as the report does, whenever it came out."""
        return not self.reasons and self.verdict != "not built"


@dataclass(frozen=True)
class TriedRelease:
    """A release that was built to tell two cells apart: whether it explains the report, or why that is not known."""

    release: str
    date: str | None
    explains: bool | None
    reason: str


@dataclass(frozen=True)
class Apart:
    """What told a cell that does not explain the report (`without`) from one that does (`with_`).

    The package `axis`, moved alone in the latter; `first` is the oldest release that explains it, `last` the newest up
    to the report's date.
    """

    axis: str
    without: str
    with_: str
    first: str | None
    last: str | None
    tried: tuple[TriedRelease, ...]
    differences: tuple[str, ...]


@dataclass(frozen=True)
class Extra:
    """A diagnostic that the patch makes and the report does not show."""

    path: str | None
    line: int | None
    level: str
    message: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Reproduction:
    """The whole answer.

    `subject`, `date`, `docutils`, `python` are the report's; `notes` are about tree and patch; `proposal` is the one
    more cell that would tell more, in words, where there is one.
    """

    subject: str | None
    date: str | None
    docutils: str | None
    python: str | None
    tree: str
    identity: str
    base: str
    messages: tuple[ToldMessage, ...]
    toolchains: tuple[Toolchain, ...]
    apart: tuple[Apart, ...] = ()
    extra: tuple[Extra, ...] = ()
    notes: tuple[Note, ...] = ()
    notices: tuple[str, ...] = ()
    proposal: str | None = None
    seconds: float = field(default=0.0, compare=False)

    @property
    def header(self) -> tuple[Toolchain, ...]:
        """The toolchains that the report's header names."""
        return tuple(one for one in self.toolchains if one.header)


def document(answer: Reproduction) -> dict[str, Any]:
    """Return `answer` as `docs-matrix reproduce --json` prints it."""
    return {
        "schema": 1,
        "report": {name: getattr(answer, name) for name in ("subject", "date", "docutils", "python")},
        "tree": answer.tree,
        "identity": answer.identity,
        "base": answer.base,
        "notes": [words(note) for note in answer.notes],
        "notices": plain(answer.notices),
        "messages": [_of_message(told) for told in answer.messages],
        "cells": {one.name: {**plain(one), "fits": one.fits} for one in answer.toolchains},
        "explained_by": [one.name for one in answer.toolchains if one.verdict == "explains"],
        "header_explains": any(one.fits for one in answer.header) if answer.header else None,
        "apart": [_of_apart(apart) for apart in answer.apart],
        "extra": plain(answer.extra),
        "proposal": answer.proposal,
        "seconds": round(answer.seconds, 1),
    }


def _of_message(told: ToldMessage) -> dict[str, Any]:
    return {
        **plain(told.message),
        "standing": told.standing,
        "reproduced": bool(told.cells),
        "missed": told.missed,
        "judged": told.judged,
        "reason": told.reason,
        "flaky": told.flaky,
        "cells": {name: plain(seen) for name, seen in told.cells.items()},
    }


def _of_apart(apart: Apart) -> dict[str, Any]:
    """Return `apart` with the key `with`, which no field can be named."""
    value = plain(apart)
    other = value.pop("with_")
    return {**value, "with": other}
