"""Runs inside a cell, beside the probe: keeps the lines of docstrings as Sphinx read them.

autodoc counts the lines of a docstring after all extensions have rewritten it. The text that was read is needed to find the
lines of the file. A reference is resolved later, perhaps in another process or in a build that starts from this one. So the
node of the reference keeps the docstring that contains it.

Only the standard library, Python 3.6 and later.
"""

import importlib
from typing import Any, Dict, List, Optional  # noqa: F401 (used in comments)

__all__ = ["Docstrings"]

NAMED = ":docstring of "
EVENT = "autodoc-process-docstring"


class Docstrings(object):
    """The docstrings of the document that is being read, by the names that autodoc gives them."""

    def __init__(self) -> None:
        self.read = {}  # type: Dict[str, List[List[str]]]

    def connect(self, probe: Any) -> None:
        """Watch autodoc, after all extensions, if the project uses it."""
        if EVENT in getattr(getattr(probe.app, "events", None), "events", ()):
            probe.connect(EVENT, self.on_docstring)
            probe.connect("doctree-read", self.on_doctree_read)

    def of(self, location: Any, path: Optional[str]) -> Optional[List[str]]:
        """Return the lines of the docstring for a message at `path`; None if it is not in a docstring. `location` may be a node."""
        return getattr(location, "probe_docstring", None) or self.lines(path or "")

    def lines(self, source: str) -> Optional[List[str]]:
        """Return the lines of the docstring with the name `source`.

        The docstrings of a class and of its constructor are one text.
        """
        found = self.read.get(source.rpartition(NAMED)[2]) if NAMED in source else None
        return None if found is None else [line for lines in found for line in lines]

    def on_docstring(self, app: Any, what: str, name: str, described: Any, options: Any, lines: List[str]) -> None:
        read = list(lines) + [""] * bool(lines and lines[-1])
        qualified = "%s.%s" % (getattr(described, "__module__", None), getattr(described, "__qualname__", None))
        for key in {name, qualified}:
            kept = self.read.setdefault(key, [])
            if read not in kept:
                kept.append(read)

    def on_doctree_read(self, app: Any, doctree: Any) -> None:
        """Store in each reference the docstring that contains it."""
        if not self.read:
            return
        known = {}  # type: Dict[str, Optional[List[str]]]
        find = getattr(doctree, "findall", None) or doctree.traverse
        for node in find(importlib.import_module("sphinx.addnodes").pending_xref):
            source = _source(node)
            if NAMED in source:
                if source not in known:
                    known[source] = self.lines(source)
                node.probe_docstring = known[source]
        self.read.clear()


def _source(node: Any) -> str:
    """Return the source of the nearest node around `node` that has a source."""
    while node is not None and not node.source:
        node = node.parent
    return str(node.source) if node is not None else ""
