"""Runs inside a cell, beside the probe: an html build of many documents that throws its pages away.

Everything is done that can speak: all documents are resolved and translated, all events are emitted, all pages are
rendered, and images, downloads and static files are copied. What is left out takes long and says nothing: pages on the
disk, copies of the sources, the words of the search index, and tables of contents in sidebars. A table that says nothing
is made once for all pages of the same branch: it is as long as the project, on each page.

A build of few documents leaves nothing out.
"""

import os
from typing import Any, Dict, Optional, Tuple  # noqa: F401 (used in comments)

__all__ = ["FEW", "hush"]

FEW = 200
"""So many pages are written: tables in all sidebars of a project take time that grows with the square of its pages."""
BUILDERS = ("html", "dirhtml")


def hush(builder: Any, probe: Any) -> bool:
    """Make `builder` write no pages; return False if it is none of the html builders, and does all it does."""
    if builder.name not in BUILDERS or not hasattr(builder, "handle_page"):
        return False
    builder.copysource = False
    builder.index_page = lambda *arguments, **options: None
    for name in ("get_outfilename", "get_output_path"):
        if hasattr(builder, name):
            kind = type(getattr(builder, name)("index"))
            setattr(builder, name, lambda page, kind=kind: kind(os.devnull))
    if hasattr(builder, "_get_local_toctree"):
        builder._get_local_toctree = Sidebars(builder, probe).table
    return True


class Sidebars(object):
    """The tables of contents in the sidebars of `builder`'s pages."""

    def __init__(self, builder: Any, probe: Any) -> None:
        self.original = builder._get_local_toctree
        self.env = builder.env
        self.probe = probe
        self.silent = {}  # type: Dict[Tuple[Any, ...], Any]
        self.parents = None  # type: Optional[Dict[str, str]]

    def table(self, document: str, collapse: bool = True, **options: Any) -> Any:
        """Return the table for the page of `document`, or that of a page of the same branch if making it said nothing."""
        key = (collapse, self.branch(document) if collapse else None, tuple(sorted(map(repr, options.items()))))
        if key not in self.silent:
            before = self.probe.messages.spoken
            made = self.original(document, collapse=collapse, **options)
            if self.probe.messages.spoken != before:
                return made
            self.silent[key] = made
        return self.silent[key]

    def branch(self, document: str) -> Tuple[str, ...]:
        """Return the documents with toctrees that are opened in the table of `document`."""
        includes = self.env.toctree_includes
        if self.parents is None:
            self.parents = {child: parent for parent, children in includes.items() for child in children}
        branch = [document] if document in includes else []
        while document in self.parents and self.parents[document] not in branch:
            document = self.parents[document]
            branch.append(document)
        return tuple(branch)
