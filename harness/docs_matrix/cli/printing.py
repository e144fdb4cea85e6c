"""How the verbs print an answer: as JSON, or in lines that no terminal takes for commands."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable

from docs_matrix.reports.escaping import harmless, one_line

__all__ = ["complain", "print_json", "print_lines"]


def print_json(value: object) -> None:
    """Print `value` as JSON."""
    print(harmless(json.dumps(value, indent=2), bracket="\\u005b"))


def print_lines(lines: Iterable[str]) -> None:
    """Print `lines`, with what a terminal would interpret made visible."""
    for line in lines:
        print(harmless(line))


def complain(text: str) -> None:
    """Print `text` to standard error, on one line that no terminal and no runner takes for a command."""
    print(harmless(one_line(text)), file=sys.stderr)
