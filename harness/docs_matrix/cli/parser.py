"""The verbs of the command, and its parser, which imports the verb that is called and no other."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence
from types import ModuleType

from docs_matrix import __version__
from docs_matrix.cli import options

__all__ = ["VERBS", "load", "parser"]

VERBS = {
    "check": "which diagnostics are new, in which cells",
    "bisect": "the release that changed a diagnostic",
    "compare": "which diagnostics differ between two cells, and the release behind each",
    "read": "what a report of the 0-day robot says, as data",
    "reproduce": "does a report reproduce, in which cells, and which toolchain really made it",
    "series": "which patch of a series brings which diagnostic, and which repairs it",
    "history": "warnings a cell over revisions, from the store",
    "isolate": "which documents must be read before another one for it to say what it says",
    "shrink": "the smallest Sphinx project that still gives a message",
    "merge": "one report from the results of many jobs",
    "baseline": "the accepted diagnostics",
    "cells": "the matrix, and whether each cell can be built here",
    "init": "a project's own matrix.yaml, locks, baseline and workflow, from what it has",
    "lock": "(re)resolve the locks",
    "doctor": "what is missing on this machine, and the command that mends it",
    "store": "where everything is kept",
}
"""Each verb in a line; the module of the same name in this package has its arguments and answers it."""


def load(name: str) -> ModuleType:
    """Return the module of the verb `name`: its `add_arguments(parser)` and its `run(options)`, an exit status."""
    return importlib.import_module(f"docs_matrix.cli.{name}")


def parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser for `arguments`, whose first word is the verb: that one alone is imported and can be parsed.

    `run` of what it parses is the function that answers.
    """
    whole = argparse.ArgumentParser(
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
