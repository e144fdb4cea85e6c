"""Finds the place of a message in the files of the tree, if the build gives another kind of place.

Sphinx names a docstring, a translation and a row in a table of autosummary by a text after the name of the file, and counts
lines inside this text. MyST-NB counts the lines of a notebook inside its cells. Here such a place becomes a file and a line of
that file. The words of the build are kept, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from docs_matrix import nofollow
from docs_matrix.capture import docstring_lines, notebooks
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.place_names import APPROXIMATE, DOCSTRING, split
from docs_matrix.diagnostics.rewordings import path_in_common_words

__all__ = ["Text", "placed", "texts"]

SOURCE_LIMIT = 64 << 20
"""The most bytes of a file that is read."""
CELL = 10_000
"""MyST-NB adds this number to a line for each cell: 30004 is line 4 of cell 3."""

Text = Callable[[str], str | None]
"""Returns the text of the file at a path of the tree; None if there is none."""


def texts(root: Path) -> Text:
    """Return a function that reads the texts of the files below `root`, each once."""
    real = root.resolve()

    @cache
    def text(path: str) -> str | None:
        try:
            place = (real / path).resolve()  # a build may have put a link there that leads out of its tree
            if not place.is_relative_to(real):
                return None
            return nofollow.read(place, SOURCE_LIMIT).decode("utf-8", "replace")
        except (OSError, ValueError, RuntimeError):
            return None

    return text


def placed(diagnostic: Diagnostic, text: Text, read: Sequence[str] | None = None) -> Diagnostic:
    """Return `diagnostic` with its line in the file of the tree.

    `read` are the lines of the docstring as they were read, after all extensions changed them; None if they are not known.
    """
    if diagnostic.path is None:
        return diagnostic
    path, line, words = split(diagnostic.path)
    inner = diagnostic.line
    if words is None and path.endswith(".ipynb") and inner is not None and inner > CELL:
        return _in_notebook(diagnostic, path, divmod(inner, CELL), text)
    if words is None:
        common = path_in_common_words(path)
        return diagnostic if common == path else replace(diagnostic, path=common, place=_in_words(path, "line ", inner))
    if not words.startswith(DOCSTRING):
        return replace(diagnostic, path=path, line=line, place=_in_words(words, "line ", inner))
    name, found = words.removeprefix(DOCSTRING), None
    for file in (path, *docstring_lines.elsewhere(path, name)) if inner is not None and path.endswith(".py") else ():
        source = text(file)
        found = (
            docstring_lines.line_of(file, source, name, inner, read)
            if source is not None and inner is not None
            else None
        )
        if found:
            path = file
            break
    counted = "line " if found and found.exact else APPROXIMATE
    return replace(diagnostic, path=path, line=found.line if found else None, place=_in_words(words, counted, inner))


def _in_notebook(diagnostic: Diagnostic, path: str, place: tuple[int, int], text: Text) -> Diagnostic:
    """Return `diagnostic` with its line in the file of the notebook. MyST-NB counts the first line of a cell as its second."""
    cell, line = place
    source = text(path)
    found = notebooks.line_of(source, cell, max(line - 1, 1)) if source is not None else None
    return replace(diagnostic, line=found, place=f"cell {cell}, line {line}")


def _in_words(words: str, counted: str, line: int | None) -> str:
    return words if line is None else f"{words}, {counted}{line}"
