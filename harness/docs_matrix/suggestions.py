"""Suggests a known word for an unknown one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["closest", "did_you_mean"]


def closest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the word of `known` that is most similar to `word`; None if none is similar.

    >>> closest("chek", ["check", "bisect"])
    'check'
    """
    return next(iter(difflib.get_close_matches(word, [*known], 1, cutoff)), None)


def did_you_mean(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return the end of a message about the unknown `word`; empty if no word of `known` is similar.

    >>> did_you_mean("chek", ["check", "bisect"])
    '; did you mean check?'
    """
    found = closest(word, known, cutoff=cutoff)
    return f"; did you mean {found}?" if found else ""
