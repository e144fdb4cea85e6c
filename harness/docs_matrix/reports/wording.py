"""The words that all reports share: places, cells, differences between cells, and the verdict of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import REQUIREMENTS, CellResult, Finding, Run, Verdict, is_lane
from docs_matrix.diagnostics.flaky import DEPENDS
from docs_matrix.diagnostics.place_names import DOCSTRING
from docs_matrix.reports.commands import isolate_command
from docs_matrix.reports.escaping import cut, one_line, plural
from docs_matrix.reports.note_words import words

__all__ = [
    "OTHER",
    "cells",
    "differences",
    "facts",
    "fate",
    "file",
    "headline",
    "is_preliminary",
    "message",
    "on_what",
    "place",
    "statement",
    "toolchain",
    "tree",
    "verdict",
    "where",
    "why",
]

OTHER = (Verdict.CHANGED, Verdict.MOVED, Verdict.FLAKY, Verdict.ENVIRONMENT, Verdict.UNJUDGED, Verdict.NOTE)
"""The verdicts between `new` and `known`. They do not fail a run, but a reader should see them."""

_WHY = {
    "line": "the change touched its line",
    "file": "the change touched its file",
    "elsewhere": "not in a file that the change touched",
    REQUIREMENTS: "the base has it, too, if it is built with the requirements of the head",
}


HIDDEN = "; an inventory could not be fetched, so a wrong reference to another project does not show"
REMOTE_IMAGE = "Could not fetch remote image"


def place(path: str | None, line: int | None) -> str:
    """Return `path:line`; a part that is None is left out.

    >>> place("a.rst", 3), place("a.rst", None), place(None, None)
    ('a.rst:3', 'a.rst', '')
    """
    return ":".join(str(part) for part in (path, line) if part is not None)


def file(finding: Finding, run: Run) -> str | None:
    """Return the path of a finding's file in the tree.

    None if it is not in a file of the tree: `conf.py` adds the text, or the file belongs to a module outside of the tree.
    """
    path = finding.path
    if not path or path.startswith(("<", DOCSTRING)):
        return None
    outside = path.startswith(("site-packages/", "stdlib/")) and path not in run.sources
    return None if outside else path


def message(finding: Finding, run: Run) -> str:
    """Return the message of a finding; if it is not in a file of the tree, with its place in front."""
    where = "" if file(finding, run) else place(finding.path, finding.line)
    return f"{where}: {finding.message.strip()}" if where else finding.message.strip()


def statement(value: Finding | Diagnostic) -> str:
    """Return place, level and complete message, not escaped and without the category: `a.rst:3: WARNING: …`."""
    where = place(value.path, value.line)
    return f"{where}: {value.level}: {value.message}" if where else f"{value.level}: {value.message}"


def headline(value: Finding | Diagnostic) -> str:
    """Return place, level, the first line of the message, and the category, safe to show."""
    first, _, rest = statement(value).strip().partition("\n")
    more = " ..." if rest else ""
    return one_line(first) + more + (f" [{one_line(value.category)}]" if value.category else "")


def why(reason: str) -> str:
    """Return the reason why a diagnostic is new, in words; empty if it is not known."""
    return _WHY.get(reason, one_line(reason))


def cells(names: Sequence[str], run: Run) -> str:
    """Return the cells `names` of a run in words: `all 8 cells`, or their number and names; tree checks by their names."""
    lanes = [one_line(name) for name in names if is_lane(name)]
    told = _cells([name for name in names if not is_lane(name)], run)
    return " and ".join([*([told] if told else []), *([", ".join(lanes)] if lanes else [])])


def _cells(names: Sequence[str], run: Run) -> str:
    built = {cell.name for cell in run.builds if cell.status == "ok"}
    if built and set(names) == built:
        told = f"all {len(built)} cells" if len(built) > 1 else "the one cell"
        return told if len(built) == len(run.builds) else f"{told} that {'were' if len(built) > 1 else 'was'} built"
    told = f"{len(names)} of {plural(len(run.builds), 'cell')}: {', '.join(one_line(name) for name in names)}"
    return told if names else ""


def where(finding: Finding) -> tuple[str, ...]:
    """Return further words about the place of a finding: the place inside a file, and the documents if there are several.

    `("cell 3, line 4",)`, `("in 5 documents: a, b, c and 2 more",)`.
    """
    names = finding.documents
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    documents = f"in {len(names)} documents: {', '.join(names[:3])}{more}" if len(names) > 1 else ""
    return tuple(one_line(part) for part in (finding.place or "", documents) if part)


def facts(finding: Finding, run: Run) -> tuple[str, ...]:
    """Return the facts about a finding besides its message: its cells, its place, and why it is new."""
    told = (f"in {cells(finding.cells, run)}", *where(finding), *differences(finding), why(finding.reason))
    return tuple(part for part in told if part)


def differences(finding: Finding) -> tuple[str, ...]:
    """Return how the cells of a finding differ, one phrase for each property that differs.

    For a malformed table: `("line 391 in 6 cells, 392 in 2",)`.
    """
    if len(finding.variants) < 2:
        return ()
    columns: tuple[tuple[str, list[tuple[object, int]]], ...] = (
        ("", [(str(variant.verdict), len(variant.cells)) for variant in finding.variants]),
        ("line ", [(variant.line, len(variant.cells)) for variant in finding.variants]),
        ("", [(variant.level, len(variant.cells)) for variant in finding.variants]),
    )
    phrases = (_phrase(word, _total(pairs)) for word, pairs in columns)
    return tuple(one_line(phrase) for phrase in phrases if phrase)


def on_what(run: Run) -> str:
    """Return the `isolate` command for the first finding that depends on the documents read before it.

    The command finds out which documents these are. Empty if there is no such finding.
    """
    found = next((finding for finding in run.findings if finding.reason == DEPENDS and finding.document), None)
    if found is None or run.asked is None:
        return ""
    first = found.message.strip().partition("\n")[0]
    return isolate_command(run.asked, first, found.document or "")


def fate(run: Run) -> tuple[list[CellResult], list[CellResult], list[CellResult]]:
    """Return the cells that were built, the cells and checks that failed, and the cells that were skipped."""
    built = [cell for cell in run.builds if cell.status == "ok"]
    broken = [cell for cell in run.cells if cell.status in ("failed", "timeout")]
    return built, broken, [cell for cell in run.cells if cell.status == "skipped"]


def verdict(run: Run) -> str:
    """Return the result of the run in one line.

    A cell that was not built is always mentioned, because the absence of its warnings proves nothing.
    """
    built, broken, skipped = fate(run)
    new = run.count(Verdict.NEW)
    ran = sum(lane.status == "ok" for lane in run.lanes)
    if built:
        counts = _counts(run, (*OTHER, Verdict.KNOWN, Verdict.FIXED))
        found = plural(new, "new diagnostic") if new else "nothing new"
        where = plural(len(built), "cell")
        said = f"{found} in {where}{' and ' + plural(ran, 'check') if ran else ''}{counts}"
        if is_preliminary(run):
            documents, read = max((cell.documents, cell.read) for cell in built)
            said += f"; preliminary: read {read} of {plural(documents, 'document')} (--docs all reads every document)"
        said += HIDDEN if _lacks_inventory(run) else ""
    else:
        said = "no cell was built" + (f", {plural(new, 'new diagnostic')} seen" if new else "")
    stopped = [lane for lane in broken if is_lane(lane.name)]
    unbuilt = [cell for cell in broken if not is_lane(cell.name)]
    for some, label in (
        (unbuilt, f"{plural(len(unbuilt), 'cell')} could not be built"),
        (skipped, f"{plural(len(skipped), 'cell')} skipped"),
        (stopped, f"{plural(len(stopped), 'check')} could not run"),
    ):
        if some:
            said += f"; {label}: {_named(some)}"
    warned = [one_line(words(note)) for note in run.notes if note.kind in ("silences", "brings code")]
    return "; ".join((said, *warned))


def _lacks_inventory(run: Run) -> bool:
    """Return whether an inventory of another project could not be fetched. A missing remote image hides no warning."""
    return any(
        finding.verdict is Verdict.ENVIRONMENT and not finding.message.startswith(REMOTE_IMAGE)
        for finding in run.findings
    )


def is_preliminary(run: Run) -> bool:
    """Return whether only a part of the documents was chosen to be read."""
    return run.docs not in ("all", "all documents")


def tree(run: Run) -> str:
    """Return the name of the tree of a run: `this folder` for `.`."""
    return "this folder" if run.tree == "." else one_line(run.tree)


def toolchain(cell: CellResult) -> str:
    """Return the versions of a cell: `Python 3.13.5, docutils 0.21.2, Sphinx 8.1.3`.

    For a tree check, return its Python, if it has one.
    """
    if is_lane(cell.name):
        return one_line(f"Python {cell.python}" if cell.python else "the machine's programs")
    return one_line(f"Python {cell.python}, docutils {cell.docutils}, Sphinx {cell.sphinx}")


def _named(some: Sequence[CellResult]) -> str:
    reasons: dict[str, list[str]] = {}
    for cell in some:
        reasons.setdefault(cut(cell.reason or cell.status, 160), []).append(cell.name)
    first = [f"{_listed(names)} ({reason})" for reason, names in list(reasons.items())[:3]]
    rest = sum(len(names) for names in list(reasons.values())[3:])
    return one_line(", ".join([*first, *([f"{rest} more"] if rest else [])]))


def _listed(names: Sequence[str]) -> str:
    return ", ".join([*names[:3], *([f"{len(names) - 3} more"] if len(names) > 3 else [])])


def _counts(run: Run, verdicts: Iterable[Verdict]) -> str:
    told = [f"{run.count(verdict)} {verdict}" for verdict in verdicts if run.count(verdict)]
    return f" ({', '.join(told)})" if told else ""


def _total(pairs: Iterable[tuple[object, int]]) -> dict[object, int]:
    total: Counter[object] = Counter()
    for value, count in pairs:
        total[value] += count
    return dict(total)


def _phrase(word: str, total: dict[object, int]) -> str:
    if len(total) < 2:
        return ""
    ((value, count), *others) = total.items()
    rest = (f"{'none' if other is None else other} in {number}" for other, number in others)
    return ", ".join([f"{word}{'none' if value is None else value} in {plural(count, 'cell')}", *rest])
