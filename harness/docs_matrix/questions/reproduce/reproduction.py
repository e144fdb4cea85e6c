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
"""The standing of a message: new by the patch; in the base too; in this tree (without a base); absent; or not searched."""

ToolchainVerdict = Literal["explains", "does not explain", "ruled out", "not built"]
"""The verdict on a toolchain: it has every judged line exactly; it lacks some; it came out later; or it could not be built."""


@dataclass(frozen=True)
class SeenMessage:
    """A message in one cell.

    `differences` are empty if the cell has it exactly as the report. `verdict` is that of the diagnostic against the base.
    `line` is its line in the cell.
    """

    differences: tuple[str, ...]
    verdict: str
    line: int | None


@dataclass(frozen=True)
class ToldMessage:
    """The result for one message of the report: where it reproduces, and whether it is `judged` (counts for toolchains).

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
        """Whether the robot lists it among the old ones although the patch makes it."""
        return self.standing == "new" and not self.message.marked

    @property
    def exact(self) -> tuple[str, ...]:
        """The cells that have it exactly as the report."""
        return tuple(name for name, seen in self.cells.items() if not seen.differences)


@dataclass(frozen=True)
class Toolchain:
    """A cell, and whether it explains the report.

    `header`: it is the one that the report names. `later` are its releases that came out after the report. `company` names the
    packages that had to change too, in a cell that is not of the matrix.
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
        """Whether it has every judged line exactly as the report, whenever it came out."""
        return not self.reasons and self.verdict != "not built"


@dataclass(frozen=True)
class TriedRelease:
    """A release that was built to find why two cells differ: whether it explains the report, or why that is unknown."""

    release: str
    date: str | None
    explains: bool | None
    reason: str


@dataclass(frozen=True)
class Apart:
    """Why a cell that does not explain the report (`without`) differs from one that does (`with_`).

    The package `axis` was changed alone in the second. `first` is the oldest release that explains the report, `last` the
    newest up to the report's date.
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

    `subject`, `date`, `docutils`, `python` are the report's. `notes` are about tree and patch. `proposal` is the one additional
    cell that would narrow the answer down, in words, if there is one. `preliminary`: not all documents were read.
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
    preliminary: bool = False
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
        "preliminary": answer.preliminary,
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
    """Return `apart` with the key `with`, which cannot be the name of a field."""
    value = plain(apart)
    other = value.pop("with_")
    return {**value, "with": other}
