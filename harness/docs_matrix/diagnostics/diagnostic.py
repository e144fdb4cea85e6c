"""The diagnostic: one message of one build, as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["LEVELS", "Diagnostic", "Origin"]

LEVELS = ("WARNING", "ERROR", "CRITICAL")
"""The levels of a diagnostic, the mildest first; docutils' SEVERE is Sphinx's CRITICAL."""

Origin = Literal["sphinx", "stderr", "check"]
"""Through Sphinx's logging, a raw line of standard error, or a check beside the build."""


@dataclass(frozen=True)
class Diagnostic:
    """One message of a build.

    `path` is relative to the tree's root, with forward slashes; None where the message has no place. `line` is what
    the build said. `category` is Sphinx's type and subtype joined by a dot (`docutils`, `ref.ref`); None where there
    is none. `message` is whole, all its lines, without place, level and category, and without the folder the tree lay
    in. `printed` is the text as the log has it. `document` is the name of the document being read or resolved,
    without its suffix. `via` is the chain a message came through before `path` (`Documentation/gpu/a.rst:47` for a
    kernel-doc directive there that reads the C file `path`). `unjudged` says that a restricted read set leaves the
    answer open. `phase` is the part of the build that said it (`reading`, `resolving`), where it is known. `place` is the
    place in the words of the build where those are not `path` and `line`: `docstring of pkg.tools.wrap, line 3`. `of_network`:
    the network did it, not the tree; a message is the same with it and without.
    """

    path: str | None
    line: int | None
    level: str
    category: str | None
    message: str
    printed: str
    document: str | None = None
    via: str | None = None
    origin: Origin = "sphinx"
    unjudged: bool = False
    phase: str | None = None
    place: str | None = None
    of_network: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line) if part is not None)
        tag = f" [{self.category}]" if self.category else ""
        return f"{place + ': ' if place else ''}{self.level}: {self.message}{tag}"
