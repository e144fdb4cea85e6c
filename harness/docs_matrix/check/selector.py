"""What a search looks at: which diagnostics of a build, and which of their properties (aspects) it compares.

The *state* of a diagnostic is the values of these aspects. A search finds the release that changed the state.
"""

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
"""The properties of a diagnostic that can be compared. `printed` is the text in the log, with the category if it is printed."""

RECORD: tuple[Aspect, ...] = ("presence", "line", "level", "wording")
"""The properties in the log record. Every release has them, also if it does not print them."""


@dataclass(frozen=True)
class Wanted:
    """The diagnostics that a search follows.

    `text` must match the printed text, and `path` must be the path of the message or of its document (relative to the tree's
    root). None means any.
    """

    text: re.Pattern[str] | None
    path: str | None

    def of(self, diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Return the wanted ones among `diagnostics`, without those that a restricted build cannot judge."""
        return tuple(item for item in diagnostics if not item.unjudged and self._means(item))

    def _means(self, diagnostic: Diagnostic) -> bool:
        if self.text and not self.text.search(diagnostic.printed):
            return False
        if self.path is None or diagnostic.path == self.path:
            return True
        document = diagnostic.document
        return document is not None and f"/{posixpath.splitext(self.path)[0]}".endswith(f"/{document}")


def wanted(find: str | None, path: str | None) -> Wanted:
    """Return the wanted diagnostics for `--find` and `--path`. `find` is a text, or a regular expression between slashes.

    Raise `InputError` if `find` is empty, or is not a regular expression.
    """
    clean = posixpath.normpath(path.replace("\\", "/")) if path else None
    if find is None:
        return Wanted(None, clean)
    if not find.strip():
        raise InputError("--find is empty; give a part of the printed message")
    if len(find) > 2 and find.startswith("/") and find.endswith("/"):
        try:
            return Wanted(re.compile(find[1:-1], re.MULTILINE), clean)
        except re.error as error:
            raise InputError(
                f"--find {find}: is not a regular expression: {error}; without slashes it is plain text"
            ) from error
    return Wanted(re.compile(re.escape(find)), clean)


def states(diagnostics: Sequence[Diagnostic], aspects: Sequence[Aspect]) -> Mapping[Hashable, Hashable]:
    """Return the state of each group of diagnostics with the same path and headline.

    A search calls such a group a question. Its state is the values of `aspects` of all its diagnostics.
    """
    groups: dict[Hashable, list[Diagnostic]] = defaultdict(list)
    for diagnostic in diagnostics:
        groups[diagnostic.path, message_keys.headline(diagnostic.message)].append(diagnostic)
    return {question: tuple(sorted(repr(state(item, aspects)) for item in group)) for question, group in groups.items()}


def state(diagnostic: Diagnostic, aspects: Sequence[Aspect]) -> tuple[object, ...]:
    """Return the values of `aspects` for one diagnostic."""
    seen: dict[Aspect, object] = {
        "presence": True,
        "line": diagnostic.line,
        "level": diagnostic.level,
        "wording": message_keys.key(diagnostic.message),
        "printed": (diagnostic.category, message_keys.key(diagnostic.printed)),
    }
    return tuple(seen[aspect] for aspect in aspects)
