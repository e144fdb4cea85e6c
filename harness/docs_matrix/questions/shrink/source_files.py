"""A small project: its files, its documents, and smaller versions of it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from docs_matrix.questions.shrink.python import executed_alone, shorter_lists, smaller
from docs_matrix.questions.shrink.reduction import fewest

__all__ = ["Project", "reduced"]


@dataclass(frozen=True)
class Project:
    """`files` by path; `source` and `config` are the folders of the documents and of conf.py, `.` for the root. `before` are
    the documents to read first and `document` the one that says the message, relative to `source`."""

    files: Mapping[str, bytes]
    source: str
    config: str
    before: tuple[str, ...]
    document: str

    @property
    def conf(self) -> str:
        """The path of conf.py."""
        return posixpath.normpath(posixpath.join(self.config, "conf.py"))

    @property
    def documents(self) -> tuple[str, ...]:
        """The paths of the documents in the order of reading."""
        return tuple(posixpath.normpath(posixpath.join(self.source, name)) for name in (*self.before, self.document))

    @property
    def lines(self) -> int:
        """How many lines all files have together."""
        return sum(len(content.splitlines()) for content in self.files.values())

    def with_file(self, path: str, content: bytes) -> Project:
        """This project with another content of one file."""
        return replace(self, files={**self.files, path: content})


Holds = Callable[[Project], bool]
Executed = Callable[[Project], Mapping[str, Collection[int]]]
"""The numbers of the lines that are executed, by path."""
Change = Callable[[str, Callable[[str], bool]], str]
"""Makes a text smaller, as long as a test is true of it."""


def reduced(project: Project, holds: Holds, executed: Executed) -> Project:
    """Return the smallest version of `project` that was found with `holds` true.

    What makes each trial quicker goes first: extensions that `conf.py` lists, then files, then lines of documents and of what
    they include. Statements of `conf.py` and of extensions follow, those that are not executed before others. All of it again,
    until nothing more goes.
    """
    while True:
        before = project.files
        project = _changed(project, project.conf, shorter_lists, holds)
        project = _fewer_files(project, holds)
        project = _fewer_lines(project, project.documents, holds)
        project = _fewer_lines(project, _others(project, python=False), holds)
        project = _executed_alone(project, holds, executed)
        for path in (project.conf, *_others(project, python=True)):
            project = _changed(project, path, smaller, holds)
        project = _tidied(_fewer_files(project, holds), holds)
        if before == project.files:
            return project


def _executed_alone(project: Project, holds: Holds, executed: Executed) -> Project:
    """Return `project` without the statements that are not executed: in all sources at once, else in each that allows it."""
    lines = executed(project)
    sources = {path: project.files[path].decode("utf-8", "replace") for path in lines if path in project.files}
    smaller = {path: executed_alone(text, lines[path]).encode() for path, text in sources.items()}
    at_once = replace(project, files={**project.files, **smaller})
    if holds(at_once):
        return at_once
    for path, text in smaller.items():
        if holds(project.with_file(path, text)):
            project = project.with_file(path, text)
    return project


def _others(project: Project, *, python: bool) -> list[str]:
    """Return the paths of the Python sources, or of all other files, without documents and conf.py; the largest first."""
    rest = (path for path in project.files if path not in (*project.documents, project.conf))
    wanted = (path for path in rest if path.endswith(".py") == python)
    return sorted(wanted, key=lambda path: len(project.files[path]), reverse=True)


def _fewer_files(project: Project, holds: Holds) -> Project:
    kept = (*project.documents, project.conf)
    rest = sorted((path for path in project.files if path not in kept), key=lambda path: len(project.files[path]))

    def version(some: Sequence[str]) -> Project:
        return replace(project, files={path: project.files[path] for path in (*kept, *some)})

    return version(fewest(rest, lambda some: holds(version(some))))


def _fewer_lines(project: Project, paths: Sequence[str], holds: Holds) -> Project:
    """Return `project` with fewer lines in the files `paths`: in all of them chunks of one size go before smaller ones."""
    most = max((len(project.files[path].splitlines()) for path in paths), default=0)
    for size in (1 << power for power in range(most.bit_length(), -1, -1)):
        for path in paths:
            lines = project.files[path].splitlines(keepends=True)
            if size < len(lines) or size == 1:
                project = _version(project, path, fewest(lines, partial(_holds, project, path, holds), size))
    return project


def _version(project: Project, path: str, lines: Sequence[bytes]) -> Project:
    return project.with_file(path, b"".join(lines))


def _holds(project: Project, path: str, holds: Holds, lines: Sequence[bytes]) -> bool:
    return holds(_version(project, path, lines))


def _changed(project: Project, path: str, change: Change, holds: Holds) -> Project:
    """Return `project` with the source `path` made smaller by `change`."""
    try:
        text = project.files[path].decode()
    except (KeyError, UnicodeDecodeError):  # it went with an earlier step, or is no text
        return project

    def version(text: str) -> Project:
        return project.with_file(path, text.encode())

    return version(change(text, lambda text: holds(version(text))))


def _tidied(project: Project, holds: Holds) -> Project:
    """`project` with all of it in one folder and its documents named so that Sphinx reads them in their order, as far as
    `holds` is still true."""
    flat = _flat(project)
    if flat and holds(flat):
        project = flat
    named = _named(project)
    return named if holds(named) else project


def _flat(project: Project) -> Project | None:
    """Every file in the root, and named so in the others; None where two would have one name."""
    names = {path: posixpath.basename(path) for path in sorted(project.files, key=len, reverse=True)}
    if len(set(names.values())) < len(names):
        return None
    files = dict(project.files)
    for old, new in names.items():
        files = {path: content.replace(old.encode(), new.encode()) for path, content in files.items()}
    return Project(
        {names[path]: content for path, content in files.items()},
        ".",
        ".",
        tuple(map(posixpath.basename, project.before)),
        posixpath.basename(project.document),
    )


def _named(project: Project) -> Project:
    """The document is the index, and those before it come before it in the alphabet."""
    suffix = posixpath.splitext(project.document)[1]
    names = tuple(f"before{at}{posixpath.splitext(name)[1]}" for at, name in enumerate(project.before, 1))
    if len(names) == 1:
        names = (names[0].replace("1", ""),)
    renamed = replace(project, before=names, document=f"index{suffix}")
    moved = dict(zip(project.documents, renamed.documents, strict=True))
    return replace(renamed, files={moved.get(path, path): content for path, content in project.files.items()})
