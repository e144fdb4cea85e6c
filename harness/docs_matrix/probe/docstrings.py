"""Runs inside a cell, beside the probe: the lines of docstrings as Sphinx read them.

autodoc counts the lines of a docstring after all extensions have rewritten it. What was read leads back to the lines of the
file. A reference is resolved later, perhaps in another process or in a build that starts from this one: its node keeps the
docstring that it is from.

The standard library alone, Python 3.6 and later.
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
        """Watch autodoc, where a project uses it, after all extensions."""
        if EVENT in getattr(getattr(probe.app, "events", None), "events", ()):
            probe.connect(EVENT, self.on_docstring)
            probe.connect("doctree-read", self.on_doctree_read)

    def of(self, location: Any, path: Optional[str]) -> Optional[List[str]]:
        """Return the lines of the docstring of a message at `path`, None where it is none; `location` may be a node."""
        return getattr(location, "probe_docstring", None) or self.lines(path or "")

    def lines(self, source: str) -> Optional[List[str]]:
        """Return the lines of the docstring with the name `source`; those of a class and of its constructor are one text."""
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
        """Leave the docstrings with the references that are in them."""
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
    """Return the source of the nearest node around `node` that has one."""
    while node is not None and not node.source:
        node = node.parent
    return str(node.source) if node is not None else ""
