"""Runs inside a cell, beside the probe: finds what switches warnings off, by a setting or without Sphinx's knowledge.

Settings are recorded as they are, so a comparison of two builds finds out whether a change added one. If the logging is
disabled, or if the handler of warnings was removed, the build says nothing about its tree.

Only the standard library, Python 3.6 and later.
"""

import io
import logging
import os
import re
from typing import Any, List, Optional

__all__ = ["Silence", "settings"]

LISTS = ("suppress_warnings", "nitpick_ignore", "nitpick_ignore_regex")
LEVEL = re.compile(r"^[ \t]*(report[_-]level|quiet)[ \t]*[:=][ \t]*(\S+)", re.MULTILINE)


class Silence(object):
    """Sphinx's logger in the state in which Sphinx made it."""

    def __init__(self, namespace: str, handlers: List[Any]) -> None:
        self.logger = logging.getLogger(namespace)
        self.handlers = handlers

    def disabled(self) -> Optional[str]:
        """Return how all warnings are switched off at this moment; None if they are not."""
        if logging.root.manager.disable >= logging.WARNING:
            return "logging is disabled (logging.disable)"
        if self.logger.disabled:
            return "Sphinx's logger is disabled"
        if not self.logger.isEnabledFor(logging.WARNING):
            return "the level of Sphinx's logger is above WARNING"
        return None

    def broken(self) -> Optional[str]:
        """Return the same; also if the handler that prints warnings was removed, except while Sphinx itself holds warnings back."""
        for handler in self.handlers:
            if handler not in self.logger.handlers:
                return "the handler that prints Sphinx's warnings was removed"
            if handler.level > logging.WARNING:
                return "the level of the handler that prints Sphinx's warnings is above WARNING"
        return self.disabled()

    def filters(self) -> List[str]:
        """Return the filters of warnings that are not Sphinx's own."""
        found = [one for owner in [self.logger, *self.handlers] for one in owner.filters]
        kinds = [one if hasattr(one, "__qualname__") else type(one) for one in found]
        names = ["%s.%s" % (kind.__module__, kind.__qualname__) for kind in kinds]
        return ["a filter: " + name for name in names if not name.startswith(("sphinx.", "docs_matrix_", "__main__.Probe"))]


def settings(app: Any) -> List[str]:
    """Return the settings of a project that hide warnings, each as a line."""
    found = []
    for name in LISTS:
        found += ["%s: %s" % (name, value) for value in getattr(app.config, name, None) or ()]
    if not getattr(app.config, "nitpicky", False):
        found.append("nitpicky: off")
    for folder in sorted({str(app.srcdir), str(app.confdir)}):
        try:
            with io.open(os.path.join(folder, "docutils.conf"), encoding="utf-8", errors="replace") as stream:
                found += ["docutils.conf: %s %s" % pair for pair in LEVEL.findall(stream.read(100000))]
        except OSError:
            continue
    return sorted(set(found))
