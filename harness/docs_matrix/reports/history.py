"""The number of warnings over revisions: as a table of text lines, as JSON data, and as a picture for a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from docs_matrix.diagnostics.revisions import BuildCounts, Revision, RevisionHistory
from docs_matrix.json_values import plain
from docs_matrix.reports.escaping import cut, one_line, plural
from docs_matrix.reports.rendering import markup

__all__ = ["columns", "document", "notes", "picture", "rows", "title"]

OTHERWISE = "* not comparable with the row before: another lock, interpreter, recipe or release of docs-matrix"

_GROUPS = 12
_WIDTH, _HEIGHT = 600, 60
"""The size of the picture in its own units. A page stretches the picture, but not its lines and points."""

_GROUND = _HEIGHT - 5

_Course = tuple[tuple[str | None, int | None], ...]
"""The builds of a cell, one for each revision: the status and the number of diagnostics; None if it is not known."""


def title(history: RevisionHistory) -> str:
    """Return the title of the history: the tree and the documents."""
    read = "all documents" if history.documents is None else ", ".join(history.documents)
    return cut(one_line(f"{history.tree}: {read}"), 300)


def columns(history: RevisionHistory) -> tuple[str, ...]:
    """Return the heads of the table; the name of a cell takes three lines."""
    return ("revision", "date", *(one_line(cell).replace("-", "\n", 2) for cell in history.cells), "subject")


def rows(history: RevisionHistory) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table, the oldest revision first."""
    for row in history.revisions:
        told = (_told(row.builds.get(cell)) for cell in history.cells)
        yield (_name(row), row.date[:10], *told, cut(one_line(row.subject or "(no commit)"), 60))


def notes(history: RevisionHistory) -> Iterator[str]:
    """Yield the lines below the table: why a build failed, and the meaning of the star."""
    for row in history.revisions:
        failed: dict[tuple[str, str | None], list[str]] = {}
        for cell, told in row.builds.items():
            if told.status != "ok":
                failed.setdefault((told.status, told.reason), []).append(cell)
        for (status, reason), cells in failed.items():
            where = "all its cells" if len(cells) == len(row.builds) > 1 else ", ".join(cells)
            yield cut(one_line(f"{_name(row)} in {where}: {status}: {reason or 'no reason was given'}"), 400)
    changes = (told.difference for row in history.revisions for told in row.builds.values())
    if any(change and change.otherwise for change in changes):
        yield OTHERWISE


def document(histories: Sequence[RevisionHistory]) -> dict[str, Any]:
    """Return the histories as a JSON object; `total` is null if a build failed."""
    told = []
    for history in histories:
        value = plain(history)
        for row, raw in zip(history.revisions, value["revisions"], strict=True):
            for cell, build in row.builds.items():
                raw["builds"][cell]["total"] = build.total
        told.append(value)
    return {"schema": 1, "histories": told}


def picture(history: RevisionHistory) -> str:
    """Return the history as a part of an HTML page; empty if there are fewer than two revisions.

    Cells with equal numbers share one line of the picture. The table is below it, folded.
    """
    if len(history.revisions) < 2:
        return ""
    groups: dict[_Course, list[str]] = {}
    for cell in history.cells:
        builds = [row.builds.get(cell) for row in history.revisions]
        groups.setdefault(tuple((told.status, told.total) if told else (None, None) for told in builds), []).append(
            cell
        )
    most = max((total for course in groups for _, total in course if total is not None), default=0)
    return markup(
        "history.html.j2",
        history=history,
        title=title(history),
        first=history.revisions[0],
        last=history.revisions[-1],
        figures=[_figure(course, cells, history, most) for course, cells in list(groups.items())[:_GROUPS]],
        left=max(0, len(groups) - _GROUPS),
        columns=columns(history),
        rows=list(rows(history)),
        notes=list(notes(history))[:20],
        width=_WIDTH,
        height=_HEIGHT,
        ground=_GROUND,
    )


@dataclass(frozen=True)
class _Mark:
    """A build in the picture: a point with its number. A failed build has no height."""

    across: str
    up: str | None
    text: str


@dataclass(frozen=True)
class _Figure:
    """One line of the picture: its cells, its words, its points (a gap where nothing is known), and its builds."""

    cells: str
    words: tuple[str, ...]
    lines: tuple[tuple[tuple[str, str], ...], ...]
    marks: tuple[_Mark, ...]


def _figure(course: _Course, cells: Sequence[str], history: RevisionHistory, most: int) -> _Figure:
    """Return the line for `cells`, which have the same numbers; `most` is the highest number in the whole picture."""
    known = [total for _, total in course if total is not None]
    failed = sum(status not in ("ok", None) for status, _ in course)
    words = (
        [f"{known[-1]} at last", f"{known[0]} at first", f"{max(known)} at most"] if known else ["no build ended well"]
    )
    words += [plural(failed, "failed build")] if failed else []
    lines: list[list[tuple[str, str]]] = [[]]
    marks = []
    for at, ((status, total), row) in enumerate(zip(course, history.revisions, strict=True)):
        across, up = _across(at, len(course)), None if total is None else _up(total, most)
        if up is None:
            lines.append([])  # a gap: nothing is known of this revision
        else:
            lines[-1].append((across, up))
        if status is not None:
            marks.append(_Mark(across, up, f"{_name(row)} {row.date[:10]}: {status if total is None else total}"))
    return _Figure(
        cells=f"all {len(cells)} cells" if len(cells) == len(history.cells) > 1 else ", ".join(cells),
        words=tuple(words),
        lines=tuple(tuple(line) for line in lines if len(line) > 1),
        marks=tuple(marks),
    )


def _told(told: BuildCounts | None) -> str:
    """Return a field of the table: `12 (+3 -1)`, `12` if nothing changed, `failed`, or `-` if nothing is known."""
    if told is None:
        return "-"
    if told.total is None:
        return told.status
    change = told.difference
    parts = [f"+{change.came}"] if change and change.came else []
    parts += [f"-{change.went}"] if change and change.went else []
    said = f" ({' '.join(parts)})" if parts else ""
    return f"{told.total}{said}{' *' if change and change.otherwise else ''}"


def _name(row: Revision) -> str:
    return row.version[:12]


def _across(at: int, count: int) -> str:
    return f"{8 + at * (_WIDTH - 16) / (count - 1):.1f}"


def _up(total: int, most: int) -> str:
    return f"{_GROUND - (_HEIGHT - 12) * total / (most or 1):.1f}"
