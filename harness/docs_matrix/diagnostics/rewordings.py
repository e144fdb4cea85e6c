"""Messages that releases of Sphinx and docutils word differently: a table that people review.

Each row has a regular expression, and the words of the newest release. A row is for one message, and does not change its
meaning.
"""

from __future__ import annotations

import re

__all__ = ["in_common_words", "path_in_common_words"]

_LONGEST = 10_000
"""Only this many characters of a message are looked at."""

_TABLE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(expression, re.DOTALL), words)
    for expression, words in (
        # Sphinx 7.2 renamed the option.
        (r"(duplicate .{1,2000}), use :noindex: for one of them\Z", r"\1, use :no-index: for one of them"),
        # Sphinx 6.0 tries again in relaxed mode.
        (r'\ACould not lex literal_block as ("[^"\n]{1,100}").*', r"Lexing literal_block as \1 resulted in an error"),
        (
            r'\ALexing literal_block .* as ("[^"\n]{1,100}") resulted in an error.*',
            r"Lexing literal_block as \1 resulted in an error",
        ),
        # Sphinx 7.2 and later show the type of a path.
        (r"\b_StrPath\(('[^'\n]{1,1000}'|\"[^\"\n]{1,1000}\")\)", r"\1"),
        # docutils 0.22
        (
            r"\ASubstitution definition contains illegal element <problematic>:",
            "Problematic content in substitution definition",
        ),
    )
)
_PATHS = {"<rst_prologue>": "<rst_prolog>", "<rst_epilogue>": "<rst_epilog>"}
"""The names of text that `conf.py` adds. Sphinx 9.0 renamed them."""


def in_common_words(message: str) -> str:
    """Return `message` in the words of the newest releases.

    >>> in_common_words("duplicate object description of f, other instance in a, use :noindex: for one of them")
    'duplicate object description of f, other instance in a, use :no-index: for one of them'
    >>> in_common_words('Could not lex literal_block as "json". Highlighting skipped.')
    'Lexing literal_block as "json" resulted in an error'
    >>> in_common_words("Object named 'f' not found in include file _StrPath('x.py')")
    "Object named 'f' not found in include file 'x.py'"
    """
    start = message[:_LONGEST]
    for expression, words in _TABLE:
        start = expression.sub(words, start)
    return start + message[_LONGEST:]


def path_in_common_words(path: str) -> str:
    """Return `path`, or its name in the newest releases if it is a text that `conf.py` adds.

    >>> path_in_common_words("<rst_prologue>"), path_in_common_words("a.rst")
    ('<rst_prolog>', 'a.rst')
    """
    return _PATHS.get(path, path)
