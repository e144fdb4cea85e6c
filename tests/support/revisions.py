"""A repository of four revisions, and the histories that the command prints of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.conftest import NEWEST, Answer, Command
from tests.support.git import git

__all__ = ["CONF", "GOOD", "INDEX", "SHORT", "Write", "check", "four_revisions", "histories"]

Write = Callable[[str, Mapping[str, str]], Path]

CONF = "project = 'p'\n"
GOOD = "A page\n======\n\nText.\n"
SHORT = "A page\n====\n\nText.\n"
INDEX = "Index\n=====\n\n.. toctree::\n\n   a\n"


def four_revisions(write: Write) -> Path:
    """Make one warning, then a repair with two other mistakes, one state that cannot be built, and one without mistakes."""
    folder = write("project", {"docs/conf.py": CONF, "docs/index.rst": INDEX, "docs/a.rst": SHORT})
    git(folder, "init", "-q")
    states = {
        "one warning": {},
        "two others": {"docs/a.rst": GOOD + "\n*open\n\n|no|\n"},
        "broken": {"docs/conf.py": "raise ValueError('no')\n"},
        "none": {"docs/conf.py": CONF, "docs/a.rst": GOOD},
    }
    for subject, files in states.items():
        write("project", files)
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", subject)
    return folder


def histories(answer: Answer) -> list[dict[str, Any]]:
    """Return the histories that the command printed."""
    assert answer.status == 0, answer.stderr
    found: list[dict[str, Any]] = json.loads(answer.stdout)["histories"]
    return found


def check(docs_matrix: Command, *words: str | Path, **options: Any) -> Answer:
    """Check a tree in the newest cell."""
    return docs_matrix("check", "--cell", NEWEST, "--tree", *words, **options)
