"""The results of single cells, as files: how sessions and jobs that build one cell each make one report together.

`keep` writes `cells/<cell>.json` for each cell of a run; `gather` makes one run of such files, from one folder or many.
Only cells that answer the same question (same tree, base, patches, read set) are put together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from docs_matrix import files, json_values, nofollow
from docs_matrix.diagnostics.asked import Asked
from docs_matrix.diagnostics.findings import CellResult, Run, SourceCode, Verdict, file_name, is_lane
from docs_matrix.diagnostics.merge_cells import merge
from docs_matrix.diagnostics.notes import Note
from docs_matrix.diagnostics.revisions import RevisionHistory, joined
from docs_matrix.errors import InputError

__all__ = ["CellFile", "forget", "gather", "keep", "left", "question", "with_missing"]


@dataclass(frozen=True)
class CellFile:
    """What a run leaves of one cell: its `result`, and of the run the digest of its `question` and what concerns the cell."""

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
    source: SourceCode | None
    result: CellResult


def question(run: Run) -> str:
    """Return the digest of what `run` asked, whatever its cells."""
    asked = (run.tree, run.identity, run.base, run.base_identity, run.docs, run.patches)
    return files.digest(json.dumps(asked))


def keep(run: Run, out: Path) -> None:
    """Write the results of each cell of `run` below `out`, each whole."""
    for cell in run.cells:
        named = {judged.diagnostic.path for judged in cell.judged}
        part = CellFile(
            question=question(run),
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
            source=run.source,
            result=cell,
        )
        json_values.write(out / "cells" / f"{file_name(cell.name)}.json", part, sealed=False)


def forget(out: Path, but: Callable[[CellFile], bool] = lambda _: False) -> None:
    """Remove the results of cells below `out`, except for those that `but` accepts; no other file.

    Results that another release left, and those that are cut, are removed too.
    """
    for path in sorted((out / "cells").glob("*.json")):
        part = json_values.read_or_none(path, CellFile, sealed=False)
        if (part is None or not but(part)) and json_values.holds(path, CellFile):
            nofollow.remove(path)


def left(folders: Sequence[Path]) -> list[Path]:
    """Return the results of cells that lie below `folders`, at any depth."""
    return [path for folder in folders for path in sorted(folder.rglob("cells/*.json"))]


def gather(folders: Sequence[Path], order: Sequence[str], asked: str | None = None) -> Run:
    """Return one run of the cells whose results lie below `folders`, at any depth; cells come in `order`, others behind.

    `asked` leaves out results of other questions. Raises `InputError` where there is none, where one cannot be read, or
    where they answer different questions.
    """
    parts = [json_values.read(path, CellFile, sealed=False) for path in left(folders)]
    if asked is not None:
        parts = [part for part in parts if part.question == asked]
    if not parts:
        raise InputError(f"{', '.join(map(str, folders))}: no results of cells found (cells/*.json)")
    if len({part.question for part in parts}) > 1:
        raise InputError(f"{', '.join(map(str, folders))}: the results belong to different trees, patches or bases")
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
        source=first.source,
    )


def _observed(cell: CellResult) -> CellResult:
    """Return `cell`, as failed if it says that it is well and looked at nothing: that is no answer."""
    if cell.status == "ok" and cell.documents < 1:
        return replace(cell, status="failed", reason="its result looked at no documents", judged=())
    return cell


def _badness(cell: CellResult) -> tuple[bool, int, int]:
    """Return how bad a result is: of two for one cell the worse one counts, so that no job hides what another found."""
    return cell.status != "ok", cell.count(Verdict.NEW), len(cell.judged)


def with_missing(run: Run, expected: Iterable[str]) -> Run:
    """Return `run` with a failed cell for each of `expected` that gave no result: a job that died is no silence."""
    have = {cell.name for cell in run.cells}
    missing = tuple(
        CellResult(name, "", "", "", "failed", reason="no result was left for this cell")
        for name in expected
        if name not in have
    )
    return replace(run, cells=run.cells + missing)


def _asked(parts: Sequence[Asked]) -> Asked | None:
    """Return the question of several jobs: that of the first, in the cells of all; all cells if one job was asked for all."""
    if not parts:
        return None
    cells = dict.fromkeys(cell for part in parts for cell in part.cells) if all(part.cells for part in parts) else ()
    return replace(parts[0], cells=tuple(cells))
