"""The results of single cells, as files. If each session or job builds only one cell, these files become one report.

`keep` writes `cells/<cell>.json` for each cell of a run. `gather` makes one run from such files, from one folder or several.
Only cells that answer the same question (same tree, base, patches, read set) are combined.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from docs_matrix import files, json_values, nofollow
from docs_matrix.diagnostics.asked import Asked
from docs_matrix.diagnostics.findings import CellResult, Checkout, Run, Verdict, file_name, is_lane
from docs_matrix.diagnostics.merge_cells import merge
from docs_matrix.diagnostics.notes import Note
from docs_matrix.diagnostics.revisions import RevisionHistory, joined
from docs_matrix.errors import InputError

__all__ = ["CellFile", "gather", "keep", "question_digest", "remove_results", "result_files", "with_missing"]


@dataclass(frozen=True)
class CellFile:
    """The file that a run writes for one cell: the cell's `result`, and the parts of the run that concern this cell.

    `question` is the digest of the run's question.
    """

    question: str
    tree: str
    identity: str
    base: str
    base_identity: str | None
    docs: str
    patches: tuple[str, ...]
    notes: tuple[Note, ...]
    asked: Asked | None
    sources: Mapping[str, str]
    history: RevisionHistory | None
    checkout: Checkout | None
    result: CellResult


def question_digest(run: Run) -> str:
    """Return the digest of the question that `run` answers: its tree, base, documents and patches, but not its cells."""
    asked = (run.tree, run.identity, run.base, run.base_identity, run.docs, run.patches)
    return files.digest(json.dumps(asked))


def keep(run: Run, out: Path) -> None:
    """Write a file with the result of each cell of `run` below `out`. Each file is written atomically."""
    for cell in run.cells:
        named = {judged.diagnostic.path for judged in cell.judged}
        part = CellFile(
            question=question_digest(run),
            tree=run.tree,
            identity=run.identity,
            base=run.base,
            base_identity=run.base_identity,
            docs=run.docs,
            patches=run.patches,
            notes=run.notes,
            asked=run.asked,
            sources={path: text for path, text in run.sources.items() if path in named},
            history=run.history.of([cell.name]) if run.history else None,
            checkout=run.checkout,
            result=cell,
        )
        json_values.write(out / "cells" / f"{file_name(cell.name)}.json", part, sealed=False)


def remove_results(out: Path, stays: Callable[[CellFile], bool] = lambda _: False) -> None:
    """Remove the results of cells below `out`, except for those for which `stays` returns true. Other files stay.

    Results of another release, and files that are cut short, are removed too.
    """
    for path in sorted((out / "cells").glob("*.json")):
        part = json_values.read_or_none(path, CellFile, sealed=False)
        if (part is None or not stays(part)) and json_values.holds(path, CellFile):
            nofollow.remove(path)


def result_files(folders: Sequence[Path]) -> list[Path]:
    """Return the files with results of cells below `folders`, at any depth."""
    return [path for folder in folders for path in sorted(folder.rglob("cells/*.json"))]


def gather(folders: Sequence[Path], order: Sequence[str], asked: str | None = None) -> Run:
    """Return one run from the results of cells below `folders`, at any depth. Its cells are in `order`; others come after them.

    With `asked`, the digest of a question, results of other questions are left out. Raise `InputError` if there is no result, if
    one cannot be read, or if they answer different questions.
    """
    parts = [json_values.read(path, CellFile, sealed=False) for path in result_files(folders)]
    if asked is not None:
        parts = [part for part in parts if part.question == asked]
    if not parts:
        raise InputError(
            f"{', '.join(map(str, folders))}: no results of cells found (cells/*.json); give folders that check --out wrote"
        )
    if len({part.question for part in parts}) > 1:
        raise InputError(
            f"{', '.join(map(str, folders))}: the results belong to different trees, patches or bases; "
            "give folders of one question"
        )
    cells: dict[str, CellResult] = {}
    for cell in (_observed(part.result) for part in parts):
        cells[cell.name] = max(cell, cells.get(cell.name, cell), key=_badness)
    place = {name: number for number, name in enumerate(order)}
    ordered = tuple(
        sorted(cells.values(), key=lambda cell: (is_lane(cell.name), place.get(cell.name, len(place)), cell.name))
    )
    first = parts[0]
    return Run(
        tree=first.tree,
        identity=first.identity,
        base=first.base,
        base_identity=first.base_identity,
        docs=first.docs,
        patches=first.patches,
        notes=first.notes,
        asked=_asked([part.asked for part in parts if part.asked]),
        cells=ordered,
        findings=merge(ordered),
        sources={path: text for part in parts for path, text in part.sources.items()},
        history=joined([part.history for part in parts if part.history], order),
        checkout=first.checkout,
    )


def _observed(cell: CellResult) -> CellResult:
    """Return `cell`; if its status is `ok` but it read no document, return it as failed."""
    if cell.status == "ok" and cell.documents < 1:
        return replace(cell, status="failed", reason="its result looked at no documents", judged=())
    return cell


def _badness(cell: CellResult) -> tuple[bool, int, int]:
    """Return a key by which a worse result sorts last.

    Of two results for one cell the worse one counts, so that no job hides a finding of another.
    """
    return cell.status != "ok", cell.count(Verdict.NEW), len(cell.judged)


def with_missing(run: Run, expected: Iterable[str]) -> Run:
    """Return `run` with a failed cell for each of `expected` that left no result: a job that died must be seen."""
    have = {cell.name for cell in run.cells}
    missing = tuple(
        CellResult(name, "", "", "", "failed", reason="no result was left for this cell")
        for name in expected
        if name not in have
    )
    return replace(run, cells=run.cells + missing)


def _asked(parts: Sequence[Asked]) -> Asked | None:
    """Return one question for several jobs: the question of the first job, with the cells of all jobs.

    If one job named no cells, the result names none either, which means all cells.
    """
    if not parts:
        return None
    cells = dict.fromkeys(cell for part in parts for cell in part.cells) if all(part.cells for part in parts) else ()
    return replace(parts[0], cells=tuple(cells))
