"""A small project: its files, its documents, and smaller versions of it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from docs_matrix.questions.shrink.python import Lines, Sources, shorter_lists, smaller
from docs_matrix.questions.shrink.reduction import Holds, fewest

__all__ = ["Project", "reduced"]


@dataclass(frozen=True)
class Project:
    """The `files` of a project by path. `source` and `config` are the folders of the documents and of conf.py, `.` for the root.

    `before` are the documents to read first, and `document` is the one that gives the message, relative to `source`.
    """

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
        """The number of lines of all files."""
        return sum(len(content.splitlines()) for content in self.files.values())

    def with_file(self, path: str, content: bytes) -> Project:
        """Return this project with another content for one file."""
        return replace(self, files={**self.files, path: content})


WORTH = 0.2
"""A further round is only made if the last round removed at least this part of all lines.

Later rounds remove only a line or two.
"""
Test = Holds[Project]
Executed = Callable[[Project], Lines]
"""Returns the numbers of the lines that are executed, by path."""
Change = Callable[[Sources, Holds[Sources]], Sources]
"""Makes texts smaller, as long as a test is true for them."""


def reduced(project: Project, holds: Test, executed: Executed) -> Project:
    """Return the smallest version of `project` that was found for which `holds` is true.

    Parts that make each trial faster are removed first: lines of documents, extensions that `conf.py` lists, files, then lines
    of files that the documents include. The Python sources follow. All steps are repeated as long as a round removes some
    `WORTH` of all lines.
    """
    while True:
        before = project.lines
        project = _fewer_lines(project, project.documents, holds)
        project = _changed(project, [project.conf], shorter_lists, holds)
        project = _fewer_files(project, holds)
        project = _fewer_lines(project, _others(project, python=False), holds)
        project = _less_python(project, holds, executed)
        project = _tidied(_fewer_files(project, holds), holds)
        if project.lines >= before * (1 - WORTH):
            return project


def _others(project: Project, *, python: bool) -> list[str]:
    """Return the paths of the Python sources, or of all other files except documents and conf.py; the largest first."""
    rest = (path for path in project.files if path not in (*project.documents, project.conf))
    wanted = (path for path in rest if path.endswith(".py") == python)
    return sorted(wanted, key=lambda path: len(project.files[path]), reverse=True)


def _fewer_files(project: Project, holds: Test) -> Project:
    kept = (*project.documents, project.conf)
    rest = sorted((path for path in project.files if path not in kept), key=lambda path: len(project.files[path]))

    def version(some: Sequence[str]) -> Project:
        return replace(project, files={path: project.files[path] for path in (*kept, *some)})

    return version(fewest(rest, lambda *some: holds(*map(version, some))))


def _fewer_lines(project: Project, paths: Sequence[str], holds: Test) -> Project:
    """Return `project` with fewer lines in the files `paths`. Large chunks are removed from all files before smaller chunks."""
    most = max((len(project.files[path].splitlines()) for path in paths), default=0)
    for size in (1 << power for power in range(most.bit_length(), -1, -1)):
        for path in paths:
            lines = project.files[path].splitlines(keepends=True)
            if size < len(lines) or size == 1:
                version = partial(_version, project, path)
                project = version(fewest(lines, partial(_holds, version, holds), size, size))
    return project


def _version(project: Project, path: str, lines: Sequence[bytes]) -> Project:
    return project.with_file(path, b"".join(lines))


def _holds(version: Callable[[Sequence[bytes]], Project], holds: Test, *some: Sequence[bytes]) -> bool:
    return holds(*map(version, some))


def _less_python(project: Project, holds: Test, executed: Executed) -> Project:
    """Return `project` with smaller Python sources."""

    def change(sources: Sources, holds: Holds[Sources]) -> Sources:
        return smaller(sources, holds, lambda sources: executed(_with_sources(project, sources)))

    return _changed(project, [project.conf, *_others(project, python=True)], change, holds)


def _changed(project: Project, paths: Sequence[str], change: Change, holds: Test) -> Project:
    """Return `project` with the sources `paths` made smaller by `change`."""
    sources = {path: project.files[path].decode("utf-8", "surrogateescape") for path in paths}
    return _with_sources(
        project, change(sources, lambda *some: holds(*(_with_sources(project, sources) for sources in some)))
    )


def _with_sources(project: Project, sources: Sources) -> Project:
    files = {path: text.encode("utf-8", "surrogateescape") for path, text in sources.items()}
    return replace(project, files={**project.files, **files})


def _tidied(project: Project, holds: Test) -> Project:
    """Return `project` in one folder, with names of documents so that Sphinx reads them in order, if `holds` stays true."""
    flat = _flat(project)
    if flat and holds(flat):
        project = flat
    named = _named(project)
    return named if holds(named) else project


def _flat(project: Project) -> Project | None:
    """Return the project with every file in the root, also in references to it; None if two files would have the same name."""
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
    """Return `project` with its document as the index, and with names for the documents before it that sort first."""
    suffix = posixpath.splitext(project.document)[1]
    names = tuple(f"before{at}{posixpath.splitext(name)[1]}" for at, name in enumerate(project.before, 1))
    if len(names) == 1:
        names = (names[0].replace("1", ""),)
    renamed = replace(project, before=names, document=f"index{suffix}")
    moved = dict(zip(project.documents, renamed.documents, strict=True))
    return replace(renamed, files={moved.get(path, path): content for path, content in project.files.items()})
