"""Runs inside a cell, beside the probe: records which files of the tree a build opens or names to a program.

Each becomes a line `opened` of the records (`path`, relative to the root), once in a process. A line `variables` has the
environment that the build was started with. It needs Python 3.8.
"""

import os
import sys
from typing import Any

__all__ = ["watch"]


def watch(probe: Any, root: str) -> None:
    """Watch from now on, also in processes that are forked from this one."""
    top = os.path.realpath(root)
    seen = set()  # type: set[str]

    def note(path: Any) -> None:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return
        whole = os.path.realpath(os.path.join(os.getcwd(), os.fsdecode(path)))
        if whole in seen or not whole.startswith(top + os.sep):
            return
        seen.add(whole)
        if os.path.isfile(whole):
            probe.put("opened", path=os.path.relpath(whole, top).replace(os.sep, "/"))

    def hook(event: str, arguments: Any) -> None:
        with probe.guarded():
            if event == "open":
                note(arguments[0])
            elif event == "subprocess.Popen":
                for word in arguments[1] if isinstance(arguments[1], (list, tuple)) else ():
                    note(word)

    probe.put("variables", values=dict(os.environ))
    sys.addaudithook(hook)
