"""The verbs of the command, and its parser, which imports the verb that is called and no other."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from docs_matrix import __version__
from docs_matrix.cli import options
from docs_matrix.suggestions import did_you_mean

__all__ = ["VERBS", "Parser", "load", "parser"]

VERBS = {
    "check": "which diagnostics are new, in which cells",
    "bisect": "the release that changed a diagnostic",
    "compare": "which diagnostics differ between two cells, and which release caused each",
    "read": "the content of a report of the 0-day robot, as data",
    "reproduce": "whether a report reproduces, in which cells, and which toolchain made it",
    "series": "which patch of a series causes which diagnostic, and which fixes it",
    "history": "the number of warnings in each cell over revisions, from the store",
    "isolate": "which documents must be read before another one to cause a diagnostic",
    "shrink": "the smallest Sphinx project that still gives a message",
    "merge": "one report from the results of many jobs",
    "baseline": "the accepted diagnostics",
    "cells": "the matrix, and whether each cell can be built here",
    "init": "write matrix.yaml, locks, a baseline and a workflow for a project",
    "lock": "resolve the locks",
    "doctor": "what is missing on this machine, and how to install it",
    "store": "where docs-matrix keeps its files, and how much",
}
"""Each verb in a line; the module of the same name in this package has its arguments and answers it."""


class Parser(argparse.ArgumentParser):
    """A parser that takes options by their full names only, and says what an unknown word may have been meant for.

    An error shows the usage of the verb that it is about.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "allow_abbrev": False})

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as argparse does; ends with an error for what this verb does not know, instead of handing it on."""
        if self._subparsers is None:
            for word in args or ():
                self._refuse_unknown_option(word)
        found, rest = super().parse_known_args(args, namespace)
        if rest:
            self.error(f"unexpected: {' '.join(rest)}")
        return found, rest

    def _refuse_unknown_option(self, word: str) -> None:
        name = word.partition("=")[0]
        if name.startswith("--") and name != "--" and " " not in word and name not in self._option_string_actions:
            self.error(f"{name}: no such option{did_you_mean(name, self._option_string_actions)}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            known = did_you_mean(str(value), action.choices) or f"; choose from {', '.join(action.choices)}"
            raise argparse.ArgumentError(action, f"there is no {value!r}{known}")


def load(name: str) -> ModuleType:
    """Return the module of the verb `name`: its `add_arguments(parser)` and its `run(options)`, an exit status."""
    return importlib.import_module(f"docs_matrix.cli.{name}")


def parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser for `arguments`, whose first word is the verb: that one alone is imported and can be parsed.

    `run` of what it parses is the function that answers.
    """
    whole = Parser(
        prog="docs-matrix",
        description="Build a documentation tree under pinned toolchains, and say exactly which warnings are new.",
    )
    whole.add_argument("--version", action="version", version=f"docs-matrix {__version__}")
    verbs = whole.add_subparsers(title="verbs", required=True, metavar="VERB")
    for name, line in VERBS.items():
        verb = verbs.add_parser(name, help=line, description=options.sentence(line))
        if name in arguments[:1]:
            module = load(name)
            module.add_arguments(verb)
            verb.set_defaults(run=module.run)
    return whole
