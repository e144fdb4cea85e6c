"""Runs inside a cell, beside the probe: a build that reads only some of a project's documents.

`documents` names files, documents, or folders with a slash at the end, relative to the source folder. If it is empty, the build
is not changed. Sphinx still finds all documents, so a toctree entry or a :doc: is checked with the whole project. But only the
chosen documents are read. Sphinx needs the root document: if it is not chosen, a stub is read in its place, and the messages
of the stub are dropped. Entries of unread documents are removed from the toctrees before anything is collected from them. A
:doc: to an unread document becomes plain text. Before writing, the unread documents are removed from the project. Builders
that write one file from many documents get the chosen ones through a toctree in the stub.

In a restricted build a message is unjudged if reading the other documents could remove or reword it:
  - every message about a cross-reference that Sphinx tries to resolve: labels, terms, options, citations, equations,
    numbers of figures, objects of every domain, "more than one target". These are judged, however: a :doc: to a document
    that does not exist, a label that exists and has no title, a reference that cannot be parsed, numfig that is off, and
    an intersphinx reference ("external …"), whose target is in the other project;
  - MyST's `xref_missing`;
  - a document that is in several toctrees, and a citation that is not referenced.
A document "in no toctree" is judged by the sources. If an unread document with a toctree names it, only the restriction
causes the message, and it is dropped. If no document names it, the message is true in a full build as well. All other messages
are judged: docutils' messages, footnotes, includes, images, and the duplicates that were found.

Only the standard library, Python 3.6 and later.
"""

import fnmatch
import importlib
import io
import os
import re
from typing import Any, Dict, Iterator, List, Optional, Sequence  # noqa: F401 (used in comments)

__all__ = ["Restriction"]

ASSEMBLING = ("latex", "man", "singlehtml", "texinfo")
STUB = "Stub\n====\n"  # a heading in reStructuredText and in Markdown
UNKNOWN_DOCUMENT = re.compile(r'"?\w+"? config value references unknown document (\S+)')
NOT_INCLUDED = "document isn't included in any toctree"
ENTRY = re.compile(r"(?:[^<]*<([^<>\s]+)>|([^\s<>]+))$")
ABOUT_ALL_DOCUMENTS = (
    NOT_INCLUDED,
    "document is referenced in multiple toctrees",
    "Citation [",
)
JUDGED_REFERENCES = ("Unparseable ", "numfig is disabled", "external ")


class Restriction(object):
    """The documents that one call of sphinx-build reads: `documents` of `probe`'s project, or all.

    `unread` are the names of the documents that are left out. `stub` is the root document if it is one of them. Both are set by
    `cut`.
    """

    def __init__(self, probe: Any, documents: Optional[Sequence[str]]) -> None:
        self.probe = probe
        self.documents = documents
        self.unread = frozenset()  # type: frozenset[str]
        self.stub = None  # type: Optional[str]
        self.stub_source = ""
        self.entries = {}  # type: Dict[str, frozenset[str]]

    # ---- what is read

    def connect(self) -> None:
        """Watch the reading of the project, after its extensions."""
        if self.documents is not None:
            self.probe.connect("source-read", self.on_source)
            self.probe.connect("missing-reference", self.on_missing_reference)
            self.probe.connect("env-updated", self.on_read)

    def cut(self, app: Any, env: Any, names: List[str]) -> None:
        """Remove documents from `names`, those that Sphinx would read, until only the chosen ones and the stub are left."""
        if self.documents is None:
            return
        chosen = {name for name in env.found_docs if self.is_chosen(name)}
        root = app.config.master_doc
        self.unread = frozenset(set(env.found_docs) - chosen)
        self.stub = root if root in self.unread else None
        names[:] = [name for name in names if name in chosen or name == self.stub]
        if self.stub and self.stub not in names and self.stub not in env.all_docs:
            names.append(self.stub)
        self.stub_source = _stub_source(app, sorted(chosen))

    def is_chosen(self, name: str) -> bool:
        path = self.probe.source(name)
        return any(wanted in (path, name) or (wanted.endswith("/") and path.startswith(wanted)) for wanted in self.documents or ())

    def on_source(self, app: Any, name: str, source: List[str]) -> None:
        if name == self.stub and str(app.env.doc2path(name)).endswith((".rst", ".txt", ".md")):
            source[0] = self.stub_source

    def on_missing_reference(self, app: Any, env: Any, node: Any, content: Any) -> Any:
        if node.get("reftype") in ("doc", "any"):
            target = _docname_join(node.get("refdoc", ""), node["reftarget"])
            if target in self.unread:
                return content
        return None

    def on_read(self, app: Any, env: Any) -> None:
        read = set(env.all_docs)
        if hasattr(getattr(env, "project", None), "docnames"):
            env.project.docnames = read
        else:  # Sphinx below 2
            env.found_docs = read

    def strip_toctrees(self, doctree: Any) -> None:
        """Remove the entries of unread documents from the toctrees of a doctree."""
        find = getattr(doctree, "findall", None) or doctree.traverse
        for node in list(find(_addnodes().toctree)):
            node["entries"] = [entry for entry in node["entries"] if entry[1] not in self.unread]
            node["includefiles"] = [name for name in node["includefiles"] if name not in self.unread]

    # ---- what its messages are worth

    def is_unjudged(self, record: Any, message: str) -> bool:
        """Return whether reading the other documents could remove or reword the message of a log record."""
        if not self.unread:
            return False
        if getattr(record, "subtype", None) == "xref_missing" or message.startswith(ABOUT_ALL_DOCUMENTS):
            return not message.startswith(NOT_INCLUDED)
        node = getattr(record, "location", None)
        if not isinstance(node, _addnodes().pending_xref) or message.startswith(JUDGED_REFERENCES):
            return False
        reference = (node.get("refdomain"), node.get("reftype"))
        if reference == ("std", "doc"):
            return False
        labels = self.probe.app.env.domaindata.get("std", {}).get("anonlabels", ())
        return not (reference == ("std", "ref") and node.get("reftarget") in labels)

    def is_dropped(self, document: Optional[str], message: str) -> bool:
        """Return whether only the restriction causes this message."""
        unknown = UNKNOWN_DOCUMENT.match(message)
        if self.unread and message.startswith(NOT_INCLUDED) and self.is_listed(document):
            return True
        return (self.stub is not None and document == self.stub) or bool(unknown and unknown.group(1) in self.unread)

    def is_listed(self, document: Optional[str]) -> bool:
        """Return whether the source of an unread document with a toctree names `document`, or has a pattern that matches it."""
        if document is None:
            return False

        def distance(name: str) -> "tuple[bool, int]":
            folder = name[: name.rfind("/") + 1]
            return not document.startswith(folder), -len(folder)

        # Usually it is an index beside the document or above it, so thousands of files need not be opened.
        return any(self.lists(name, document) for name in sorted(self.unread, key=distance))

    def lists(self, name: str, document: str) -> bool:
        """Return whether `document`, or a pattern that matches it, is among the lines that can be toctree entries of `name`."""
        if name not in self.entries:
            self.entries[name] = frozenset(self.listing(name))
        entries = self.entries[name]
        return document in entries or any("*" in entry and fnmatch.fnmatchcase(document, entry) for entry in entries)

    def listing(self, name: str) -> Iterator[str]:
        """Yield the lines of a document with a toctree, each as the entry that it could be: `target` and `Title <target>`."""
        try:
            with io.open(str(self.probe.app.env.doc2path(name)), "rb") as source:
                content = source.read()
        except OSError:
            return
        if b"toctree" not in content:  # true for nearly all of thousands: these need not be decoded
            return
        patterns = b"glob" in content  # otherwise a line like `/**` is no pattern
        for line in content.decode("utf-8", "replace").splitlines():
            entry = ENTRY.match(line.strip())
            if entry and (patterns or "*" not in line):
                yield _docname_join(name, os.path.splitext(entry.group(1) or entry.group(2))[0])


def _addnodes() -> Any:
    return importlib.import_module("sphinx.addnodes")


def _docname_join(document: str, target: str) -> str:
    return str(importlib.import_module("sphinx.util").docname_join(document, target))


def _stub_source(app: Any, chosen: List[str]) -> str:
    """Return the text of the root document if it is not to be read."""
    if app.builder.name not in ASSEMBLING or not chosen:
        return STUB
    return STUB + "\n.. toctree::\n\n" + "".join("   /%s\n" % name for name in chosen)
