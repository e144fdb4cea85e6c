"""The output of a build: the values that its capture and its result share."""

from __future__ import annotations

from dataclasses import dataclass

from docs_matrix.diagnostics.diagnostic import Diagnostic

__all__ = ["Said"]


@dataclass(frozen=True)
class Said:
    """The output of a build.

    - `python`, `docutils`, `sphinx` are the versions that built; empty if the build ended too early to report them.
    - `diagnostics` are in the order of the log. `suppressed` are those that the project hides with `suppress_warnings`.
    - `unclassified` are the lines of standard error that belong neither to Sphinx nor to a raw diagnostic. `stderr_lines` is
      the number of all lines that are not empty.
    - `read` are the names of the documents that were read. `documents` is the number of all documents.
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
