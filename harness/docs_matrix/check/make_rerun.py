"""Make the rerun of a run: all to see its new diagnostics again, without docs-matrix, in the cell with most of them.

If nothing is new and a build failed, the rerun shows again how it fails.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from docs_matrix.builds import recipes
from docs_matrix.check.rerun import Rerun
from docs_matrix.check.subject import Subject, equip
from docs_matrix.check.workbench import Workbench
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.findings import CellResult, Run, Verdict
from docs_matrix.diagnostics.merge_cells import newest_first
from docs_matrix.trees import Change

__all__ = ["rerun_of"]

LARGEST = 4 << 20
"""The most bytes of a change for which a rerun is made: nobody mails a larger patch."""


def rerun_of(subject: Subject, run: Run, cells: tuple[Cell, ...], bench: Workbench) -> Rerun | None:
    """Return the rerun of `run`, the answer for `subject` in `cells`.

    None if nothing is new and no build failed, if there is no base, or if the change is too large to be mailed.
    """
    results = newest_first(run.builds)
    told = [result for result in results if result.status == "ok" and result.count(Verdict.NEW)]
    failed = next((result for result in results if result.build_failed), None)
    chosen = max(told, key=lambda result: result.count(Verdict.NEW), default=failed)
    if chosen is None or subject.base is None:
        return None
    patch = bench.trees.diff(subject.base, subject.head)
    if len(patch) > LARGEST:
        return None
    cell = next(cell for cell in cells if cell.name == chosen.name)
    changes = bench.trees.changed_paths(subject.base, subject.head)
    provided = equip(subject, bench, cell, subject.head)
    return Rerun(
        cell=cell.name,
        python=cell.python,
        docutils=cell.docutils,
        sphinx=cell.sphinx,
        requirements=provided.environment.lock.text,
        patch=patch,
        blobs=tuple(blob for change in changes for blob in _blobs(change)),
        build=recipes.KINDS[subject.recipe.kind].script(subject.recipe, _folders(subject, bench)),
        expected=_expected(chosen),
        packages=tuple(folder.partition("[")[0] or "." for folder in subject.install.folders),
        setup=subject.recipe.setup,
        environment=tuple((subject.recipe.environment or {}).items()),
    )


def _blobs(change: Change) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield the path, the blob before and the blob after, for each file of `change`.

    A rename gives two files: one removed, one added. Symbolic links are left out.
    """
    if change.is_link:
        return
    if change.base_path and change.base_path != change.head_path:
        yield change.base_path, change.base_blob, None
    if change.head_path:
        same = change.base_path == change.head_path
        yield change.head_path, change.base_blob if same else None, change.head_blob


def _folders(subject: Subject, bench: Workbench) -> tuple[str, ...]:
    """Return for each document of the read set its nearest folder that has an `index.rst`.

    The result is empty if all documents must be read, or if one of these folders is the top folder.
    """
    found = set[str]()
    for name in subject.read.head or ("",):
        folder = name.rstrip("/") if name.endswith("/") else posixpath.dirname(name)
        while folder and bench.trees.read(subject.head, recipes.in_tree(subject.recipe, f"{folder}/index.rst")) is None:
            folder = posixpath.dirname(folder)
        found.add(folder)
    if "" in found:
        return ()
    return tuple(sorted(one for one in found if not any(one.startswith(f"{other}/") for other in found)))


def _expected(result: CellResult) -> tuple[str, ...]:
    """Return the first printed line of each new diagnostic that has a place."""
    new = [
        judged.diagnostic
        for judged in result.judged
        if judged.verdict is Verdict.NEW and not judged.diagnostic.unjudged
    ]
    return tuple(item.printed.partition("\n")[0] for item in new if item.path is not None)
