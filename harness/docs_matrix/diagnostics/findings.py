"""Findings: diagnostics with a verdict, in one cell (`Judged`) and over all of them (`Finding`), and a run's summary.

These values are all that reports are made of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from docs_matrix.diagnostics import message_keys
from docs_matrix.diagnostics.asked import Asked
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.notes import Note
from docs_matrix.diagnostics.revisions import RevisionHistory
from docs_matrix.files import digest

__all__ = [
    "LANE",
    "REQUIREMENTS",
    "CellResult",
    "CellStatus",
    "Finding",
    "Judged",
    "Run",
    "SourceCode",
    "Variant",
    "Verdict",
    "file_name",
    "is_lane",
    "mark",
]

LANE = "tree: "
"""What the name of a lane begins with: the result of a check beside the builds, which stands among those of the cells."""

CellStatus = Literal["ok", "failed", "timeout", "skipped"]


class Verdict(StrEnum):
    """What comparing a diagnostic with the baseline said; in order, the worst first."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    FLAKY = "flaky"
    ENVIRONMENT = "environment"
    UNJUDGED = "unjudged"
    NOTE = "note"
    KNOWN = "known"
    FIXED = "fixed"


REQUIREMENTS = "requirements"
"""The reason of what is new because the head requires other packages than the base."""


@dataclass(frozen=True)
class Judged:
    """A diagnostic of one cell and its verdict.

    `diagnostic` is the head's, or the base's where it is fixed; `base` is the accepted one that it was paired with, if
    any. `how` names the pass of the comparison that paired them (empty where nothing did). `reason` is why a new one is
    new (`line`: the change touched its line; `file`: its file; `elsewhere`; `requirements`: the base says it too with the head's
    packages), or since when a known one is known. `hunk` is
    the part of the change that is behind a new one (`docs/a.rst:370,12`: the head's lines 370 to 381), where it is known.
    `documents` are those that say it alike, if they are several: they include the file that it is in.
    """

    verdict: Verdict
    diagnostic: Diagnostic
    base: Diagnostic | None = None
    how: str = ""
    reason: str = ""
    hunk: str | None = None
    documents: tuple[str, ...] = ()

    @property
    def all_documents(self) -> tuple[str, ...]:
        """The documents in which it is, as far as they are known."""
        return self.documents or ((self.diagnostic.document,) if self.diagnostic.document else ())


@dataclass(frozen=True)
class CellResult:
    """What one cell said about a tree: its toolchain, how its builds ended, and its judged diagnostics.

    So is what a check beside the builds said: a lane, whose name begins with `LANE`, and which has no docutils and no Sphinx.

    `python`, `docutils` and `sphinx` are the versions that really built, where a build told them, else those pinned.
    `reason` says why `status` is not `ok` (one line; None where it is). `notices` are lines that a reader must see,
    such as another patch release of Python than the pinned one. `lock` is the digest of the environment's lock.
    `read` and `documents` count the documents that were read and that there are. `unclassified` are the lines of the
    log that are no diagnostics. `seconds` is the wall time of this cell's work in the run, `cpu_seconds` its builds'
    CPU time; `built` counts the builds that were made in this run and did not come from the store. `confined` says
    what confined the head's build. `silenced` are settings of the change that hide warnings, which
    the base does not have. `log` is the text of the log.
    """

    name: str
    python: str
    docutils: str
    sphinx: str
    status: CellStatus
    reason: str | None = None
    notices: tuple[str, ...] = ()
    lock: str = ""
    judged: tuple[Judged, ...] = ()
    read: int = 0
    documents: int = 0
    unclassified: tuple[str, ...] = ()
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    built: int = 0
    confined: str = ""
    silenced: tuple[str, ...] = ()
    log: str = ""

    def count(self, verdict: Verdict) -> int:
        """Return how many diagnostics of this cell have `verdict`."""
        return sum(judged.verdict is verdict for judged in self.judged)

    @property
    def in_words(self) -> str:
        """How it ended, or how many diagnostics it has of each verdict."""
        if self.status != "ok":
            return f"{self.status}: {self.reason}"
        counts = [f"{count} {verdict}" for verdict in Verdict if (count := self.count(verdict))]
        return ", ".join(counts) or "no diagnostics"


@dataclass(frozen=True)
class Variant:
    """How some of the cells of a finding see it."""

    verdict: Verdict
    line: int | None
    level: str
    category: str | None
    printed: str
    base_line: int | None
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """One mistake over all cells; the values on top are those of the newest cell that has it, the verdict the worst.

    `base_line` is the line of the accepted diagnostic that it was paired with. `cells` are in the matrix's order. `place` is
    as in `Diagnostic`. `documents` are those in which it is: several include the file that it is in.
    """

    verdict: Verdict
    path: str | None
    line: int | None
    level: str
    category: str | None
    message: str
    base_line: int | None
    cells: tuple[str, ...]
    variants: tuple[Variant, ...]
    document: str | None = None
    via: str | None = None
    reason: str = ""
    hunk: str | None = None
    place: str | None = None
    documents: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceCode:
    """What was built, as services of continuous integration name it.

    `commit` is the commit that was checked out, None if the tree is at none. `patch_hash` is a SHA-256 over the hashes of the
    patches that were applied to it, each with a newline; empty if there is no patch. `message_id` is that of the first patch.
    """

    commit: str | None = None
    patch_hash: str = ""
    message_id: str | None = None


@dataclass(frozen=True)
class Run:
    """A whole run: what was asked of which tree, and what each cell said.

    `tree` names the tree as the user did; `identity` is its content's digest (git's id of the head tree),
    `base_identity` that of the base, where the base is a tree. `base` says in words what the baseline is (`the tree
    without the patches`, `HEAD~1`, `baselines/example.json`, `nothing is accepted`). `patches` are the patches'
    names; `notes` are about the tree and the patch (whether blob ids match, what was not read). `sources` has
    the head's text of the documents that findings name, by path, for numbered source lines. `cells` are in the
    matrix's order, `findings` merged over them. `tested` says of each revision that was named for the patches how it went:
    `auto` (it is the base), `also` (they apply there too) or `cannot`. `history` is what earlier builds told of the tree's
    revisions, where that is known. `asked` is the question, where a job left it. `source` names what was built to other services.
    """

    tree: str
    identity: str
    base: str
    cells: tuple[CellResult, ...]
    findings: tuple[Finding, ...]
    base_identity: str | None = None
    patches: tuple[str, ...] = ()
    docs: str = "all"
    notes: tuple[Note, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    tested: tuple[tuple[str, str], ...] = ()
    history: RevisionHistory | None = None
    asked: Asked | None = None
    source: SourceCode | None = None

    def count(self, verdict: Verdict) -> int:
        """Return how many findings have `verdict`."""
        return sum(finding.verdict is verdict for finding in self.findings)

    @property
    def statuses(self) -> dict[str, CellStatus]:
        """How each cell ended, by its name."""
        return {cell.name: cell.status for cell in self.cells}

    @property
    def builds(self) -> tuple[CellResult, ...]:
        """The results of the cells, without those of the checks beside them."""
        return tuple(cell for cell in self.cells if not is_lane(cell.name))

    @property
    def lanes(self) -> tuple[CellResult, ...]:
        """The results of the checks beside the builds."""
        return tuple(cell for cell in self.cells if is_lane(cell.name))


def is_lane(name: str) -> bool:
    """Return whether `name` is that of a check's lane, and not of a cell."""
    return name.startswith(LANE)


def file_name(cell: str) -> str:
    """Return `cell` as the name of a file that stays in its folder; two cells never share one.

    >>> file_name("py3.13-docutils0.23"), file_name("tree: kernel-doc")
    ('py3.13-docutils0.23', 'tree-kernel-doc')
    """
    named = cell.replace(LANE, "tree-", 1) if is_lane(cell) else cell
    fit = re.sub(r"[^\w.+-]", "_", named, flags=re.ASCII).lstrip(".")[:150]
    return fit if fit == named else f"{fit}-{digest(cell)[:12]}"


def mark(seen: Diagnostic | Finding) -> str:
    """Return what a message is known by from run to run: its path, category and text, whatever its line and level."""
    return digest(seen.path or "", seen.category or "", message_keys.shared_key(seen.message), seen.via or "")
