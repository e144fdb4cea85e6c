"""The results of single cells, as files: how sessions and jobs that build one cell each make one report together.

`keep` writes `cells/<cell>.json` for each cell of a run; `gather` makes one run of such files, from one folder or many.
Only cells that answer the same question (same tree, base, patches, read set) are put together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from docs_matrix import files, nofollow
from docs_matrix.diagnostics.findings import CellResult, Run
from docs_matrix.diagnostics.merge_cells import merge
from docs_matrix.diagnostics.revisions import RevisionHistory, joined
from docs_matrix.errors import InputError

__all__ = ["forget", "gather", "keep", "left", "question", "with_missing"]

FORMAT = 1
_HEAD = ("tree", "identity", "base", "base_identity", "docs", "patches", "notes")


def question(run: Run) -> str:
    """The digest of what `run` asked, whatever its cells."""
    asked = (run.tree, run.identity, run.base, run.base_identity, run.docs, run.patches)
    return files.digest(json.dumps(asked))


def keep(run: Run, out: Path) -> None:
    """Write the results of each cell of `run` below `out`, each whole."""
    head = {name: getattr(run, name) for name in _HEAD}
    for cell in run.cells:
        named = {judged.diagnostic.path for judged in cell.judged}
        files.write_json(
            out / "cells" / f"{cell.name}.json",
            {
                "docs-matrix-cell": FORMAT,
                "question": question(run),
                **head,
                "sources": {path: text for path, text in run.sources.items() if path in named},
                "history": run.history.of([cell.name]).to_json() if run.history else None,
                "result": cell.to_json(),
            },
        )


def forget(out: Path, *, but: str | None) -> None:
    """Remove the results of cells below `out`, except for those that answer the question `but`; no other file."""
    for path in sorted((out / "cells").glob("*.json")):
        try:
            asked = _read(path)["question"]
        except InputError:
            continue
        if asked != but:
            nofollow.remove(path)


def left(folders: Sequence[Path]) -> list[Path]:
    """The results of cells that lie below `folders`, at any depth."""
    return [path for folder in folders for path in sorted(folder.rglob("cells/*.json"))]


def gather(folders: Sequence[Path], order: Sequence[str], asked: str | None = None) -> Run:
    """One run of the cells whose results lie below `folders`, at any depth; cells come in `order`, others behind.

    `asked` leaves out results of other questions. Raises `InputError` where there is none, where one cannot be read, or
    where they answer different questions.
    """
    parts = [_read(path) for path in left(folders)]
    if asked is not None:
        parts = [part for part in parts if part["question"] == asked]
    if not parts:
        raise InputError(f"{', '.join(map(str, folders))}: no results of cells found (cells/*.json)")
    if len({part["question"] for part in parts}) > 1:
        raise InputError(f"{', '.join(map(str, folders))}: the results are of different trees, patches or bases")
    cells: dict[str, CellResult] = {}
    for cell in (CellResult.from_json(part["result"]) for part in parts):
        known = cells.get(cell.name)
        if known is None or (known.status == "ok" and cell.status != "ok"):  # a failure is never hidden by another job
            cells[cell.name] = cell
    place = {name: number for number, name in enumerate(order)}
    ordered = tuple(sorted(cells.values(), key=lambda cell: (place.get(cell.name, len(place)), cell.name)))
    first = parts[0]
    return Run(
        tree=first["tree"],
        identity=first["identity"],
        base=first["base"],
        base_identity=first["base_identity"],
        docs=first["docs"],
        patches=tuple(first["patches"]),
        notes=tuple(first["notes"]),
        cells=ordered,
        findings=merge(ordered),
        sources={path: text for part in parts for path, text in part["sources"].items()},
        history=joined([RevisionHistory.from_json(told) for part in parts if (told := part.get("history"))], order),
    )


def with_missing(run: Run, expected: Iterable[str]) -> Run:
    """`run` with a failed cell for each of `expected` that gave no result: a job that died is no silence."""
    have = {cell.name for cell in run.cells}
    missing = tuple(
        CellResult(name, "", "", "", "failed", reason="no result was left for this cell")
        for name in expected
        if name not in have
    )
    return replace(run, cells=run.cells + missing)


def _complete(part: dict[str, Any]) -> None:
    """Raise `KeyError` or `TypeError` where a key that `gather` needs is missing or of another kind."""
    for name in ("question", *_HEAD, "sources"):
        part[name]
    if not all(isinstance(part[name], list) for name in ("patches", "notes")) or not isinstance(part["sources"], dict):
        raise TypeError("patches and notes must be lists, sources a mapping")


def _read(path: Path) -> dict[str, Any]:
    try:
        part = json.loads(path.read_text("utf-8"))
        if part["docs-matrix-cell"] != FORMAT:
            raise InputError(f"{path}: format {part['docs-matrix-cell']!r}; this release reads {FORMAT}")
        _complete(part)
        CellResult.from_json(part["result"])
        if part.get("history"):
            RevisionHistory.from_json(part["history"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not the results of a cell: {error}") from error
    else:
        return dict(part)
