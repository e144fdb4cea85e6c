"""A small project: its files, its documents, and smaller versions of it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from docs_matrix.questions.shrink.python import smaller
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


def reduced(project: Project, holds: Holds) -> Project:
    """Return the smallest version of `project` that was found with `holds` true.

    Lines of documents go first, then files, then lines of what they include: each trial is quicker after that. Then lines and
    statements of `conf.py`, which lists its extensions one a line; then statements of extensions. All of it again, until
    nothing more goes.
    """
    while True:
        before = project.files
        for path in project.documents:
            project = _fewer_lines(project, path, holds)
        project = _fewer_files(project, holds)
        for path in _others(project, python=False):
            project = _fewer_lines(project, path, holds)
        project = _less_code(_fewer_lines(project, project.conf, holds), project.conf, holds)
        project = _tidied(_fewer_files(project, holds), holds)
        for path in _others(project, python=True):
            project = _less_code(project, path, holds)
        if before == project.files:
            return project


def _others(project: Project, *, python: bool) -> list[str]:
    """Return the paths of the Python sources, or of all other files, without documents and conf.py."""
    rest = (path for path in project.files if path not in (*project.documents, project.conf))
    return sorted(path for path in rest if path.endswith(".py") == python)


def _fewer_files(project: Project, holds: Holds) -> Project:
    kept = (*project.documents, project.conf)
    rest = [path for path in project.files if path not in kept]

    def version(some: Sequence[str]) -> Project:
        return replace(project, files={path: project.files[path] for path in (*kept, *some)})

    return version(fewest(rest, lambda some: holds(version(some))))


def _fewer_lines(project: Project, path: str, holds: Holds) -> Project:
    def version(some: Sequence[bytes]) -> Project:
        return project.with_file(path, b"".join(some))

    return version(fewest(project.files[path].splitlines(keepends=True), lambda some: holds(version(some))))


def _less_code(project: Project, path: str, holds: Holds) -> Project:
    try:
        text = project.files[path].decode()
    except UnicodeDecodeError:
        return project

    def version(text: str) -> Project:
        return project.with_file(path, text.encode())

    if holds(version("")):
        return version("")
    return version(smaller(text, lambda text: holds(version(text))))


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
