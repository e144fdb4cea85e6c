"""What is asked of a build: which of its diagnostics, and what of them makes a state of the search."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from docs_matrix.diagnostics import message_keys
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.errors import InputError

__all__ = ["ASPECTS", "RECORD", "Aspect", "Wanted", "state", "states", "wanted"]

Aspect = Literal["presence", "line", "level", "wording", "printed"]
ASPECTS: tuple[Aspect, ...] = ("presence", "line", "level", "wording", "printed")
"""What of a diagnostic can be asked for; `printed` is what people see, category included."""

RECORD: tuple[Aspect, ...] = ("presence", "line", "level", "wording")
"""What the log record has of a diagnostic, whichever of it a release prints."""


@dataclass(frozen=True)
class Wanted:
    """Which diagnostics are meant.

    Those whose printed text `text` is found in, at `path` (relative to the tree's root, of the message or of the
    document); None for any.
    """

    text: re.Pattern[str] | None
    path: str | None

    def of(self, diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Return those of `diagnostics` that are meant; what a restricted build cannot judge is left out."""
        return tuple(item for item in diagnostics if not item.unjudged and self._means(item))

    def _means(self, diagnostic: Diagnostic) -> bool:
        if self.text and not self.text.search(diagnostic.printed):
            return False
        if self.path is None or diagnostic.path == self.path:
            return True
        document = diagnostic.document
        return document is not None and f"/{posixpath.splitext(self.path)[0]}".endswith(f"/{document}")


def wanted(find: str | None, path: str | None) -> Wanted:
    """Return `find` as given by the user: a text, or an expression between slashes. Raises `InputError` where it is none."""
    clean = posixpath.normpath(path.replace("\\", "/")) if path else None
    if find is None:
        return Wanted(None, clean)
    if not find.strip():
        raise InputError("--find is empty; give a part of the printed message")
    if len(find) > 2 and find.startswith("/") and find.endswith("/"):
        try:
            return Wanted(re.compile(find[1:-1], re.MULTILINE), clean)
        except re.error as error:
            raise InputError(f"--find {find}: is not a regular expression: {error}") from error
    return Wanted(re.compile(re.escape(find)), clean)


def states(diagnostics: Sequence[Diagnostic], aspects: Sequence[Aspect]) -> Mapping[Hashable, Hashable]:
    """Return the states by question.

    Diagnostics with the same path and headline are one question, and its state is what `aspects` see of all of them.
    """
    groups: dict[Hashable, list[Diagnostic]] = defaultdict(list)
    for diagnostic in diagnostics:
        groups[diagnostic.path, message_keys.headline(diagnostic.message)].append(diagnostic)
    return {question: tuple(sorted(repr(state(item, aspects)) for item in group)) for question, group in groups.items()}


def state(diagnostic: Diagnostic, aspects: Sequence[Aspect]) -> tuple[object, ...]:
    """Return what `aspects` see of one diagnostic."""
    seen: dict[Aspect, object] = {
        "presence": True,
        "line": diagnostic.line,
        "level": diagnostic.level,
        "wording": message_keys.key(diagnostic.message),
        "printed": (diagnostic.category, message_keys.key(diagnostic.printed)),
    }
    return tuple(seen[aspect] for aspect in aspects)
