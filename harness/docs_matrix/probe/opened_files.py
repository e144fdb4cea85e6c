"""Runs inside a cell, beside the probe: records which files of the tree a build opens or gives to a program by name.

Each file becomes a line `opened` of the records (`path`, relative to the root), once in a process. A line `variables` has the
environment with which the build was started. It needs Python 3.8.
"""

import os
from typing import Any

__all__ = ["watch"]


def watch(probe: Any, looks: Any, root: str) -> None:
    """Watch from now on, also in processes that are forked from this one; `looks` is the module `file_audit`."""
    top = os.path.realpath(root)
    seen = set()  # type: set[str]

    def note(kind: str, path: str) -> None:
        whole = os.path.realpath(path)
        inside = whole.startswith(top + os.sep) and not whole.startswith(os.path.join(top, ".git") + os.sep)
        if kind == "files" and whole not in seen and inside:
            seen.add(whole)
            if os.path.isfile(whole):
                probe.put("opened", path=os.path.relpath(whole, top).replace(os.sep, "/"))

    probe.put("variables", values=dict(os.environ))
    looks.Ear(note, imports=True)
