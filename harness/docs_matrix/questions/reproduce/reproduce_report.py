"""Print a reproduction in lines: each message of the report, the toolchains, and why they differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docs_matrix.diagnostics.findings import is_lane
from docs_matrix.questions.reproduce.reproduction import Apart, Reproduction, ToldMessage, Toolchain
from docs_matrix.reports.escaping import cut, one_line, plural
from docs_matrix.reports.note_words import words

__all__ = ["lines"]

_STANDING = {
    "new": "new by the patch",
    "known": "known before",
    "here": "in the tree",
    "absent": "not present in this tree",
}
_SHOWN = 4
"""How many reasons of one toolchain are shown; all of them are in the JSON form."""


def lines(answer: Reproduction) -> Iterator[str]:
    """Yield the answer in plain lines."""
    named = f"docutils {answer.docutils}, Python {answer.python}" if answer.docutils else "no docutils"
    sent = f"({answer.date or 'of an unknown day'}; its header names {one_line(named)})"
    yield f"{one_line(answer.subject or 'a report without a subject')} {sent}"
    yield f"on {one_line(answer.tree)} ({answer.identity[:12]}), against {one_line(answer.base)}"
    for note in (*answer.notices, *map(words, answer.notes)):
        yield f"  {one_line(note)}"
    yield ""
    yield from _messages(answer)
    yield ""
    yield "toolchains:"
    width = max((len(one.name) for one in answer.toolchains), default=0)
    for one in answer.toolchains:
        yield from _toolchain(one, width)
    yield from _header(answer)
    for apart in answer.apart:
        yield ""
        yield from _apart(apart, answer)
    if answer.proposal:
        yield ""
        yield f"building one more cell would narrow this down: {one_line(answer.proposal)}"


def _messages(answer: Reproduction) -> Iterator[str]:
    built = sum(one.verdict != "not built" for one in answer.toolchains)
    for told in answer.messages:
        message = told.message
        head, *rest = str(message).split("\n")
        yield f"{'>>' if message.marked else '  '} {cut(one_line(head), 300)}{' ...' if rest else ''}"
        yield f"     {_fate(told, built)}"
    seen = [told for told in answer.messages if told.cells]
    missed = sum(told.missed for told in answer.messages)
    new = [told for told in seen if told.standing == "new"]
    yield ""
    yield (
        f"{len(seen)} of {plural(len(answer.messages), 'message')} reproduce; {len(new)} are new by the patch, of which the "
        f"robot marked {sum(told.message.marked for told in new)} and missed {missed}"
        if answer.messages
        else "the report has no messages"
    ) + (": preliminary; --docs all is exact" if answer.preliminary else "")
    for extra in answer.extra:
        place = ":".join(str(part) for part in (extra.path, extra.line) if part is not None)
        headline = extra.message.split("\n")[0]
        yield f"not in the report, and new: {one_line(place)}: {extra.level}: {cut(one_line(headline), 300)}"


def _fate(told: ToldMessage, built: int) -> str:
    if not told.cells:
        return (
            f"{_STANDING.get(told.standing, 'not judged')}: {one_line(told.reason)}; counts for no toolchain"
            if (not told.judged)
            else f"does not reproduce: {one_line(told.reason)}"
        )
    by = "marked by the robot" if told.message.marked else "missed by the robot" if told.missed else "not marked"
    flaky = "; flaky: equal builds differ in it" if told.flaky else ""
    standing = _STANDING[told.standing]
    lanes = [name for name in told.cells if is_lane(name)]
    where = (
        f"reproduced by {', '.join(lanes)}" if lanes else f"reproduced in {len(told.cells)} of {plural(built, 'cell')}"
    )
    exact = len(told.exact)
    same = "exactly so in all of them" if exact == len(told.cells) else f"exactly so in {exact}"
    same = ("exactly so" if exact else "not exactly so") if lanes else same
    lines_there = {seen.line for seen in told.cells.values()} - {told.message.line}
    others = f" (line {', '.join(str(line) for line in sorted(lines_there, key=str))} in others)" if lines_there else ""
    return f"{where}, {same}{others}; {standing}; {by}{flaky}"


def _toolchain(one: Toolchain, width: int) -> Iterator[str]:
    named = ", the header's" if one.header else ""
    yield f"  {one_line(one.name).ljust(width)}  {one.verdict}{named}" + (
        f" ({'; '.join(one.later)})" if one.later else ""
    )
    yield from (f"      {one_line(notice)}" for notice in one.notices)
    for reason in one.reasons[:_SHOWN]:
        yield f"      {cut(one_line(reason), 300)}"
    if len(one.reasons) > _SHOWN:
        yield f"      and {len(one.reasons) - _SHOWN} more"


def _header(answer: Reproduction) -> Iterator[str]:
    header = answer.header
    if not header:
        return
    fitting = [one for one in header if one.fits]
    explained = [one for one in answer.toolchains if one.verdict == "explains"]
    if fitting:
        yield f"the toolchain that the header names explains the report ({_names(fitting)})"
    elif all(one.verdict == "not built" for one in header):
        yield "the toolchain that the header names could not be built"
    else:
        yield "the toolchain that the header names does not explain the report"
    if explained:
        yield f"it is explained by {_names(explained)}" + (
            ": the report fits all of them" if len(explained) > 1 else ""
        )


def _apart(apart: Apart, answer: Reproduction) -> Iterator[str]:
    yield f"why {apart.without} and {apart.with_} differ: {apart.axis}, changed alone in the second"
    for difference in apart.differences:
        yield f"  {cut(one_line(difference), 500)}"
    for tried in apart.tried:
        said = "explains it" if tried.explains else "does not explain it" if tried.explains is False else tried.reason
        yield f"  {apart.axis} {tried.release} ({tried.date or 'day not known'}): {cut(one_line(said), 300)}"
    if apart.first:
        until = f" (up to the report's date, {answer.date})" if answer.date else ""
        to = f" to {apart.last}" if apart.last != apart.first else ""
        yield f"  {apart.axis} {apart.first}{to} explain{'' if to else 's'} it{until}"


def _names(chains: Sequence[Toolchain]) -> str:
    return ", ".join(one.name for one in chains)
