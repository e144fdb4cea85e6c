"""The result of a build, as a value: what the store keeps and what every question asks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from docs_matrix.diagnostics.diagnostic import Diagnostic

__all__ = ["Build", "BuildStatus"]

BuildStatus = Literal["ok", "failed", "timeout"]


@dataclass(frozen=True)
class Build:
    """How one environment built one tree.

    `status` is `ok` only where Sphinx finished its work: a build that ended otherwise says why in `reason` (one line)
    and holds what it had said until then. `python`, `docutils`, `sphinx` are the versions that built, empty where the
    build did not come so far. `diagnostics` are in the order of the log; `suppressed` are those that the project's
    own `suppress_warnings` hides. `unclassified` are the non-empty lines of standard error that are no diagnostic;
    Sphinx's own lines, raw diagnostics' lines and these add up to all (`stderr_lines`). `read` are the documents that
    were read, `documents` how many there are. `seconds` is wall time, `cpu_seconds` user and system time, `peak_bytes` the
    largest process. `trials` is what the last document of each trial said, where the order asked for trials. A build that
    started from another one's warm state answers for all, and has in `resumed` those that it read itself; where it could
    not, `cold` says why all were read. Where it was watched, `opened` are the files of the tree that it opened,
    `variables` its environment and `arguments` those of sphinx-build.
    """

    status: BuildStatus
    reason: str | None
    python: str
    docutils: str
    sphinx: str
    diagnostics: tuple[Diagnostic, ...]
    suppressed: tuple[Diagnostic, ...]
    unclassified: tuple[str, ...]
    stderr_lines: int
    read: tuple[str, ...]
    documents: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    resumed: tuple[str, ...] | None = None
    cold: str | None = None
    trials: tuple[tuple[Diagnostic, ...], ...] = ()
    opened: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
