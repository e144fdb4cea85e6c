"""How a project's own makefile starts sphinx-build: the folder, and the options in `SPHINXOPTS`."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["MakefileStart", "start"]

NAMES = ("Makefile", "GNUmakefile", "makefile")

SPHINX = re.compile(rb"sphinx-build|-m\s+sphinx\b|SPHINXBUILD")
"""The text in a makefile that starts sphinx-build."""

OPTIONS = re.compile(r"^SPHINXOPTS\s*[:?+]?=[ \t]*((?:[^\n\\]|\\.|\\\n)*)", re.MULTILINE)


@dataclass(frozen=True)
class MakefileStart:
    """The `folder` in which a makefile starts sphinx-build, and those `options` that change the messages of a build."""

    folder: str
    options: tuple[str, ...]


def start(config: str, read: Callable[[str], bytes | None]) -> MakefileStart | None:
    """Return how the makefile in the folder `config` of conf.py, or in the one above, starts sphinx-build; None if none does."""
    for folder in dict.fromkeys((posixpath.normpath(config), posixpath.dirname(posixpath.normpath(config)))):
        for name in NAMES if folder else ():
            text = read(posixpath.normpath(posixpath.join(folder, name)))
            if text and SPHINX.search(text):
                return MakefileStart(folder, _options(text.decode("utf-8", "replace")))
    return None


def _options(text: str) -> tuple[str, ...]:
    """Return the options in `SPHINXOPTS` that count for reading: `-n`, tags, and settings.

    Options that stop a build at its first warning or hide warnings (`-W`, `-q`) are left out. So are those that the recipe sets
    itself: jobs, folders, the log.

    >>> _options("SPHINXOPTS ?= -n -W --keep-going -t extra -D language=de -j auto")
    ('-n', '-t', 'extra', '-D', 'language=de')
    """
    stated = OPTIONS.search(text)
    try:
        words = shlex.split(stated[1].replace("\\\n", " "), comments=True) if stated else []
    except ValueError:
        words = []
    found: list[str] = []
    while words:
        word = words.pop(0)
        if re.fullmatch(r"-[TWqvaE]*n[TWqvaEn]*|--nitpicky", word):
            found.append("-n")
        elif re.match(r"-[DAt]", word):
            value = word[2:] or (words.pop(0) if words else "")
            if value and "$" not in value:
                found += [word[:2], value]
        elif word in (
            "-j",
            "-b",
            "-d",
            "-c",
            "-w",
            "--jobs",
            "--builder",
            "--doctree-dir",
            "--conf-dir",
            "--warning-file",
        ):
            words = words[1:]
    return tuple(found)
