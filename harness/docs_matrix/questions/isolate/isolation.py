"""The answer to "which documents must be read before", as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.json_values import plain

__all__ = ["Isolation", "Proof", "document"]


@dataclass(frozen=True)
class Proof:
    """The result of a cell.

    It says whether the message appears with the documents read before, without each of them (in their order), and alone.
    `reason` says why it could not be built, None if it was.
    """

    cell: str
    shown: bool = False
    without: tuple[bool, ...] = ()
    alone: bool = False
    reason: str | None = None

    @property
    def holds(self) -> bool:
        """Whether the message is there with them, and not there without them."""
        return self.reason is None and self.shown and not self.alone and not any(self.without)


@dataclass(frozen=True)
class Isolation:
    """What a message depends on: the text `find` names it, and the document `document` has it.

    `verdict`: it `depends` on `before`, documents that are read first, in this order; it is `independent`; or it is `absent`
    from every reading. `smallest`: without any of `before` it does not appear. `message` is the diagnostic itself, `cell` the
    one of the search, `proofs` the results of this and other cells. `builds` counts the builds of the question. `shows` is the
    command that shows the message, `hides` the one that reads the document alone.
    """

    tree: str
    find: str
    document: str
    cell: str
    verdict: Literal["depends", "independent", "absent"]
    before: tuple[str, ...]
    smallest: bool
    message: Diagnostic | None
    proofs: tuple[Proof, ...]
    builds: int
    shows: str
    hides: str


def document(answer: Isolation) -> dict[str, Any]:
    """Return `answer` as `docs-matrix isolate --json` prints it."""
    proofs = [{**plain(proof), "holds": proof.holds} for proof in answer.proofs]
    return {**plain(answer), "proofs": proofs}
