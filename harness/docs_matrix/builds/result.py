"""The result of a build: the value that the store keeps, and from which every question is answered."""

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
    """How one environment built one tree, and the messages of the build.

    - `status`: `ok` only if Sphinx finished its work. Otherwise `reason` says why in one line, and the build has its messages until
      then.
    - `seconds`: wall time; `cpu_seconds`: user and system time; `peak_bytes`: memory of the largest process.
    - `resumed`: the documents that the build read, if it started from a warm state (it answers for all documents); else
      None.
    - `cold`: the reason if the build could not start from a warm state.
    - `trials`: the messages of the last document of each trial of the order.
    - `opened`, `variables`, `arguments`: if the build was watched, the files of the tree that it opened, its environment variables,
      and the arguments of sphinx-build.
    - `confined`: what confined it.
    - `hidden`: the settings of the project that hide warnings.
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
