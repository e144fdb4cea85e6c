"""A run as a report in the form of the kernel's 0-day robot: a header, the warnings, the numbered source.

It has more than the robot's own reports: each new message is marked and complete, with its cells and the reason why it is new.
It names all toolchains that were used, and a script that shows the messages to anyone. `docs-matrix read` can read it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from docs_matrix.diagnostics.diagnostic import LEVELS
from docs_matrix.diagnostics.findings import Finding, Run, Verdict
from docs_matrix.reports import wording
from docs_matrix.reports.commands import script_command
from docs_matrix.reports.escaping import cut, one_line, visible
from docs_matrix.reports.note_words import words
from docs_matrix.reports.reproduce_script import NAME
from docs_matrix.robot.report import Message
from docs_matrix.robot.write import TITLE, write_list

__all__ = ["report_text"]

_CONTEXT_MESSAGES = 2
_CONTEXT_LINES = 1
_JOINED_LINES = 20
"""If at most this many source lines are between two marked lines, they are shown; otherwise they are left out."""
_WIDTH = 500


def report_text(run: Run) -> str:
    """Return `run` as plain text: the toolchains, the new messages marked with `>>`, and the source lines around them."""
    lines = [*_header(run), "", *_warnings(run), "", "-- ", "Made by docs-matrix"]
    return "\n".join(lines) + "\n"


def _header(run: Run) -> Iterator[str]:
    new = [finding for finding in run.findings if finding.verdict is Verdict.NEW]
    if new:
        first = min(new, key=lambda finding: (finding.path is None, finding.path or "", finding.line or 0))
        more = f" (and {len(new) - 1} more)" if len(new) > 1 else ""
        yield f"Subject: htmldocs: {cut(wording.headline(first), 200)}{more}"
        yield ""
        yield "docs-matrix noticed the following build warnings:"
        yield ""
        level = max((finding.level for finding in new), key=lambda level: LEVELS.index(level) if level in LEVELS else 0)
        yield from _tested(run, one_line(level))
        yield ""
    yield f"tree:   {one_line(run.tree)} ({one_line(run.identity)})"
    identity = f" ({one_line(run.base_identity)})" if run.base_identity else ""
    yield f"base:   {one_line(run.base)}{identity}"
    for patch in run.patches:
        yield f"patch:  {one_line(patch)}"
    yield f"docs:   {one_line(run.docs)}"
    for cell in run.cells:
        ended = cell.status if cell.status == "ok" else f"{cell.status}: {cell.reason or 'no reason was given'}"
        yield f"cell:   {one_line(cell.name)} ({wording.toolchain(cell)}): {one_line(ended)}"
        for notice in cell.notices:
            yield f"        {one_line(notice)}"
    for note in run.notes:
        yield f"note:   {one_line(words(note))}"
    if run.base_identity and (new or any(cell.build_failed for cell in run.builds)):
        yield f"reproduce: {script_command(NAME, run.asked)}"
    if new:
        yield ""
        yield "If a separate patch fixes this, it can say who found it:"
        yield "| Reported-by: docs-matrix"


def _tested(run: Run, level: str) -> Iterator[str]:
    """Yield the lines about the tested tree and about the revisions that the patches apply to, or do not apply to."""
    names = {how: [one_line(rev) for known, rev in run.tested if known == how] for how in ("auto", "also", "cannot")}
    yield f"[auto build test {level} on {' '.join(names['auto']) or one_line(run.tree)}]"
    if names["also"]:
        yield f"[also applies to {' '.join(names['also'])}]"
    if names["cannot"]:
        yield f"[cannot apply to {' '.join(names['cannot'])}]"


def _warnings(run: Run) -> Iterator[str]:
    said = wording.verdict(run)
    if not run.count(Verdict.NEW):
        yield f"No new warnings: {said}."
        return
    by_path = _with_something_new(run.findings)
    yield f"{said[:1].upper()}{said[1:]}."
    yield ""
    yield TITLE
    yield ""
    yield from write_list(
        _message(finding, run, piece) for piece, found in enumerate(by_path.values()) for finding in _near_new(found)
    )
    for path, findings in by_path.items():
        marked = sorted({f.line for f in findings if f.verdict is Verdict.NEW and f.line})
        source = run.sources.get(path or "")
        if source is not None and marked and path:
            yield from (line.rstrip() for line in _source(path, source, marked))


def _with_something_new(findings: Iterable[Finding]) -> dict[str | None, list[Finding]]:
    """Return the findings that the head has, by path and sorted by line; only paths with at least one new finding."""
    by_path: dict[str | None, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.verdict is not Verdict.FIXED:
            by_path[finding.path].append(finding)
    return {
        path: sorted(by_path[path], key=lambda finding: (finding.line or 0, finding.message))
        for path in sorted(by_path, key=lambda path: (path is None, path or ""))
        if any(finding.verdict is Verdict.NEW for finding in by_path[path])
    }


def _near_new(findings: Sequence[Finding]) -> list[Finding]:
    """Return the new findings, and the few others directly before and after each of them."""
    new = [index for index, finding in enumerate(findings) if finding.verdict is Verdict.NEW]
    shown = {near for index in new for near in range(index - _CONTEXT_MESSAGES, index + _CONTEXT_MESSAGES + 1)}
    return [finding for index, finding in enumerate(findings) if index in shown]


def _message(finding: Finding, run: Run, piece: int) -> Message:
    new = finding.verdict is Verdict.NEW
    seen = (*wording.where(finding), *wording.differences(finding), wording.why(finding.reason))
    told = [*_limits(finding, run), *seen] if new else []
    return Message(
        path=finding.path,
        line=finding.line,
        level=finding.level,
        category=one_line(finding.category) if finding.category else None,
        message=visible(finding.message),
        marked=new,
        cut=False,
        via=finding.via,
        piece=piece,
        told="; ".join(one_line(words) for words in told if words),
    )


def _limits(finding: Finding, run: Run) -> tuple[str, ...]:
    """Return a phrase with the cells of a finding; nothing if all cells have it."""
    return (
        () if set(finding.cells) == {cell.name for cell in run.cells} else (f"in {wording.cells(finding.cells, run)}",)
    )


def _source(path: str, source: str, marked: Sequence[int]) -> Iterator[str]:
    """Yield the numbered lines around the lines `marked`, as the robot quotes them."""
    lines = source.split("\n")
    yield ""
    yield ""
    yield f"vim +{marked[0]} {one_line(path)}"
    yield ""
    last = 0
    for number in _shown(marked, len(lines)):
        if last and number != last + 1:
            yield "   ..."
        last = number
        label = f" >{number:>4}" if number in marked else f"{number:>6}"
        yield f"{label}\t{cut(visible(lines[number - 1]), _WIDTH)}"


def _shown(marked: Sequence[int], length: int) -> list[int]:
    shown: set[int] = set()
    last = None
    for number in marked:
        start = number - _CONTEXT_LINES
        if last is not None and number - last <= _JOINED_LINES:
            start = last
        shown.update(range(max(start, 1), min(number + _CONTEXT_LINES, length) + 1))
        last = number
    return sorted(shown)
