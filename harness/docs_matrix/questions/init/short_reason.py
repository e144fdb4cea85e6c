"""Finds the important line in the reason why a cell is left out."""

from __future__ import annotations

import re

from docs_matrix.check.cell_build import NAME_IT
from docs_matrix.requirements import conf_modules

__all__ = ["lacked_requirement", "short_reason"]

_OF_SPHINX = re.compile(r"\b(?:Extension|Configuration|Theme|Application) error\b[^:\n]*:\s*([^\n]+)")
_LACKS = re.compile(r"Could not import extension|No module named|ModuleNotFoundError|PackageNotFoundError")


def short_reason(text: str) -> str:
    """Return the last error in `text`. If a package is missing, say how to add it.

    >>> short_reason("failed: Extension error:\\nCould not load x\\n")
    'Could not load x'
    """
    before, found, conflict = text.partition(" cannot be resolved: ")
    if found and "\n" not in before:
        return f"what it needs cannot be installed: {conflict.partition('. ')[0]}"
    of_sphinx = _OF_SPHINX.findall(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()] or [text]
    errors = [line for line in lines if re.search(r"[Ee]rror\b", line)]
    line: str = of_sphinx[-1].strip() if of_sphinx else (errors or lines)[-1]
    line = line.removeprefix("failed: ").removeprefix(NAME_IT)
    way = _way_out(line, text)
    return f"{line} ({way})" if way else line


def _way_out(line: str, text: str) -> str:
    """Return what the user can do about the reason `line` of the whole `text`; empty if nothing is known."""
    if re.search(r"\bPandocMissing\b", text):
        return "its documentation needs the program pandoc: install it on this machine"
    part = re.search(r"No module named '(\w+)\.([\w.]+)'", line)
    if part and not conf_modules.distribution(f"{part[1]}.{part[2]}"):
        return (
            f"{part[1]} is there and its part {part[2]} is not: --setup COMMAND makes it before the build, "
            f"--install release takes the release if {part[1]} is the project's own"
        )
    lacked = lacked_requirement(line)
    return f"--requirement {lacked or 'NAME'} adds what it lacks" if lacked or _LACKS.search(line) else ""


def lacked_requirement(text: str) -> str:
    """Return the requirement that has the module or program that a build lacked; empty if it is not known.

    >>> lacked_requirement("ModuleNotFoundError: No module named 'pkg_resources'")
    'setuptools<82'
    >>> lacked_requirement("FileNotFoundError: [Errno 2] No such file or directory: 'cog'")
    'cogapp'
    """
    found = re.findall(r"No module named '([\w.]+)'|No such file or directory: '([\w-]+)'", text)
    module, program = found[-1] if found else ("", "")
    return conf_modules.distribution(module) or conf_modules.PROGRAMS.get(program, "")
