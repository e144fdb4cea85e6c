"""The names that Sphinx gives to text without a file of its own: a docstring, a translation, a row in a table of autosummary.

Such a name begins with the file from which the text comes. The rest says which text it is. Lines are counted inside this text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["APPROXIMATE", "DOCSTRING", "SUMMARY", "PlaceName", "split"]

DOCSTRING = "docstring of "
"""These words come before the name of an object."""

SUMMARY = "<autosummary> of "
"""These words come before the name of an object, if the message is in its row in a table of autosummary."""

APPROXIMATE = "about line "
"""These words come before a line that is approximate, because an extension rewrote the text."""

_DOCSTRING = re.compile(rf"(?P<path>.+?):(?P<text>{DOCSTRING}.+)")
_INNER = re.compile(r"(?P<path>.+?):(?P<line>\d{1,9}):(?P<text><\w+>)")


class PlaceName(NamedTuple):
    """A name, split into three parts.

    `path` is the file. `line` is the line of the file from which the text comes, None if it is unknown. `text` says which text
    it is, None for the file itself.
    """

    path: str
    line: int | None
    text: str | None


def split(name: str) -> PlaceName:
    """Split `name` into its file, its line, and the text that it names.

    >>> split("pkg/tools.py:docstring of pkg.tools.wrap")
    PlaceName(path='pkg/tools.py', line=None, text='docstring of pkg.tools.wrap')
    >>> split("docs/index.rst:4:<translated>")
    PlaceName(path='docs/index.rst', line=4, text='<translated>')
    >>> split("docs/index.rst")
    PlaceName(path='docs/index.rst', line=None, text=None)
    """
    found = _DOCSTRING.fullmatch(name) or _INNER.fullmatch(name)
    if found is None:
        return PlaceName(name, None, None)
    line = found.groupdict().get("line")
    return PlaceName(found["path"], int(line) if line else None, found["text"])
