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
    "check": "print which diagnostics are new, in which cells",
    "bisect": "find the release that changed a diagnostic",
    "compare": "print which diagnostics differ between two cells, and which release caused each",
    "read": "print the content of a report of the 0-day robot, as data",
    "reproduce": "find out whether a report reproduces, in which cells, and which toolchain made it",
    "series": "find which patch of a series causes which diagnostic, and which fixes it",
    "history": "print the number of warnings in each cell over revisions, from the store",
    "isolate": "find which documents must be read before another one to cause a diagnostic",
    "shrink": "make the smallest Sphinx project that still gives a message",
    "merge": "make one report from the results of many jobs",
    "baseline": "write, show and prune the accepted diagnostics",
    "cells": "list the cells of the matrix, and whether each can be built here",
    "init": "write matrix.yaml, locks, a baseline and a workflow for a project",
    "lock": "resolve the locks, or check them",
    "doctor": "print what is missing on this machine, and how to install it",
    "store": "show where docs-matrix keeps its files, and how much; or remove them",
}
"""Each verb, and what it does in one line. The module of the same name in this package has its arguments and runs it."""


class Parser(argparse.ArgumentParser):
    """A parser that takes options by their full names only, and suggests a known word for an unknown one.

    An error shows the usage of its verb.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "allow_abbrev": False})

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as argparse does, and end with an error for a word that this verb does not know."""
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
    """Return the module of the verb `name`. It has `add_arguments(parser)`, and `run(args)`, which returns an exit status."""
    return importlib.import_module(f"docs_matrix.cli.{name}")


def parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser for `arguments`, whose first word is the verb. Only this verb is imported and can be parsed.

    The parsed arguments have the function that runs the verb as `run`.
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
