"""A document with mistakes, as the baseline's tests have them: a tree of text, and what a build says of it."""

from __future__ import annotations

from dataclasses import replace

from docs_matrix.baselines.anchors import Anchors
from docs_matrix.baselines.baseline_file import Entry
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.flaky import Observed

OPEN = "Inline emphasis start-string without end-string."


def build(texts: dict[str, str], message: str = OPEN) -> tuple[tuple[Diagnostic, ...], Anchors]:
    """A diagnostic for each line of `texts` that opens an emphasis and does not close it, and the tree's anchors."""
    said = tuple(
        Diagnostic(path, number, "WARNING", "docutils", message, printed=message)
        for path, text in texts.items()
        for number, line in enumerate(text.split("\n"), 1)
        if line.count("*") % 2
    )
    return said, Anchors(texts.get)


def entries(texts: dict[str, str]) -> tuple[Entry, ...]:
    """A baseline's entries for what a build of `texts` says."""
    said, anchors = build(texts)
    return tuple(
        Entry(one.path, one.level, one.category, one.message, anchor=anchors.of(one)) for one in reversed(said)
    )


def unplaced(diagnostic: Diagnostic) -> Diagnostic:
    """`diagnostic` without path and line."""
    return replace(diagnostic, path=None, line=None)


def once(*said: Diagnostic) -> Observed:
    """What one build said."""
    return Observed(said)
