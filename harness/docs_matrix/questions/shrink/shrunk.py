"""The answer of `shrink` as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.json_values import plain

__all__ = ["Shrunk", "document"]


@dataclass(frozen=True)
class Shrunk:
    """A project of `files` (content by path) that gives `message` in `cell`.

    `documents` are in the order of reading; the last one gives the message. `command` shows it: with sphinx-build if `plain`,
    else with docs-matrix. `tried` is the number of variants that were built. `finished` says that the search was not
    interrupted. `started` is the number of lines of all files at the beginning.
    """

    cell: str
    files: Mapping[str, bytes]
    documents: tuple[str, ...]
    message: Diagnostic
    command: str
    plain: bool
    tried: int
    finished: bool
    started: int
    requirements: tuple[str, ...]

    @property
    def lines(self) -> int:
        """The number of lines of all files."""
        return sum(len(content.splitlines()) for content in self.files.values())


def document(answer: Shrunk) -> dict[str, Any]:
    """Return `answer` as `docs-matrix shrink --json` prints it, with the files' texts."""
    texts = {path: content.decode("utf-8", "backslashreplace") for path, content in answer.files.items()}
    return {**plain(answer), "files": texts, "lines": answer.lines}
