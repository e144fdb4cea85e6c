"""A run as Markdown: for the summary of a CI job, or for a comment.

GitHub accepts 65,536 characters. The summary is made of pieces with a limited length, and no piece is cut. A section stops
before it is full, and says how many pieces are left out. So the summary is never too long, and never ends inside a tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from docs_matrix.diagnostics.findings import CellResult, Finding, Run, Verdict
from docs_matrix.diagnostics.flaky import DEPENDS
from docs_matrix.reports import wording
from docs_matrix.reports.escaping import cut, one_line, plural, visible
from docs_matrix.reports.note_words import words

__all__ = ["LIMIT", "as_code", "as_text", "summary"]

LIMIT = 65_536
"""The summary has fewer characters than this."""

_NEW, _DEPENDING, _MATRIX, _OTHERS, _ABOUT = 22_000, 6_000, 14_000, 12_000, 6_000
"""The most characters of each section; with the first line and the headings, all sections together stay below `LIMIT`."""
_SPECIAL = re.compile(r"[$&*<>@\[\\\]_`|~]|:(?=//)|(?<=[wW]{3})\.")


def summary(run: Run) -> str:
    """Return `run` as Markdown of fewer than 65,536 characters.

    It has the verdict, the new findings, the findings that depend on the order of reading, the matrix, and the rest folded.
    """
    sections = (
        [f"**docs-matrix: {as_text(wording.verdict(run), 400)}**"],
        list(_new(run)),
        list(_depending(run)),
        list(_matrix(run)),
        list(_others(run)),
        list(_about(run)),
    )
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _new(run: Run) -> Iterator[str]:
    new = [finding for finding in run.findings if finding.verdict is Verdict.NEW]
    if new:
        yield f"### {plural(len(new), 'new diagnostic')}"
        yield ""
        yield from _fitting(
            (_entry(finding, run) for finding in new), len(new), _NEW, "- and {} more, in `findings.json`"
        )


def _depending(run: Run) -> Iterator[str]:
    """Yield the findings that depend on the documents read before; they are not among the new ones."""
    found = [finding for finding in run.findings if finding.reason == DEPENDS]
    if found:
        yield f"### {plural(len(found), 'diagnostic')} that {'depends' if len(found) == 1 else 'depend'} on the order"
        yield ""
        yield from _fitting(
            (_entry(finding, run) for finding in found), len(found), _DEPENDING, "- and {} more, in `findings.json`"
        )
        yield ""
        yield f"To find out which documents cause this, run: {as_code(wording.on_what(run), 500)}"


def _entry(finding: Finding, run: Run) -> str:
    """Return a list item: the message and its place, its cells, and the rest of the message folded."""
    told = [as_text(wording.cells(finding.cells, run), 300)]
    told += [as_text(phrase, 200) for phrase in (*wording.where(finding), *wording.differences(finding))]
    told += [as_text(wording.why(finding.reason), 200)] if finding.reason else []
    item = f"- {as_code(wording.headline(finding), 300)}<br>{'; '.join(told)}"
    if "\n" in finding.message.strip():
        whole = _entities(cut(visible(finding.message), 1_000)).replace("\n", "&#10;")
        item += f"\n  <details><summary>the whole message</summary><pre>{whole}</pre></details>"
    return item


def _matrix(run: Run) -> Iterator[str]:
    more = [verdict for verdict in wording.OTHER if any(cell.count(verdict) for cell in run.cells)]
    counted = [Verdict.NEW, *more, Verdict.KNOWN, Verdict.FIXED]
    yield "### The matrix"
    yield ""
    yield f"| cell | status | {' | '.join(counted)} | read | time |"
    yield f"|---|---|{'--:|' * (len(counted) + 2)}"
    rest = "| and {} more |" + " |" * (len(counted) + 3)
    yield from _fitting((_row(cell, counted) for cell in run.cells), len(run.cells), _MATRIX, rest)


def _row(cell: CellResult, counted: Sequence[Verdict]) -> str:
    status = as_text(cell.status, 20) + (f": {as_text(cell.reason, 200)}" if cell.reason else "")
    built = cell.status == "ok"
    counts = " | ".join(f"{cell.count(verdict)}" if built or cell.count(verdict) else "" for verdict in counted)
    read = f"{cell.read} of {cell.documents}" if built else ""
    return f"| {as_code(cell.name, 100)} | {status} | {counts} | {read} | {cell.seconds:.1f} s |"


def _others(run: Run) -> Iterator[str]:
    others = [finding for finding in run.findings if finding.verdict is not Verdict.NEW]
    if others:
        counts = [f"{run.count(v)} {v}" for v in (*wording.OTHER, Verdict.KNOWN, Verdict.FIXED) if run.count(v)]
        rows = (
            f"- {finding.verdict}: {as_code(wording.headline(finding), 300)} in {as_text(wording.cells(finding.cells, run), 300)}"
            for finding in others
        )
        yield f"<details><summary>{', '.join(counts)}</summary>"
        yield ""
        yield from _fitting(rows, len(others), _OTHERS, "- and {} more, in `findings.json`")
        yield ""
        yield "</details>"


def _about(run: Run) -> Iterator[str]:
    identity = f" ({as_code(run.base_identity, 64)})" if run.base_identity else ""
    facts = [
        f"- tree: {as_code(run.tree, 300)} ({as_code(run.identity, 64)})",
        f"- compared with: {as_text(run.base, 300)}{identity}",
        f"- documents: {as_code(run.docs, 300)}",
        *(f"- patch: {as_code(patch, 300)}" for patch in run.patches),
        *(f"- note: {as_text(words(note), 300)}" for note in run.notes),
        *(f"- {as_code(cell.name, 100)}: {as_text(notice, 300)}" for cell in run.cells for notice in cell.notices),
    ]
    yield "<details><summary>what was built</summary>"
    yield ""
    yield from _fitting(facts, len(facts), _ABOUT, "- and {} more")
    yield ""
    yield "</details>"


def _fitting(pieces: Iterable[str], total: int, limit: int, rest: str) -> Iterator[str]:
    """Yield the first of `total` pieces that fit into `limit` characters, then `rest` with the number of pieces left out."""
    used = 0
    for shown, piece in enumerate(pieces):
        used += len(piece) + 1
        if used > limit:
            yield rest.format(total - shown)
            return
        yield piece


def as_code(text: str, limit: int) -> str:
    """Return `text` as code in Markdown, cut after `limit` characters."""
    return f"<code>{as_text(text, limit)}</code>"


def as_text(text: str, limit: int) -> str:
    """Return `text` on one line, cut after `limit` characters, with nothing in it that Markdown or HTML interprets."""
    return _entities(cut(one_line(text), limit))


def _entities(text: str) -> str:
    """Return `text` with an entity in place of each character that Markdown or HTML interprets in the middle of a line."""
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", text)
