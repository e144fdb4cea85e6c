"""The names that Sphinx gives to text without a file of its own: a docstring, a translation, a row of autosummary's table.

Such a name begins with the file that the text is from. The rest says which text it is, and lines count inside of it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["APPROXIMATE", "DOCSTRING", "SUMMARY", "PlaceName", "split"]

DOCSTRING = "docstring of "
"""What stands before the name of the object."""

SUMMARY = "<autosummary> of "
"""What stands before the name of an object whose row in a table of autosummary a message is in."""

APPROXIMATE = "about line "
"""How a place names a line whose text is not that of the file, since an extension rewrote it."""

_DOCSTRING = re.compile(rf"(?P<path>.+?):(?P<text>{DOCSTRING}.+)")
_INNER = re.compile(r"(?P<path>.+?):(?P<line>\d{1,9}):(?P<text><\w+>)")


class PlaceName(NamedTuple):
    """A name, split.

    The file, the line of the file where the text is from (None if unknown), and which text it is (None: the file
    itself).
    """

    path: str
    line: int | None
    text: str | None


def split(name: str) -> PlaceName:
    """Split `name` into its file and what it says besides.

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
