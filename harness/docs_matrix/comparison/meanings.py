"""Meanings: keys by which messages of the base and of the head are compared.

A message can name a place. If the line `b.rst:12` of the base became `c.rst:15` in the head, then a message of the base that names
`b.rst:12` has the same meaning as a message of the head that names `c.rst:15`. So the places in a message of the base are
replaced by places of the head. The name of a document (`b` for `docs/b.rst`) is a place, too. Which folder and suffix belong to
such a name is learned from the diagnostics.
"""

from __future__ import annotations

import posixpath
from collections.abc import Hashable, Sequence

from docs_matrix.comparison.line_mapping import Correspondence
from docs_matrix.diagnostics import message_keys
from docs_matrix.diagnostics.diagnostic import Diagnostic

__all__ = ["Meanings"]

_LONGEST_PATH = 1_000


class Meanings:
    """The meanings of the diagnostics of one comparison. The methods are sorted from the most exact to the loosest.

    Each method takes a diagnostic, and `base`: whether it is one of the base. It returns the key.
    """

    def __init__(self, correspondence: Correspondence, diagnostics: Sequence[Diagnostic]) -> None:
        self._correspondence = correspondence
        self._paths = {diagnostic.path for diagnostic in diagnostics if diagnostic.path}
        self._namings = sorted({naming for diagnostic in diagnostics if (naming := _naming(diagnostic))})[:8]

    def exact(self, diagnostic: Diagnostic, *, base: bool) -> Hashable:
        """Return level, category, chain of inclusions and message, with all places mapped to the head."""
        where = self._of_base if base else self._of_head
        via = message_keys.located(diagnostic.via, where) if diagnostic.via else None
        return (diagnostic.level, diagnostic.category, via, message_keys.located(diagnostic.message, where))

    def relocated(self, diagnostic: Diagnostic, *, base: bool) -> Hashable:
        """Return level, category and message, with paths mapped to the head, and without line numbers."""
        where = self._of_base if base else self._of_head
        return (diagnostic.level, diagnostic.category, message_keys.relocated(diagnostic.message, where))

    def plain(self, diagnostic: Diagnostic, *, base: bool) -> Hashable:
        """Return level, category and message, with the paths as they are.

        Paths are not mapped here, because a word in the message can look like a renamed document without being one.
        """
        return (diagnostic.level, diagnostic.category, message_keys.relocated(diagnostic.message, self._of_head))

    def stated(self, diagnostic: Diagnostic, *, base: bool) -> Hashable:
        """Return the statement of the message, with paths mapped: no level, no category, no quoted source."""
        return message_keys.located(
            message_keys.statement(diagnostic.message), self._of_base if base else self._of_head
        )

    def plainly_stated(self, diagnostic: Diagnostic, *, base: bool) -> Hashable:
        """Return the statement of the message, with the paths as they are."""
        return message_keys.located(message_keys.statement(diagnostic.message), self._of_head)

    def named(self, diagnostic: Diagnostic, *, base: bool) -> Hashable | None:
        """Return the category and the names that the message quotes; None if it quotes no name."""
        names = message_keys.quoted_names(message_keys.located(diagnostic.message, self._of_head))
        return (diagnostic.category, names) if names else None

    def candidates(self, word: str) -> list[str]:
        """Return the paths that `word` in a message can mean: a path, an absolute path, or the name of a document."""
        rooted = self._rooted(word) or word
        return [rooted, *(f"{prefix}{word}{suffix}" for prefix, suffix in self._namings)]

    def _of_head(self, word: str, line: int | None) -> str | None:
        rooted = self._rooted(word)
        return None if rooted is None else _place(rooted, line)

    def _of_base(self, word: str, line: int | None) -> str | None:
        if len(word) > _LONGEST_PATH:
            return None
        rooted = self._rooted(word)
        for path, (prefix, suffix) in zip(self.candidates(word), [("", ""), *self._namings], strict=True):
            head_path = self._correspondence.head_path(path)
            if head_path is None or not self._correspondence.changes.touched(head_path):
                continue
            name = head_path
            if (prefix or suffix) and name.startswith(prefix) and name.endswith(suffix):
                name = name[len(prefix) : len(name) - len(suffix)]
            followed = self._correspondence.follow(path, line) if line is not None else None
            if line is None or followed is None:
                return f"{name}:#" if line is not None else name
            return _place(name, followed.line)
        return None if rooted is None else _place(rooted, line)

    def _rooted(self, word: str) -> str | None:
        """Return the path of a diagnostic that is the end of the absolute path `word`; None if there is none."""
        if not word.startswith("/") or len(word) > _LONGEST_PATH:
            return None
        parts = word.split("/")
        tails = ("/".join(parts[start:]) for start in range(1, len(parts)))
        return next((tail for tail in tails if tail in self._paths), None)


def _place(path: str, line: int | None) -> str:
    return path if line is None else f"{path}:{line}"


def _naming(diagnostic: Diagnostic) -> tuple[str, str] | None:
    """Return the parts of the path before and after the name of the document: `("docs/", ".rst")`; None if there are none."""
    path, document = diagnostic.path, diagnostic.document
    if path is None or not document:
        return None
    stem, suffix = posixpath.splitext(path)
    if stem != document and not stem.endswith(f"/{document}"):
        return None
    return stem[: len(stem) - len(document)], suffix
