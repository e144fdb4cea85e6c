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

__all__ = ["NAME_IT", "CellBuild", "ended"]

LACKING = re.compile(r"ModuleNotFoundError|PackageNotFoundError|Could not import extension|No module named")
"""How Python and Sphinx report that a package is not installed. A Sphinx project without a matrix.yaml has no list of
the packages that it needs."""

NAME_IT = "a package is missing; name it with --requirement: "
"""The text before the reason of a build that failed because a package is not installed."""


@dataclass(frozen=True)
class CellBuild:
    """One build in one cell, and how it ended.

    `provided` is None if there is no environment. `made` is None if no build took place; then `error` says why.
    """

    cell: Cell
    provided: Prepared | None = None
    made: Made | None = None
    error: HarnessError | None = None
    seconds: float = 0.0
    """The wall time of the whole attempt, with making the environment."""

    @property
    def now(self) -> tuple[Build, ...]:
        """The builds that ran now, and did not come from the store."""
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
        return f"{NAME_IT}{reason}" if reason and LACKING.search(reason) else reason

    @property
    def failure(self) -> str:
        """Why there is no answer, in one line; empty if there is one. If a build took place, the line begins with its status."""
        if self.status == "ok":
            return ""
        return str(self.error) if self.made is None else f"{self.status}: {self.reason}"

    def answer(self) -> Made:
        """Return the build. Raise the error that stopped it, or `MachineError` if its status is not `ok`."""
        if self.error:
            raise self.error
        if self.made is None or self.status != "ok":
            raise MachineError(f"{self.cell.name}: {self.reason}")
        return self.made


def ended(base: CellBuild | None, head: CellBuild) -> tuple[CellStatus, str | None]:
    """Return the status of a cell and its reason, from its two builds.

    A build that could not take place counts more than a build that failed.
    """
    for one in (base, head):
        if one and one.error:
            return one.status, one.reason
    for name, one in (("head", head), ("base", base)):
        if one and one.status != "ok":
            return one.status, f"the {name}'s build: {one.reason}"
    return "ok", None
