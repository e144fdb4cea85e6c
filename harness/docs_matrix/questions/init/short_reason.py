"""The one line that matters of the reason why a cell is left out."""

from __future__ import annotations

import re

__all__ = ["short_reason"]

_OF_SPHINX = re.compile(r"\b(?:Extension|Configuration|Theme|Application) error\b[^:\n]*:\s*([^\n]+)")
_LACKS = re.compile(r"Could not import extension|No module named|ModuleNotFoundError|PackageNotFoundError")


def short_reason(text: str) -> str:
    """Return the last error in `text`, with the way out if a package is missing.

    >>> short_reason("failed: Extension error:\\nCould not load x\\n")
    'Could not load x'
    """
    of_sphinx = _OF_SPHINX.findall(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()] or [text]
    errors = [line for line in lines if re.search(r"[Ee]rror\b", line)]
    line: str = of_sphinx[-1].strip() if of_sphinx else (errors or lines)[-1]
    line = line.removeprefix("failed: ").removeprefix("name what it needs by --requirement: ")
    return f"{line} (--requirement NAME adds what it lacks)" if _LACKS.search(line) else line
