"""Print the differences between two cells with the release that made each; the release with the most differences is the first."""

from __future__ import annotations

from collections.abc import Iterator

from docs_matrix.questions.bisect.bisection import FoundChange, differences
from docs_matrix.questions.bisect.cell_differences import CellDifferences, DiagnosticDifference
from docs_matrix.reports import wording
from docs_matrix.reports.escaping import cut, one_line, plural
from docs_matrix.reports.markdown import as_code, as_text
from docs_matrix.reports.note_words import words

__all__ = ["lines", "markdown"]

_SHOWN = 20
"""How many differences of one step are shown; all of them are in the JSON form."""


def lines(answer: CellDifferences) -> Iterator[str]:
    """Yield the answer in plain lines, harmless in a terminal and in the log of a CI job."""
    yield _summary(answer)
    for at, step in _by_weight(answer):
        made = [difference for difference in answer.differences if at in difference.steps]
        yield ""
        yield f"{_headline(step)}: {plural(len(made), 'difference')}"
        yield f"  {one_line(step.explanation)}"
        for skipped in step.gap:
            yield f"  {one_line(skipped.release)} cannot be tested: {cut(one_line(skipped.reason), 300)}"
        for difference in made[:_SHOWN]:
            yield f"  {_told(difference)}"
        if len(made) > _SHOWN:
            yield f"  and {len(made) - _SHOWN} more"
    unexplained = [difference for difference in answer.differences if not difference.steps]
    if unexplained:
        yield ""
        yield f"no cause was found for {plural(len(unexplained), 'difference')}"
        yield from (f"  {_told(difference)}" for difference in unexplained[:_SHOWN])
    yield ""
    yield f"built {len(answer.tried)} toolchains between the two, in {plural(answer.rounds, 'round')}"
    for skipped in answer.skipped:
        yield f"  {one_line(skipped.release)}: cannot be tested: {cut(one_line(skipped.reason), 300)}"
    yield from (one_line(words(note)) for note in answer.notes)


def markdown(answer: CellDifferences) -> str:
    """Return the answer as Markdown: a table with a row for each difference."""
    rows = ["| difference | cause |", "|---|---|"]
    for difference in answer.differences:
        behind = "; ".join(_headline(answer.steps[at]) for at in difference.steps) or "not found"
        rows.append(f"| {as_code(_told(difference), 400)} | {as_text(behind, 300)} |")
    return "\n".join((f"**{as_text(_summary(answer), 600)}.**", "", *rows)) + "\n"


def _summary(answer: CellDifferences) -> str:
    counts = [
        f"{count} {kind}"
        for kind in ("changed", "only in the first", "only in the second")
        if (count := sum(difference.kind == kind for difference in answer.differences))
    ]
    printed = f" ({answer.only_printed} of them printed in another way)" if answer.only_printed else ""
    told = ", ".join(counts) or "no difference"
    return one_line(f"{answer.one} and {answer.other}: {told}; {answer.alike} alike{printed}; read: {answer.documents}")


def _by_weight(answer: CellDifferences) -> list[tuple[int, FoundChange]]:
    """Return the steps, those that made the most differences first."""
    weights = [sum(at in difference.steps for difference in answer.differences) for at in range(len(answer.steps))]
    return sorted(enumerate(answer.steps), key=lambda item: (-weights[item[0]], item[0]))


def _headline(step: FoundChange) -> str:
    culprit = step.culprit
    if culprit:
        day = f" ({culprit.date})" if culprit.date else ""
        return one_line(f"{culprit.axis} {culprit.first}{day}, the last without it {culprit.last_without}")
    return one_line(f"between {step.last_without} and {step.first}")


def _told(difference: DiagnosticDifference) -> str:
    pair = difference.pair
    shown = pair.after or pair.before
    what = f" ({differences(pair)})" if difference.kind == "changed" else ""
    return f"{difference.kind}: {wording.headline(shown) if shown else ''}{what}"
