"""Runs inside a cell, beside the probe: finds the file and line of text that a directive took from another file.

MyST, since 5.1, names the document for a message about a file that it includes; `included` is that file.

A directive can take lines from any file and have them parsed. Docutils knows the file and the number of each line. But it
counts the line of a message in the document, except if the directive does something about it: `api.rst:1` for `schema.json:7`.

Only the standard library, Python 3.6 and later.
"""

import functools
import importlib
import io
import os
import sys
from typing import Any, Callable, List, Optional, Tuple  # noqa: F401 (used in comments)

__all__ = ["NestedLines"]


class NestedLines(object):
    """The parsers that run now, the innermost last, and the `place`, in its lines, of the message that is being made."""

    def __init__(self) -> None:
        self.machines = []  # type: List[Any]
        self.renderers = []  # type: List[Any]
        self.place = None  # type: Optional[Tuple[str, int]]

    def install(self) -> None:
        """Watch docutils' nested parsers and its messages."""
        states = importlib.import_module("docutils.parsers.rst.states")  # type: Any
        states.NestedStateMachine.run = self.running(states.NestedStateMachine.run)
        reporter = importlib.import_module("docutils.utils").Reporter  # type: Any
        reporter.system_message = self.telling(reporter.system_message)

    def running(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def run(machine: Any, *arguments: Any, **options: Any) -> Any:
            self.machines.append(machine)
            try:
                return original(machine, *arguments, **options)
            finally:
                self.machines.pop()

        return run

    def install_markdown(self) -> None:
        """Watch MyST's directive that includes a file, if an extension has brought MyST."""
        mocking = sys.modules.get("myst_parser.mocking")  # type: Any
        if mocking is not None:
            mocking.MockIncludeDirective.run = self.including(mocking.MockIncludeDirective.run)

    def including(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def run(directive: Any) -> Any:
            self.renderers.append(directive.renderer)
            try:
                return original(directive)
            finally:
                self.renderers.pop()

        return run

    @property
    def included(self) -> Optional[str]:
        """The file that MyST includes now; None if it includes none."""
        return os.path.abspath(self.renderers[-1].document["source"]) if self.renderers else None

    def telling(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def system_message(reporter: Any, *arguments: Any, **options: Any) -> Any:
            before, self.place = self.place, self.of(options)
            try:
                return original(reporter, *arguments, **options)
            finally:
                self.place = before

        return system_message

    def of(self, options: Any) -> Optional[Tuple[str, int]]:
        """Return the file and line that the innermost parser knows for a message with these options; None if there is no file."""
        if not self.machines or "source" in options or "base_node" in options or not options.get("line"):
            return None
        try:
            source, line = self.machines[-1].get_source_and_line(options["line"])
        except Exception:  # lines that an extension made may have no source
            return None
        if not (source and line and os.path.isfile(source)):
            return None
        with io.open(source, "rb") as file:
            return os.path.abspath(source), min(line, sum(1 for _ in file) or 1)  # an extension may count lines from 1
