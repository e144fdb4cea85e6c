"""Print a bisection: on a terminal in plain lines, and as Markdown for a bug report.

If several things changed, each is reported; the one that the question is about is the first.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence

from docs_matrix.diagnostics import message_keys
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.questions.bisect.bisection import BeforeAfter, Bisection, FoundChange, TriedCandidate, differences
from docs_matrix.reports import wording
from docs_matrix.reports.escaping import cut, one_line, plural, visible
from docs_matrix.reports.markdown import as_code, as_text
from docs_matrix.reports.note_words import words

__all__ = ["lines", "markdown"]

_LONGEST = 2_000
"""How many characters of a message are shown; nobody reads a bug report with more."""
_SHOWN = 10
"""How many differences of one change are shown; all of them are in the JSON form."""
_LINES = re.compile(r"line \S+ -> \S+")


def lines(answer: Bisection) -> Iterator[str]:
    """Yield the answer in plain lines, harmless in a terminal and in the log of a CI job."""
    for number, found in enumerate(_ordered(answer)):
        if number:
            yield ""
        yield from _change(answer, found)
    yield ""
    yield f"tried {len(answer.tried)} of {len(answer.candidates)} in {plural(answer.rounds, 'round')}:"
    for tried in answer.tried:
        yield f"  {_tried(tried, answer.axis)}"
    for skipped in answer.skipped:
        yield f"  {one_line(skipped.release)}: cannot be tested: {cut(one_line(skipped.reason), 300)}"
    if answer.returns:
        yield "it goes back and forth: a state comes back after another, so no single release made the change"
    for note in answer.notes:
        yield one_line(words(note))
    yield f"again: {one_line(answer.command)}"


def markdown(answer: Bisection) -> str:
    """Return the answer as Markdown, for a bug report."""
    return "\n".join(_markdown(answer)) + "\n"


def headline(axis: str, found: FoundChange) -> str:
    """Return the answer in one line: the first release with the change, its day, and the last release without it.

    >>> headline("docutils", FoundChange("0.22.1", "0.22", "2025-09-17", (), (), "axis", ""))
    'docutils 0.22.1 (2025-09-17) made the change; the last without it is 0.22'
    """
    day = f" ({found.date})" if found.date and found.date != found.first else ""
    first = one_line(f"{axis} {found.first}{day}")
    last = one_line(found.last_without)
    if found.gap:
        between = ", ".join(one_line(skipped.release) for skipped in found.gap)
        return f"{first} has the change, {last} has not; {between} between them cannot be tested: it is in one of these"
    if found.cause == "axis":
        return f"{first} made the change; the last without it is {last}"
    if found.culprit:
        culprit = found.culprit
        when = f" ({culprit.date})" if culprit.date else ""
        made = one_line(f"{culprit.axis} {culprit.first}{when}")
        return (
            f"{made} made the change, and the last without it is {one_line(culprit.last_without)}: it came with {first}"
        )
    if found.cause == "unknown":
        return f"{first} has the change, {last} has not; whether {one_line(axis)} or what changed with it made it is unknown"
    return f"the change came with {first}, the last without it is {last}; not {one_line(axis)} alone made it"


def _ordered(answer: Bisection) -> list[FoundChange]:
    main = answer.main
    return [main, *(found for found in answer.changes if found is not main)]


def _change(answer: Bisection, found: FoundChange) -> Iterator[str]:
    yield headline(answer.axis, found)
    yield f"  {one_line(found.explanation)}"
    for skipped in found.gap:
        yield f"  {one_line(skipped.release)} cannot be tested: {cut(one_line(skipped.reason), 300)}"
    alike = _alike(found.pairs)
    for pair, *others in alike[:_SHOWN]:
        yield ""
        yield f"  {differences(pair)}"
        for name, diagnostic in (("before", pair.before), ("after", pair.after)):
            yield from _shown(name, diagnostic, printed=_only_printed(pair))
        if others:
            yield f"  {_elsewhere(others)}"
    if len(alike) > _SHOWN:
        yield f"  and {len(alike) - _SHOWN} more"
    if found.history:
        yield ""
        yield f"  from {one_line(found.history.file)} of that release:"
        for entry in found.history.entries:
            yield f"  > {cut(one_line(entry), 600)}"


def _alike(found: Sequence[BeforeAfter]) -> list[list[BeforeAfter]]:
    """Return the pairs of a change in groups: each group differs in the same way, in whatever place."""
    groups: dict[Hashable, list[BeforeAfter]] = {}
    for pair in found:
        sides = [one and message_keys.key(one.message) for one in (pair.before, pair.after)]
        groups.setdefault((_LINES.sub("line", differences(pair)), *sides), []).append(pair)
    return list(groups.values())


def _elsewhere(pairs: Sequence[BeforeAfter]) -> str:
    shown = [pair.after or pair.before for pair in pairs[:3]]
    places = ", ".join(one_line(wording.place(one.path, one.line)) for one in shown if one)
    more = f" and {len(pairs) - 3} more" if len(pairs) > 3 else ""
    return f"in the same way at {places}{more}"


def _only_printed(pair: BeforeAfter) -> bool:
    """Return whether both sides are the same message in the same place, so that only the printed text differs."""
    old, new = pair.before, pair.after
    return old is not None and new is not None and wording.statement(old) == wording.statement(new)


def _shown(name: str, diagnostic: Diagnostic | None, *, printed: bool) -> Iterator[str]:
    if diagnostic is None:
        yield f"  {name + ':':8}nothing"
        return
    text = diagnostic.printed if printed else wording.statement(diagnostic)
    first, *rest = visible(cut(text.rstrip(), _LONGEST)).split("\n")
    yield f"  {name + ':':8}{first}"
    for line in rest:
        yield f"          | {line}"


def _tried(tried: TriedCandidate, axis: str) -> str:
    day = f" ({tried.date})" if tried.date and tried.date != tried.release else ""
    said = ", ".join(f"{wording.place(None, item.line)} {item.level}".strip() for item in tried.said[:4])
    more = f" and {len(tried.said) - 4} more" if len(tried.said) > 4 else ""
    company = f"; with {tried.company}" if tried.company else ""
    if axis == "date":
        company = f"; Python {tried.python}, docutils {tried.docutils}, Sphinx {tried.sphinx}"
    return one_line(f"{tried.release}{day}: {said or 'nothing'}{more}{company}")


def _markdown(answer: Bisection) -> Iterator[str]:
    for number, found in enumerate(_ordered(answer)):
        if number:
            yield ""
        yield f"**{as_text(headline(answer.axis, found), 600)}.**"
        yield ""
        yield f"{as_text(found.explanation, 600)}."
        for pair, *others in _alike(found.pairs)[:_SHOWN]:
            yield ""
            yield from _markdown_pair(pair)
            if others:
                yield f"- {as_text(_elsewhere(others), 200)}"
        if found.history:
            yield ""
            yield f"From {as_code(found.history.file, 100)} of that release:"
            for entry in found.history.entries:
                yield ""
                yield f"> {as_text(entry, 600)}"
    yield ""
    yield "| tried | said | with |"
    yield "|---|---|---|"
    for tried in answer.tried:
        said = ", ".join(f"{item.line or ''} {item.level}".strip() for item in tried.said[:4]) or "nothing"
        versions = f"Python {tried.python}, docutils {tried.docutils}, Sphinx {tried.sphinx}"
        yield f"| {as_code(tried.release, 60)} | {as_text(said, 200)} | {as_text(versions, 200)} |"
    for skipped in answer.skipped:
        yield f"| {as_code(skipped.release, 60)} | cannot be tested | {as_text(skipped.reason, 300)} |"
    for note in answer.notes:
        yield ""
        yield f"{as_text(words(note), 400)}."
    yield ""
    yield f"Shown again by {as_code(answer.command, 1_000)}"


def _markdown_pair(pair: BeforeAfter) -> Iterator[str]:
    yield f"{as_text(differences(pair), 200)}:"
    yield ""
    for name, diagnostic in (("before", pair.before), ("after", pair.after)):
        if diagnostic is None:
            said = "nothing"
        elif _only_printed(pair):
            said = diagnostic.printed
        else:
            said = wording.headline(diagnostic)
        yield f"- {name}: {as_code(said, 600)}"
