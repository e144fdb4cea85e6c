"""What was probably meant by a word that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["closest", "did_you_mean"]


def closest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the one of `known` that `word` looks most like; None if none is close.

    >>> closest("chek", ["check", "bisect"])
    'check'
    """
    return next(iter(difflib.get_close_matches(word, [*known], 1, cutoff)), None)


def did_you_mean(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return the end of a message about the unknown `word`; empty if none of `known` is close.

    >>> did_you_mean("chek", ["check", "bisect"])
    '; did you mean check?'
    """
    found = closest(word, known, cutoff=cutoff)
    return f"; did you mean {found}?" if found else ""
