"""How the verbs print an answer: as JSON, or in lines that no terminal takes for commands."""

from __future__ import annotations

import json
from collections.abc import Iterable

from docs_matrix.reports.escaping import harmless

__all__ = ["print_json", "print_lines"]


def print_json(value: object) -> None:
    """Print `value` as JSON."""
    print(json.dumps(value, indent=2))


def print_lines(lines: Iterable[str]) -> None:
    """Print `lines`, with what a terminal would interpret made visible."""
    for line in lines:
        print(harmless(line))
