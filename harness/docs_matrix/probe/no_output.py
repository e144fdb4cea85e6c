"""Runs inside a cell, beside the probe: an html build of many documents that writes no pages.

It does everything that can give a message. All documents are resolved and translated, all events are emitted, all pages are
rendered, and images, downloads and static files are copied. It leaves out what takes long and gives no message: writing pages
to the disk, copies of the sources, the words of the search index, and tables of contents in sidebars. Such a table is as long
as the project, on each page. If making it gives no message, it is made once for all pages of the same branch.

A build of few documents leaves nothing out.
"""

import os
from typing import Any, Dict, Optional, Tuple  # noqa: F401 (used in comments)

__all__ = ["FEW", "hush"]

FEW = 200
"""With at most this many documents, all pages are written.

Tables in all sidebars take time that grows with the square of the pages.
"""
BUILDERS = ("html", "dirhtml")


def hush(builder: Any, probe: Any) -> bool:
    """Make `builder` write no pages. Return False if it is not an html builder; then it does all its work."""
    if builder.name not in BUILDERS or not hasattr(builder, "handle_page"):
        return False
    builder.copysource = False
    index = builder.index_page
    # Sphinx cannot write an index that has no page: the pages have titles there, and no text.
    builder.index_page = lambda page, doctree, title: index(page, type(doctree)(doctree.settings, doctree.reporter), title)
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
        """Return the table for the page of `document`, or the table of a page of the same branch if making it gave no message."""
        key = (collapse, self.branch(document) if collapse else None, tuple(sorted(map(repr, options.items()))))
        if key not in self.silent:
            before = self.probe.messages.spoken
            made = self.original(document, collapse=collapse, **options)
            if self.probe.messages.spoken != before:
                return made
            self.silent[key] = made
        return self.silent[key]

    def branch(self, document: str) -> Tuple[str, ...]:
        """Return the documents whose toctrees are open in the table of `document`."""
        includes = self.env.toctree_includes
        if self.parents is None:
            self.parents = {child: parent for parent, children in includes.items() for child in children}
        branch = [document] if document in includes else []
        while document in self.parents and self.parents[document] not in branch:
            document = self.parents[document]
            branch.append(document)
        return tuple(branch)
