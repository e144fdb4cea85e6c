"""One build in one cell, and how it ended."""

from __future__ import annotations

import re
from dataclasses import dataclass

from docs_matrix.builds.result import Build
from docs_matrix.builds.runner import Made
from docs_matrix.check.workbench import Prepared
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.findings import CellStatus
from docs_matrix.errors import HarnessError, MachineError, MissingInterpreterError

__all__ = ["CellBuild", "ended"]

LACKING = re.compile(r"ModuleNotFoundError|PackageNotFoundError|Could not import extension|No module named")
"""How Python and Sphinx say that a package is not installed; a tree without a configuration names none."""


@dataclass(frozen=True)
class CellBuild:
    """One build in one cell, however it ended.

    `provided` is None if there is no environment, `made` is None if no build took place; then `error` says why.
    """

    cell: Cell
    provided: Prepared | None = None
    made: Made | None = None
    error: HarnessError | None = None
    seconds: float = 0.0
    """The wall time of all of this."""

    @property
    def now(self) -> tuple[Build, ...]:
        """The builds that were made now."""
        return self.made.now if self.made else ()

    @property
    def status(self) -> CellStatus:
        """How it ended."""
        if self.made is None:
            return "skipped" if isinstance(self.error, MissingInterpreterError) else "failed"
        return self.made.build.status

    @property
    def reason(self) -> str | None:
        """Why `status` is not `ok`; None if it is."""
        if self.made is None:
            return str(self.error)
        reason = self.made.build.reason
        return f"name what it needs by --requirement: {reason}" if reason and LACKING.search(reason) else reason

    @property
    def failure(self) -> str:
        """Why there is no answer, in one line with the status of a build that took place; empty if there is one."""
        if self.status == "ok":
            return ""
        return str(self.error) if self.made is None else f"{self.status}: {self.reason}"

    def answer(self) -> Made:
        """Return the build; raises the error that stopped it, or `MachineError` if it did not end well."""
        if self.error:
            raise self.error
        if self.made is None or self.status != "ok":
            raise MachineError(f"{self.cell.name}: {self.reason}")
        return self.made


def ended(base: CellBuild | None, head: CellBuild) -> tuple[CellStatus, str | None]:
    """Return how a cell's builds ended together; a build that could not take place is worse than one that failed."""
    for one in (base, head):
        if one and one.error:
            return one.status, one.reason
    for name, one in (("head", head), ("base", base)):
        if one and one.status != "ok":
            return one.status, f"the {name}'s build: {one.reason}"
    return "ok", None
