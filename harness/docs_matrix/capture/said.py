"""What a build said, as a value that its capture and its result share."""

from __future__ import annotations

from dataclasses import dataclass

from docs_matrix.diagnostics.diagnostic import Diagnostic

__all__ = ["Said"]


@dataclass(frozen=True)
class Said:
    """What a build said.

    `python`, `docutils`, `sphinx` are the versions that built, empty where the build did not come so far. `diagnostics`
    are in the order of the log. `suppressed` are those that the project hides by `suppress_warnings`. `unclassified` are
    the lines of standard error that are neither Sphinx's nor a raw diagnostic's; all lines that are not empty are
    `stderr_lines`. `read` are the names of the documents that were read, `documents` how many there are.
    """

    python: str
    docutils: str
    sphinx: str
    diagnostics: tuple[Diagnostic, ...]
    suppressed: tuple[Diagnostic, ...]
    unclassified: tuple[str, ...]
    stderr_lines: int
    read: tuple[str, ...]
    documents: int
