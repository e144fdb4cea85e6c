"""A tree check as a value: a command beside the builds that reads the source and prints messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from docs_matrix.config.yaml_document import Document, Place, as_text, quoted

__all__ = ["GROUPS", "USUAL", "TreeCheck", "matches", "tree_checks"]

USUAL = (
    r"(?P<path>[^:\n]+):(?P<line>\d+):(?:\d+:)?[ \t]*"
    r"(?:\[?(?P<level>[Ww]arning|WARNING|[Ee]rror|ERROR)\b\]?:?[ \t]*)?(?P<message>.+)$"
)
"""The usual form of a message: `path:line: text`, with a column or a level if the tool prints them."""

GROUPS = ("path", "line", "level", "message", "rule")
"""The groups that the form of a message may have; it must have `message`."""


@dataclass(frozen=True)
class TreeCheck:
    """A command that reads the source of a tree and prints messages.

    - `lines`: the form of a message, a regular expression that matches from the beginning of a line and has the groups `GROUPS`;
      None for the forms that a build prints.
    - `requirements`: the packages of its environment; without any, the machine's programs run. `python`: the release of its Python;
      None for the newest of the matrix.
    - `reads`: patterns of the files on which its answer depends; empty for all. `holding`: it also depends on all files that
      contain this text.
    - `files`: patterns of the files that are named after the command: those that the change touches, or all if there is no change.
      `changed`: without a change no file is checked, unless the user asks for all.
    - `level`: the level of messages without one; `category`: the category of its messages.
    - `statuses`: the exit statuses of a check that could run. `broken`: a line that shows that it could not run.
    - `note`: its new messages fail nothing.
    - `git`: it needs a `.git` around the files.
    - `ahead`: in each file after the first, it counts a line too many.
    - `tools`: programs of the machine that can change its messages.
    """

    name: str
    command: tuple[str, ...]
    lines: str | None = USUAL
    requirements: tuple[str, ...] = ()
    python: str | None = None
    reads: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    level: str = "WARNING"
    category: str | None = None
    statuses: tuple[int, ...] = (0, 1)
    time_limit: float = 600.0
    note: bool = False
    broken: str | None = None
    git: bool = False
    holding: str | None = None
    changed: bool = False
    ahead: bool = False
    tools: tuple[str, ...] = ()


def matches(path: str, patterns: tuple[str, ...]) -> bool:
    """Return whether one of `patterns` matches `path`: the file, a folder above it, or a pattern whose `*` also matches slashes.

    >>> [matches("docs/a/b.rst", (pattern,)) for pattern in ("docs", "docs/a/b.rst", "*.rst", "*.py")]
    [True, True, True, False]
    """
    return any(
        path == pattern or path.startswith(f"{pattern.rstrip('/')}/") or fnmatchcase(path, pattern)
        for pattern in patterns
    )


def tree_checks(document: Document, values: Mapping[str, Any], place: Place) -> tuple[TreeCheck, ...]:
    """Return the tree checks that `values` at `place` describe; raises `InputError` with the line of a mistake."""
    return tuple(_tree_check(document, name, value, (*place, name)) for name, value in values.items())


def _tree_check(document: Document, name: str, value: Mapping[str, Any], place: Place) -> TreeCheck:
    def texts(key: str) -> tuple[str, ...]:
        return tuple(as_text(item) for item in value.get(key, ()))

    usual = TreeCheck(name, ())
    return TreeCheck(
        name=name,
        command=texts("command"),
        lines=_form(document, as_text(value.get("lines", USUAL)), (*place, "lines")),
        requirements=_requirements(document, texts("requirements"), (*place, "requirements")),
        python=as_text(value["python"]) if "python" in value else None,
        reads=texts("reads"),
        files=texts("files"),
        level=as_text(value.get("level", usual.level)),
        category=name,
        statuses=tuple(int(status) for status in value.get("statuses", usual.statuses)),
        time_limit=float(value.get("time_limit", usual.time_limit)),
        note=value.get("new") == "note",
    )


def _form(document: Document, text: str, place: Place) -> str:
    try:
        groups = re.compile(text).groupindex
    except re.error as error:
        raise document.error(place, f"{quoted(text)} is not a regular expression: {error}") from error
    unknown = next((name for name in groups if name not in GROUPS), None)
    if unknown or "message" not in groups:
        says = f"names the group {unknown}" if unknown else "names no group (?P<message>...)"
        raise document.error(place, f"{quoted(text)} {says}; the groups are {', '.join(GROUPS)}")
    return text


def _requirements(document: Document, texts: tuple[str, ...], place: Place) -> tuple[str, ...]:
    found = set()
    for index, text in enumerate(texts):
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            raise document.error(
                (*place, index), f"{quoted(text)} is not a requirement such as codespell>=2"
            ) from error
        if requirement.url is not None:
            raise document.error(
                (*place, index), f"{quoted(text)} names an address; only packages of the index are locked"
            )
        found.add(str(requirement))
    return tuple(sorted(found))
