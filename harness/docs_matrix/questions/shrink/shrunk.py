"""The answer to "what is the smallest project that says it", as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.json_values import plain

__all__ = ["Shrunk", "document"]


@dataclass(frozen=True)
class Shrunk:
    """A project of `files` (content by path) that gives `message` in `cell`, by a build that was made of it.

    `documents` are in the order of reading, the one that says it last; `command` shows it, with sphinx-build where `plain`,
    else with docs-matrix. `tried` counts the variants that were built, `finished` says whether the search ended by itself.
    `started` is how many lines all files had at first.
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
        """How many lines all files have together."""
        return sum(len(content.splitlines()) for content in self.files.values())


def document(answer: Shrunk) -> dict[str, Any]:
    """Return `answer` as `docs-matrix shrink --json` prints it, with the files' texts."""
    texts = {path: content.decode("utf-8", "backslashreplace") for path, content in answer.files.items()}
    return {**plain(answer), "files": texts, "lines": answer.lines}
