"""A run as one HTML page that needs no other file. It can be read without scripts; a script adds the filters.

Text from a build is escaped, and invisible characters are made visible. The page's own policy allows only our script, which is
known by its digest. Long lists are cut, and the page says how many entries are left out.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from docs_matrix.diagnostics.findings import CellResult, Finding, Run, Variant, Verdict
from docs_matrix.reports import history, wording
from docs_matrix.reports.commands import command
from docs_matrix.reports.escaping import cut, one_line, plural
from docs_matrix.reports.note_words import words
from docs_matrix.reports.rendering import TEMPLATES, markup

__all__ = ["LIMIT", "page"]

LIMIT = 1_000
"""The page shows at most this many findings in full, the worst first."""

_OPEN = 20
_PATHS = 60
_AROUND = 3
_HOTTEST = 4


def page(run: Run) -> str:
    """Return `run` as an HTML document."""
    style, script = (TEMPLATES.joinpath(name).read_text("utf-8") for name in ("page.css", "page.js"))
    counted = _counted(run)
    return markup(
        "page.html.j2",
        run=run,
        style=style,
        style_digest=_digest(style),
        script=script,
        script_digest=_digest(script),
        verdict=wording.verdict(run),
        good=not run.count(Verdict.NEW) and all(cell.status == "ok" for cell in run.cells),
        asked=[
            pair for pair in (("", run.tree), ("compared with ", run.base), ("read: ", run.docs)) if pair[1].strip()
        ],
        columns=(*counted, "read", "seconds"),
        rows=[_row(cell, counted) for cell in run.cells],
        heat=_heat(run),
        history=history.picture(run.history) if run.history else "",
        filters=_filters(run),
        findings=_findings(run),
        left=_left(run),
        facts=list(_facts(run))[:600],
        command=command(run.asked) if run.asked else "",
    )


@dataclass(frozen=True)
class _Row:
    """A cell in the table of the matrix, with a number for each counted verdict."""

    cell: CellResult
    toolchain: str
    numbers: tuple[str, ...]


def _counted(run: Run) -> tuple[Verdict, ...]:
    """Return the verdicts that have a column in the table of the matrix."""
    more = (verdict for verdict in wording.OTHER if any(cell.count(verdict) for cell in run.cells))
    return (Verdict.NEW, *more, Verdict.KNOWN, Verdict.FIXED)


def _row(cell: CellResult, counted: tuple[Verdict, ...]) -> _Row:
    built = cell.status == "ok"
    counts = (f"{cell.count(verdict)}" if built or cell.count(verdict) else "–" for verdict in counted)
    read = f"{cell.read} of {cell.documents}" if built else "–"
    return _Row(cell, wording.toolchain(cell), (*counts, read, f"{cell.seconds:.1f}"))


@dataclass(frozen=True)
class _Heat:
    """A table of files and cells: the number of findings that are not fixed, and how dark each field is (0: no colour).

    `left` is the number of files without a row.
    """

    rows: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    left: int


def _heat(run: Run) -> _Heat | None:
    """Return the table of files and cells, the file with most findings first; None if there are no findings."""
    there = [finding for finding in run.findings if finding.verdict is not Verdict.FIXED]
    if not there:
        return None
    paths = Counter(finding.path or "" for finding in there)
    counts = Counter((finding.path or "", cell) for finding in there for cell in finding.cells)
    shown = [path for path, _ in sorted(paths.items(), key=lambda item: (-item[1], item[0]))][:_PATHS]
    most = max(counts.values(), default=1)

    def numbers(path: str) -> Iterator[tuple[str, int]]:
        for cell in run.cells:
            count = counts[path, cell.name]
            yield f"{count}" if cell.status == "ok" or count else "–", _hot(count, most)

    return _Heat(tuple((path, tuple(numbers(path))) for path in shown), len(paths) - len(shown))


def _hot(count: int, most: int) -> int:
    return max(1, round(_HOTTEST * count / max(most, _HOTTEST))) if count else 0


@dataclass(frozen=True)
class _Shown:
    """A finding as the page shows it. `cells` are the short names for the filter, `source` the numbered lines around it."""

    verdict: Verdict
    category: str
    path: str
    line: int | None
    cells: str
    opened: bool
    headline: str
    facts: str
    via: str | None
    message: str
    source: tuple[tuple[int, str], ...]
    variants: tuple[Variant, ...]


def _findings(run: Run) -> Iterator[_Shown]:
    numbers = _numbers(run)
    for at, finding in enumerate(run.findings[:LIMIT]):
        yield _Shown(
            verdict=finding.verdict,
            category=_category(finding),
            path=finding.path or "",
            line=finding.line,
            cells=" ".join(numbers[name] for name in finding.cells if name in numbers),
            opened=at < _OPEN and finding.verdict is Verdict.NEW,
            headline=wording.headline(finding),
            facts="; ".join(wording.facts(finding, run)),
            via=finding.via,
            message=finding.message.strip(),
            source=tuple(_source(finding, run)),
            variants=finding.variants[:12] if len(finding.variants) > 1 else (),
        )


def _left(run: Run) -> str:
    """Return how many findings the page does not show, by verdict; empty if it shows all."""
    left = Counter(str(finding.verdict) for finding in run.findings[LIMIT:])
    counts = ", ".join(f"{count} {verdict}" for verdict, count in left.items())
    return f"{left.total()} more ({counts})" if left else ""


def _filters(run: Run) -> tuple[tuple[str, list[tuple[str, str]]], ...]:
    """Return the choices of the filter: a name, and its options as value and text."""
    cells = [(number, name) for name, number in _numbers(run).items()]
    verdicts = [(str(verdict), str(verdict)) for verdict in Verdict if run.count(verdict)]
    categories = sorted({_category(finding) for finding in run.findings[:LIMIT]})
    return ("cell", cells), ("verdict", verdicts), ("category", [(name, name) for name in categories])


def _numbers(run: Run) -> dict[str, str]:
    """Return a short name without blanks for each cell, for the filter."""
    return {cell.name: f"c{number}" for number, cell in enumerate(run.cells)}


def _category(finding: Finding) -> str:
    return cut(one_line(finding.category or "(none)"), 100)


def _source(finding: Finding, run: Run) -> Iterator[tuple[int, str]]:
    """Yield the lines of the head around a finding, with their numbers; nothing for a fixed finding or if the text is unknown."""
    lines = run.sources.get(finding.path or "", "").splitlines()
    if not finding.line or finding.line > len(lines) or finding.verdict is Verdict.FIXED:
        return
    for number in range(max(1, finding.line - _AROUND), min(len(lines), finding.line + _AROUND) + 1):
        yield number, lines[number - 1]


def _facts(run: Run) -> Iterator[tuple[str, str]]:
    """Yield the facts about the run, each with its name."""
    yield "tree", f"{run.tree} ({run.identity})"
    yield "compared with", f"{run.base}{f' ({run.base_identity})' if run.base_identity else ''}"
    yield "documents", run.docs
    yield from (("patch", patch) for patch in run.patches)
    yield from (("note", words(note)) for note in run.notes)
    yield from ((f"lock of {cell.name}", cell.lock) for cell in run.cells if cell.lock)
    yield from ((f"notice of {cell.name}", notice) for cell in run.cells for notice in cell.notices)
    builds = plural(sum(cell.built for cell in run.cells), "build")
    yield "time", f"{sum(cell.cpu_seconds for cell in run.cells):.1f} s of CPU in {builds}"


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
