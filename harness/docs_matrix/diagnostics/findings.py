"""Diagnostics with a verdict, in one cell (`Judged`) and over all cells (`Finding`), and the results of a run.

Reports are made from these values only.
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
    "Checkout",
    "Finding",
    "Judged",
    "Run",
    "Variant",
    "Verdict",
    "file_name",
    "is_lane",
    "mark",
]

LANE = "tree: "
"""The name of a lane begins with this. A lane is the result of a tree check, and it is listed among the results of the cells."""

CellStatus = Literal["ok", "failed", "timeout", "skipped"]


class Verdict(StrEnum):
    """The result of comparing a diagnostic with the base or the baseline. The order is from the worst to the mildest."""

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
"""The reason of a new diagnostic that appears because the head requires other packages than the base."""


@dataclass(frozen=True)
class Judged:
    """A diagnostic of one cell and its verdict.

    - `diagnostic` is the one of the head; if it is fixed, the one of the base.
    - `base` is the accepted diagnostic that it was paired with, if there is one.
    - `how` names the pass of the comparison that paired them; empty if they are not paired.
    - `reason` says why a diagnostic is new: the change touched its `line` or its `file`, or the cause is `elsewhere`, or it
      appears in the base, too, with the head's packages (`requirements`). For a known diagnostic it says since when it is
      known.
    - `hunk` is the part of the change that caused a new diagnostic (`docs/a.rst:370,12`: lines 370 to 381 of the head), if it
      is known.
    - `documents` has all documents that give the message, if there are several: they include the same file.
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
        """The documents that give the message, as far as they are known."""
        return self.documents or ((self.diagnostic.document,) if self.diagnostic.document else ())


@dataclass(frozen=True)
class CellResult:
    """The result of one cell: its toolchain, how its builds ended, and its judged diagnostics.

    The result of a tree check is one, too: a lane. Its name begins with `LANE`, and it has no docutils and no Sphinx.

    - `python`, `docutils` and `sphinx` are the versions that built. If no build reported them, they are the pinned ones.
    - `reason` says in one line why `status` is not `ok`; None if it is `ok`.
    - `notices` are lines that a reader must see, such as another patch release of Python than the pinned one.
    - `lock` is the digest of the lock of the environment.
    - `read` is the number of documents that were read, and `documents` the number of all documents.
    - `unclassified` are the lines of the log that are no diagnostics. `log` is the text of the log.
    - `seconds` is the wall time of this cell in the run, and `cpu_seconds` the CPU time of its builds.
    - `built` counts the builds that were made in this run, not those from the store.
    - `confined` names what confined the build of the head.
    - `silenced` are settings that hide warnings and that only the head has.
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
        """Return the number of diagnostics of this cell that have `verdict`."""
        return sum(judged.verdict is verdict for judged in self.judged)

    @property
    def build_failed(self) -> bool:
        """Whether a build took place in the environment of this cell, and failed."""
        return self.status == "failed" and bool(self.lock)

    @property
    def in_words(self) -> str:
        """The status and its reason, or the number of diagnostics for each verdict."""
        if self.status != "ok":
            return f"{self.status}: {self.reason}"
        counts = [f"{count} {verdict}" for verdict in Verdict if (count := self.count(verdict))]
        return ", ".join(counts) or "no diagnostics"


@dataclass(frozen=True)
class Variant:
    """The diagnostic of a finding as some of its cells have it."""

    verdict: Verdict
    line: int | None
    level: str
    category: str | None
    printed: str
    base_line: int | None
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """One mistake over all cells. Its values are those of the newest cell that has it, and its verdict is the worst.

    `base_line` is the line of the accepted diagnostic that it was paired with. `cells` are in the order of the matrix. `place`
    is as in `Diagnostic`. `documents` are the documents that give the message; several documents can include the file that has
    it.
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
class Checkout:
    """The version that was built, in the form that services of continuous integration use.

    `commit` is the commit that was checked out; None if there is none. `patch_hash` is a SHA-256 over the hashes of the applied
    patches, each followed by a newline; empty if there is no patch. `message_id` is the message-id of the first patch.
    """

    commit: str | None = None
    patch_hash: str = ""
    message_id: str | None = None


@dataclass(frozen=True)
class Run:
    """A complete run: the question, the tree, and the result of each cell.

    - `tree` is the tree as the user named it. `identity` is the digest of its content (git's id of the head's tree).
      `base_identity` is the digest of the base, if the base is a tree.
    - `base` describes the base in words: `the tree without the patches`, `HEAD~1`, `baselines/example.json`, `nothing is
      accepted`.
    - `patches` are the names of the patches. `notes` are facts about the tree and the patches.
    - `sources` has the text, in the head, of the files with findings, by path.
    - `cells` are in the order of the matrix. `findings` are merged over the cells.
    - `tested` says for each revision that the user named for the patches how it was used: `auto` (it is the base), `also` (they
      apply to it, too) or `cannot`.
    - `history` has the results of earlier builds of the tree's revisions, if they are known.
    - `asked` is the question, if a job left it. `source` is the version in the form for other services.
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
    checkout: Checkout | None = None

    def count(self, verdict: Verdict) -> int:
        """Return the number of findings that have `verdict`."""
        return sum(finding.verdict is verdict for finding in self.findings)

    @property
    def statuses(self) -> dict[str, CellStatus]:
        """The status of each cell, by its name."""
        return {cell.name: cell.status for cell in self.cells}

    @property
    def builds(self) -> tuple[CellResult, ...]:
        """The results of the cells, without those of tree checks."""
        return tuple(cell for cell in self.cells if not is_lane(cell.name))

    @property
    def lanes(self) -> tuple[CellResult, ...]:
        """The results of the tree checks."""
        return tuple(cell for cell in self.cells if is_lane(cell.name))


def is_lane(name: str) -> bool:
    """Return whether `name` is the name of a lane, and not of a cell."""
    return name.startswith(LANE)


def file_name(cell: str) -> str:
    """Return a file name for `cell`. It has no slash, and two cells never have the same one.

    >>> file_name("py3.13-docutils0.23"), file_name("tree: kernel-doc")
    ('py3.13-docutils0.23', 'tree-kernel-doc')
    """
    named = cell.replace(LANE, "tree-", 1) if is_lane(cell) else cell
    fit = re.sub(r"[^\w.+-]", "_", named, flags=re.ASCII).lstrip(".")[:150]
    return fit if fit == named else f"{fit}-{digest(cell)[:12]}"


def mark(seen: Diagnostic | Finding) -> str:
    """Return a digest of path, category and text of a message, which is equal from run to run; its line and level do not count."""
    return digest(seen.path or "", seen.category or "", message_keys.shared_key(seen.message), seen.via or "")
