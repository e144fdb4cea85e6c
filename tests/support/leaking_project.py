"""A small project whose extension leaves something behind in the process: what some documents say depends on others."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LEAKING"]

CONF = """\
import os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
extensions = ["leak"]
exclude_patterns = ["README.rst"]
"""
LEAK = """\
from docutils.parsers.rst import Directive

left = set()


class Leave(Directive):
    required_arguments = 1

    def run(self):
        left.add(self.arguments[0])
        return []


class Look(Directive):
    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        if set(self.arguments[0].split()) <= left:
            return [self.state.document.reporter.warning("Something is left.", line=self.lineno)]
        return []


def setup(app):
    app.add_directive("leave", Leave)
    app.add_directive("look", Look)
    return {"parallel_read_safe": True}
"""


def _plain(name: str) -> str:
    return f"{name}\n{'=' * len(name)}\n\nText.\n"


LEAKING: Mapping[str, str] = {
    "conf.py": CONF,
    "leak.py": LEAK,
    "README.rst": "no document\n",
    "index.rst": "Top\n===\n\n.. toctree::\n   :glob:\n\n   *\n",
    **{f"d{number}.rst": _plain(f"D{number}") for number in range(10, 40)},
    "d17.rst": "D17\n===\n\n.. leave:: one\n",
    "d22.rst": "D22\n===\n\n.. leave:: two\n\n.. _twice:\n\nInner\n-----\n",
    "d30.rst": "D30\n===\n\n.. look:: one\n",
    "d31.rst": "D31\n===\n\n.. look:: one two\n",
    "d32.rst": "D32\n===\n\n`broken\n",
}
"""`d30` says "Something is left." behind `d17`, `d31` behind both `d17` and `d22`; `d32` is broken whatever comes before."""
