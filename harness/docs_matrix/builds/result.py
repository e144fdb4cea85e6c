"""The result of a build, as a value: what the store keeps and what every question asks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from docs_matrix.capture.said import Said
from docs_matrix.diagnostics.diagnostic import Diagnostic

__all__ = ["Build", "BuildStatus"]

BuildStatus = Literal["ok", "failed", "timeout"]


@dataclass(frozen=True)
class Build(Said):
    """How one environment built one tree, and what the build said.

    `status` is `ok` only where Sphinx finished its work: a build that ended otherwise says why in `reason` (one line)
    and holds what it had said until then. `seconds` is wall time, `cpu_seconds` user and system time, `peak_bytes` the
    largest process. `trials` is what the last document of each trial said, where the order asked for trials. A build that
    started from another one's warm state answers for all, and has in `resumed` those that it read itself; where it could
    not, `cold` says why all were read. Where it was watched, `opened` are the files of the tree that it opened,
    `variables` its environment and `arguments` those of sphinx-build. `confined` says what confined it. `hidden`
    are the settings of the project that hide warnings.
    """

    status: BuildStatus
    reason: str | None
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    resumed: tuple[str, ...] | None = None
    cold: str | None = None
    trials: tuple[tuple[Diagnostic, ...], ...] = ()
    opened: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    confined: str = ""
    hidden: tuple[str, ...] = ()
