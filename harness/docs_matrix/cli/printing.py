"""How the verbs print an answer: as JSON, or as lines. No terminal can take a part of it for a command."""

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
    """Print `lines`, with characters that control a terminal made visible."""
    for line in lines:
        print(harmless(line))


def complain(text: str) -> None:
    """Print `text` to standard error in one line. No terminal and no CI runner can take it for a command."""
    print(harmless(one_line(text)), file=sys.stderr)
