"""The diagnostic: one message of one build."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["LEVELS", "Diagnostic", "Origin"]

LEVELS = ("WARNING", "ERROR", "CRITICAL")
"""The levels of a diagnostic, the mildest first; docutils' SEVERE is Sphinx's CRITICAL."""

Origin = Literal["sphinx", "stderr", "check"]
"""Where a message came from: Sphinx's logging, a raw line of standard error, or a tree check."""


@dataclass(frozen=True)
class Diagnostic:
    """One message of a build.

    - `path` is relative to the tree's root, with forward slashes; None if the message has no place.
    - `line` is the line that the build reported.
    - `category` is Sphinx's type and subtype, joined by a dot (`docutils`, `ref.ref`); None if there is none.
    - `message` has all its lines. It does not have the place, the level, the category, and the folder in which the tree was
      built.
    - `printed` is the text in the log.
    - `document` is the name of the document that was being read or resolved, without its suffix.
    - `via` is the chain of places through which a message came to `path`: `Documentation/gpu/a.rst:47` for a kernel-doc
      directive there that reads the C file `path`.
    - `unjudged` says that it depends on documents that were not read whether the message is new.
    - `phase` is the part of the build that gave the message (`reading`, `resolving`); empty if it is not known.
    - `place` is the place in the build's own words, if these are not `path` and `line`: `docstring of pkg.tools.wrap, line 3`.
    - `of_network` says that the network caused the message, not the tree. `message` is the same with the network and without.
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
