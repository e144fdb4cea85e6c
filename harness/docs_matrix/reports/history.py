"""Warnings over revisions told: as a table in lines, as data, and as a picture for a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from docs_matrix.diagnostics.revisions import Revision, RevisionHistory, Told
from docs_matrix.reports.escaping import cut, one_line, plural

__all__ = ["columns", "document", "notes", "picture", "rows", "title"]

OTHERWISE = "* not built as the one before: another lock, interpreter, recipe or release of docs-matrix"

_GROUPS = 12
_WIDTH, _HEIGHT = 600, 60
"""The picture's own units; it is stretched to the page, its lines and points are not."""


def title(history: RevisionHistory) -> str:
    """What the history is of: the tree and the documents."""
    read = "all documents" if history.documents is None else ", ".join(history.documents)
    return cut(one_line(f"{history.tree}: {read}"), 300)


def columns(history: RevisionHistory) -> tuple[str, ...]:
    """The heads of the table; a cell's name stands in three lines."""
    return ("revision", "date", *(one_line(cell).replace("-", "\n", 2) for cell in history.cells), "subject")


def rows(history: RevisionHistory) -> Iterator[tuple[str, ...]]:
    """The rows of the table, the oldest revision first."""
    for row in history.revisions:
        told = (_told(row.builds.get(cell)) for cell in history.cells)
        yield (_name(row), row.date[:10], *told, cut(one_line(row.subject or "(no commit)"), 60))


def notes(history: RevisionHistory) -> Iterator[str]:
    """What is to be said below the table: why a build failed, what the star means."""
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
    """The histories as a JSON object; `total` is null where a build failed."""
    told = []
    for history in histories:
        value = history.to_json()
        for row, raw in zip(history.revisions, value["revisions"], strict=True):
            for cell, build in row.builds.items():
                raw["builds"][cell]["total"] = build.total
        told.append(value)
    return {"schema": 1, "histories": told}


def picture(history: RevisionHistory) -> Iterator[str]:
    """The history as a part of a page: a line for the cells that tell the same, and the table folded away.

    Nothing where there is no more than one revision.
    """
    if len(history.revisions) < 2:
        return
    first, last = history.revisions[0], history.revisions[-1]
    groups: dict[tuple[tuple[str | None, int | None], ...], list[str]] = {}
    for cell in history.cells:
        builds = [row.builds.get(cell) for row in history.revisions]
        groups.setdefault(tuple((told.status, told.total) if told else (None, None) for told in builds), []).append(
            cell
        )
    most = max((total for course in groups for _, total in course if total is not None), default=0)
    yield '<section aria-labelledby="history">\n<h2 id="history">Over time</h2>'
    yield (
        f"<p>Diagnostics in {plural(len(history.revisions), 'revision')}, {_text(title(history), 300)}; from "
        f"<code>{_text(_name(first), 20)}</code> ({first.date[:10]}) on the left to <code>{_text(_name(last), 20)}</code> "
        f"({last.date[:10]}) on the right.</p>"
    )
    for course, cells in list(groups.items())[:_GROUPS]:
        yield from _figure(course, cells, history, most)
    if len(groups) > _GROUPS:
        yield f"<p>and {len(groups) - _GROUPS} more lines, in the table</p>"
    yield from _table(history)
    yield "</section>"


def _figure(
    course: Sequence[tuple[str | None, int | None]], cells: Sequence[str], history: RevisionHistory, most: int
) -> Iterator[str]:
    """One line of the picture, with its words beside it."""
    known = [total for _, total in course if total is not None]
    failed = sum(status not in ("ok", None) for status, _ in course)
    words = (
        [f"{known[-1]} at last", f"{known[0]} at first", f"{max(known)} at most"] if known else ["no build ended well"]
    )
    words += [plural(failed, "failed build")] if failed else []
    names = f"all {len(cells)} cells" if len(cells) == len(history.cells) > 1 else ", ".join(cells)
    label = _text(f"{names}: {', '.join(words)}", 400)
    yield (
        f'<figure class="course"><figcaption><code>{_text(names, 300)}</code> '
        f"<span><strong>{words[0]}</strong>{''.join(f', {word}' for word in words[1:])}</span></figcaption>"
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{label}">'
    )
    yield f'<path class="ground" d="M0 {_HEIGHT - 5}H{_WIDTH}"/>'
    places = [(_across(at, len(course)), status, total) for at, (status, total) in enumerate(course)]
    runs: list[list[tuple[float, float]]] = [[]]
    for across, _, total in places:
        if total is None:
            runs.append([])  # no line leads over what is not known
        else:
            runs[-1].append((across, _up(total, most)))
    for run in runs:
        if len(run) > 1:
            line = "L".join(f"{across:.1f} {up:.1f}" for across, up in run)
            low = _HEIGHT - 5
            yield f'<path class="area" d="M{run[0][0]:.1f} {low}L{line}L{run[-1][0]:.1f} {low}Z"/>'
            yield f'<path class="line" d="M{line}"/>'
    for (across, status, total), row in zip(places, history.revisions, strict=True):
        if status is None:
            continue
        told = f"{_name(row)} {row.date[:10]}: {status if total is None else total}"
        shape = f"M{across:.1f} 6V{_HEIGHT - 5}" if total is None else f"M{across:.1f} {_up(total, most):.1f}h0"
        kind = "failed" if total is None else "point"
        yield f'<path class="{kind}" d="{shape}"><title>{_text(told, 100)}</title></path>'
    yield "</svg></figure>"


def _table(history: RevisionHistory) -> Iterator[str]:
    yield '<details class="fold"><summary>The numbers</summary><div class="wide" role="group" tabindex="0" '
    yield 'aria-label="Diagnostics by revision and cell"><table><caption>Diagnostics by revision and cell, the oldest first; '
    yield "in brackets what came and what went since the one before.</caption><thead><tr>"
    for name in columns(history):
        yield f'<th scope="col">{"<br>".join(_text(part, 100) for part in name.split(chr(10)))}</th>'
    yield "</tr></thead><tbody>"
    for name, *told in rows(history):
        cells = "".join(f"<td>{_text(text, 200)}</td>" for text in told)
        yield f'<tr><th scope="row"><code>{_text(name, 20)}</code></th>{cells}</tr>'
    yield "</tbody></table></div>"
    yield "".join(f"<p>{_text(note, 400)}</p>" for note in list(notes(history))[:20])
    yield "</details>"


def _told(told: Told | None) -> str:
    """A field of the table: `12 (+3 -1)`, `12` where nothing changed, `failed`, `-` where nothing is known."""
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


def _across(at: int, count: int) -> float:
    return 8 + at * (_WIDTH - 16) / (count - 1)


def _up(total: int, most: int) -> float:
    return _HEIGHT - 5 - (_HEIGHT - 12) * total / (most or 1)


def _text(text: str, limit: int) -> str:
    return escape(cut(one_line(text), limit))
