"""Which document gives a message: the file at its place, or a document that includes or describes that file."""

from __future__ import annotations

import posixpath
from dataclasses import replace

from docs_matrix.check import read_set
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.selector import Wanted
from docs_matrix.check.subject import Subject
from docs_matrix.config.matrix import Cell
from docs_matrix.errors import InputError

__all__ = ["reading_one"]


def reading_one(path: str, wanted: Wanted, cell: Cell, runner: CellRunner) -> Subject:
    """Return the runner's subject with a read set of one document: the one that gives the message `wanted` at `path`.

    `path` is a document, or a file that documents include or are generated from. If it is not a document itself, or
    another document includes it, a build in `cell` finds the document. Raise `InputError` if the tree has no such file,
    or if no document gives the message at that path.
    """
    subject, trees = runner.subject, runner.bench.trees
    place = posixpath.normpath(path.replace("\\", "/"))
    naming = read_set.naming(place, subject.head, subject.recipe, trees)
    document: Subject | None = None
    try:
        document = _reading(path, runner)
    except InputError as error:
        if place not in trees.paths(subject.head):
            raise InputError(str(error).replace("--docs", "--path", 1)) from error
    reads = [*([naming] if naming else []), *([] if document else [None])]
    for documents in reads:
        build = runner.build(cell, subject.head, documents, doing="finding the document").answer().build
        here = [one for one in replace(wanted, path=None).of(build.diagnostics) if one.path == place and one.document]
        if here and here[0].document:
            return _reading(here[0].document, runner)
    if document is None:
        raise InputError(f"--path {path}: no document gives this message at that path, in {cell.name}")
    return document


def _reading(name: str, runner: CellRunner) -> Subject:
    subject = runner.subject
    read = read_set.choose((name,), subject.base, subject.head, subject.recipe, runner.bench.trees)
    return replace(subject, read=read, asked=replace(subject.asked, docs=(name,)))
