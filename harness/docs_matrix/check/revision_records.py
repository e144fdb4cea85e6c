"""The question `history`: the number of warnings in each cell, for each revision of a tree, from records in the store.

Every build of a version of a tree writes a small record, `<store>/revisions/<lineage>/<digest>.json`, atomically. There is one
record for each version, cell and read set; a later build replaces it. A version is a commit, or the content of a source that is not
in git. A work tree with edits is not a version, and a patched tree is not one either.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import docs_matrix
from docs_matrix import files, json_values
from docs_matrix import store as upkeep
from docs_matrix.builds.order import Order
from docs_matrix.builds.runner import Made
from docs_matrix.check.subject import Subject
from docs_matrix.diagnostics.findings import mark
from docs_matrix.diagnostics.revisions import BuildCounts, Difference, Revision, RevisionHistory, placed
from docs_matrix.errors import InputError
from docs_matrix.trees import lineage, user_repository

__all__ = ["history_of", "read_histories", "write_record"]

LATEST = 60
"""The most revisions that the history in a report has."""


@dataclass(frozen=True)
class _Record:
    """The record of a build of a version.

    `marks` identify the diagnostics across revisions; a mark is repeated if its diagnostic was printed several times. `way` is a
    digest of the lock, the Python, the recipe and the release of docs-matrix.
    """

    identity: str
    commit: str | None
    date: str
    subject: str | None
    documents: tuple[str, ...] | None
    cell: str
    status: Literal["ok", "failed", "timeout"]
    reason: str | None
    way: str
    counts: dict[str, dict[str, int]]
    marks: tuple[str, ...]


def write_record(made: Made, order: Order, cell: str, subject: Subject, store: Path) -> None:
    """Write a record of the build `made` of `order` in `cell` to `store`, if it built a version of the subject's tree.

    A failed build does not replace an earlier answer. Raise `MachineError` if the store cannot be written.
    """
    tree = order.tree
    in_progress = tree.commit is None and tree.objects is not None
    if in_progress or (subject.patches and tree is subject.head) or subject.read.complete:
        return  # each change has its own read set, so these records cannot be compared
    failed = next((build for build in made.observations if build.status != "ok"), None)
    said = () if failed else made.build.diagnostics
    counts: dict[str, Counter[str]] = {}
    for seen in said:
        counts.setdefault(seen.level, Counter())[seen.category or ""] += 1
    record = _Record(
        identity=tree.identity,
        commit=tree.commit.id if tree.commit else None,
        date=tree.commit.date if tree.commit else datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        subject=tree.commit.subject if tree.commit else None,
        documents=None if subject.read.head is None else tuple(sorted(set(subject.read.head))),
        cell=cell,
        status=failed.status if failed else "ok",
        reason=failed.reason if failed else None,
        way=_way(order),
        counts={level: dict(sorted(of.items())) for level, of in sorted(counts.items())},
        marks=tuple(sorted(mark(seen)[:12] for seen in said)),
    )
    name = files.digest(record.commit or record.identity, cell, json.dumps(record.documents))[:32]
    place = upkeep.room(store, "revisions") / tree.lineage / f"{name}.json"
    known = json_values.read_or_none(place, _Record)
    if known and record.commit is None:
        record = replace(record, date=known.date)
    if known != record and not (failed and known and known.status == "ok"):
        json_values.write(place, record)


def history_of(subject: Subject, source: Path, cells: Sequence[str], store: Path) -> RevisionHistory | None:
    """Return the history of `subject` up to its head or its base, for a report on `cells`. Its tree is at `source`.

    The history is for the documents that the subject reads. If a change chose these documents, it is for all documents. Return
    None if there is no history.
    """
    documents = None if subject.read.complete or subject.read.head is None else tuple(sorted(set(subject.read.head)))
    commit = subject.head.commit or (subject.base.commit if subject.base else None)
    found = read_histories(subject.name, source, store, cells, tip=commit.id if commit else None)
    chosen = next((history.of(cells).latest(LATEST) for history in found if history.documents == documents), None)
    return chosen if chosen and chosen.revisions else None


def read_histories(
    name: str, source: Path, store: Path, order: Sequence[str], *, tip: str | None = None
) -> tuple[RevisionHistory, ...]:
    """Return the histories of the tree at `source`, which the user calls `name`.

    There is one history for each set of documents; the one for all documents comes first. Cells are in `order`, others come after
    them. With `tip`, only this revision and its ancestors are returned. Raise `InputError` if there is no such revision.
    """
    repository = user_repository.find(source) if source.is_dir() else None
    if tip is not None and repository is None:
        raise InputError(f"{source}: not a git repository, so it has no revision {tip!r}")
    sets: dict[tuple[str, ...], list[_Record]] = defaultdict(list)
    for record in _records(store / "revisions" / lineage(source)):
        sets[record.documents or ()].append(record)
    found = []
    for documents, records in sorted(sets.items()):
        commits = {record.commit for record in records if record.commit}
        known = user_repository.in_order(repository, commits, tip) if repository else ()
        rows = _rows(records)
        others = [row for row in rows.values() if row.version not in known] if tip is None else []
        ordered = placed(others, [rows[commit] for commit in known])
        if ordered:
            found.append(RevisionHistory(name, documents or None, *_told(ordered, records, order)))
    return tuple(found)


def _rows(records: Sequence[_Record]) -> dict[str, Revision]:
    """Return a row without counts for each version in `records`, by version."""
    return {
        record.commit or record.identity: Revision(record.identity, record.date, record.commit, record.subject, {})
        for record in sorted(records, key=lambda record: record.date, reverse=True)  # the first build's date stays
    }


def _told(
    ordered: Sequence[Revision], records: Sequence[_Record], order: Sequence[str]
) -> tuple[tuple[str, ...], tuple[Revision, ...]]:
    """Return the cells of a history, and its rows `ordered` with the counts of each cell."""
    by = {(record.commit or record.identity, record.cell): record for record in records}
    versions = {row.version for row in ordered}
    place = {name: number for number, name in enumerate(order)}
    among = {cell for version, cell in by if version in versions}
    cells = tuple(sorted(among, key=lambda cell: (place.get(cell, len(place)), cell)))
    before: dict[str, _Record] = {}
    rows = []
    for row in ordered:
        builds = {}
        for cell in cells:
            record = by.get((row.version, cell))
            if record is None:
                continue
            difference = _difference(before.get(cell), record)
            builds[cell] = BuildCounts(record.status, record.reason, record.counts, difference)
            if record.status == "ok":
                before[cell] = record
        rows.append(replace(row, builds=builds))
    return cells, tuple(rows)


def _difference(before: _Record | None, now: _Record) -> Difference | None:
    if before is None or now.status != "ok":
        return None
    ours, theirs = Counter(now.marks), Counter(before.marks)
    return Difference((ours - theirs).total(), (theirs - ours).total(), now.way != before.way)


def _way(order: Order) -> str:
    environment = order.environment
    recipe = json.dumps(json_values.plain(order.recipe), sort_keys=True)
    return files.digest(environment.lock.digest, environment.interpreter.version, recipe, docs_matrix.__version__)[:12]


def _records(folder: Path) -> Iterator[_Record]:
    for path in sorted(folder.glob("*.json")):
        record = json_values.read_or_none(path, _Record)
        if record:
            yield record
