"""Runs inside a cell, beside the probe: names the places in a build's messages without the folders of the build.

The `path` of a record is relative to the root, with forward slashes, also if it leads there through a link. A message of
kernel-doc has its place as `<document>:<line>: ./file.c`: it gets the C file as its path, and `<document>:<line>` as `via`. The
line of a docstring counts inside the docstring, so its path names the docstring: `pkg/x.py:docstring of pkg.x.f`. `docstring`
has its lines as they were read, after all extensions changed them. If a part of a file is included, `part` is the line inside
the part, and `line` is the line of the file. Files outside the tree begin with a name in place of the folder:
`site-packages/…`, `stdlib/…`, `<output>/…`. Sources without a file keep their name: `<rst_epilog>`.
"""

import importlib
import os
import re
import sysconfig
from typing import Any, List, Optional, Sequence, Tuple

__all__ = ["Places", "plain", "relocate"]

ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


def plain(text: str) -> str:
    """Return `text` without the sequences that colour a terminal."""
    return ANSI.sub("", text)


def relocate(places: Sequence[Tuple[str, str]], text: str) -> str:
    """Return `text` with the folders of this build replaced: each pair is a folder and the name that it gets.

    With ("/b/1", "") and ("/e/lib", "stdlib"): "/b/1/a.rst and /e/lib/os.py in /b/1" becomes "a.rst and stdlib/os.py
    in .", and "/b/12" stays.
    """
    names = {folder: name for folder, name in places if folder.strip("/")}
    if not any(folder in text for folder in names):
        return text
    folders = "|".join(re.escape(folder) for folder in sorted(names, key=len, reverse=True))

    def replacement(match: Any) -> str:
        name, slash = names[match.group(1)], match.group(2)
        return name + str(slash) if name else "" if slash else "."

    return re.sub(r"(?<![\w.-])(%s)(?![\w-]|\.\w)(/?)" % folders, replacement, text)


class Places(object):
    """The folders of one build and their names, as pairs; pairs can be added."""

    def __init__(self, root: str, more: Sequence[Sequence[str]]) -> None:
        """`root` is the folder of the tree, `more` are the first pairs."""
        self.pairs = [(folder, name) for folder, name in more] + _places(root)
        self.app = None  # type: Any

    def relocate(self, text: str) -> str:
        return relocate(self.pairs, text)

    def location(self, location: Any) -> Tuple[Optional[str], Optional[int], Optional[str]]:
        """Return the path, the line and the chain of a record's location: a node, a tuple, a document, a text or nothing."""
        if isinstance(location, tuple):
            document, number = (*location, None, None)[:2]
            text = "%s:%s" % (self.app.env.doc2path(document), number or "") if document else ""
        elif isinstance(location, str):
            text = location if ":" in location or not location else str(self.app.env.doc2path(location))
        elif location is not None:
            text = importlib.import_module("sphinx.util.logging").get_node_location(location) or ""
        else:
            text = ""
        path, _, last = text.rpartition(":")
        line = int(last) if last.isdigit() and len(last) < 10 else None
        if line is None and last not in ("", "None"):
            path = text
        if path in ("", "<unknown>"):
            return None, None, None
        chain, separator, file = path.partition(": ")
        if separator and chain.rpartition(":")[2].isdigit():
            return self.tidy(file), line, self.tidy(chain)
        return self.tidy(path), line, None

    def tidy(self, path: str) -> str:
        """Return `path` relative to the root, in the form that the module's docstring describes."""
        if path.startswith("<"):
            return path
        for folder in (os.getcwd(), str(getattr(self.app, "srcdir", ""))):
            if os.path.exists(os.path.join(folder, path)):
                path = os.path.join(folder, path)
                break
        path = os.path.normpath(path)
        ending = os.path.splitext(path)[1]
        if ending and not os.path.exists(path) and os.path.exists(path[: -len(ending)]):
            path = path[: -len(ending)]  # Sphinx took a path for the name of a document: c.rst.rst, index.md.rst
        short = self.relocate(path)
        if os.path.isabs(short):
            short = self.relocate(os.path.realpath(path))
        if os.path.isabs(short):
            short = path
        return short.replace(os.sep, "/")

    def document_of(self, path: str) -> Optional[str]:
        """Return the name of the document whose source is `path`, a path relative to the root."""
        start = self.tidy(str(self.app.srcdir))
        inside = path if start == "." else path[len(start) + 1:] if path.startswith(start + "/") else ""
        found = getattr(getattr(self.app, "env", None), "found_docs", ())
        return next((name for name in (inside, os.path.splitext(inside)[0]) if name in found), None)


def _places(root: str) -> List[Tuple[str, str]]:
    """Return the folders that a message may name, and their names in records."""
    paths = sysconfig.get_paths()
    named = [
        (os.path.abspath(root), ""),
        (paths["purelib"], "site-packages"),
        (paths["platlib"], "site-packages"),
        (paths["stdlib"], "stdlib"),
    ]
    return named + [(os.path.realpath(folder), name) for folder, name in named if os.path.realpath(folder) != folder]
