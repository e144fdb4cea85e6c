"""Compare the messages of a report with those of cells: in which cells each reproduces, and which cell has all of them exactly."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import CellResult, Judged, Verdict
from docs_matrix.questions.reproduce import matching
from docs_matrix.questions.reproduce.reproduction import Extra, SeenMessage, Standing, ToldMessage
from docs_matrix.robot.report import Message

__all__ = ["extras", "misses", "seen_in", "standing", "tell"]


def seen_in(reported: Sequence[Message], judged: Sequence[Judged]) -> list[SeenMessage | None]:
    """Return how one cell has each message, from the judged diagnostics of its head."""
    said = [item for item in judged if item.verdict is not Verdict.FIXED]
    found = matching.pairs(reported, [item.diagnostic for item in said])
    return [
        None if at is None else _seen(message, said[at].diagnostic, str(said[at].verdict))
        for message, at in zip(reported, found, strict=True)
    ]


def _seen(message: Message, diagnostic: Diagnostic, verdict: str) -> SeenMessage:
    return SeenMessage(matching.differences(message, diagnostic) or (), verdict, diagnostic.line)


def tell(
    reported: Sequence[Message],
    cells: Mapping[str, Sequence[SeenMessage | None]],
    lacks: Sequence[str | None],
    exact: Collection[str],
    *,
    based: bool,
    whole: bool = False,
) -> tuple[ToldMessage, ...]:
    """Return the result for each message.

    `lacks` says why one cannot come from this tree. `exact` are the paths of files that are byte for byte those of the report.
    `based`: there was a base; `whole`: all documents were read.
    """
    return tuple(
        _told(message, {name: seen[at] for name, seen in cells.items()}, lacks[at], exact, based=based, whole=whole)
        for at, message in enumerate(reported)
    )


def _told(
    message: Message,
    cells: Mapping[str, SeenMessage | None],
    lack: str | None,
    exact: Collection[str],
    *,
    based: bool,
    whole: bool,
) -> ToldMessage:
    here = {name: seen for name, seen in cells.items() if seen is not None}
    flaky = any(seen.verdict == Verdict.FLAKY for seen in here.values())
    if here:
        return ToldMessage(message, standing(here, based=based), here, judged=True, flaky=flaky)
    if lack is not None:
        absent = message.path is not None and "not read" not in lack
        return ToldMessage(message, "absent" if absent else "unjudged", {}, judged=False, reason=lack)
    if message.path in exact:
        return ToldMessage(
            message, "absent", {}, judged=True, reason="no cell has it, and its file is the same as in the report"
        )
    return ToldMessage(
        message,
        "absent",
        {},
        judged=False,
        reason=f"no cell has it; {message.path} may be another version here"
        + ("" if whole else ", or it depends on what else is read"),
    )


def standing(here: Mapping[str, SeenMessage], *, based: bool) -> Standing:
    """Return the standing of a message that the cells of `here` have: new or known if there was a base."""
    if not based:
        return "here"
    return "new" if any(seen.verdict in (Verdict.NEW, Verdict.FLAKY) for seen in here.values()) else "known"


def misses(told: Sequence[ToldMessage], seen: Sequence[SeenMessage | None]) -> tuple[str, ...]:
    """Return why a cell that has `seen` does not explain the judged messages of `told`; a flaky message may be absent."""
    reasons: list[str] = []
    for one, here in zip(told, seen, strict=True):
        if not one.judged or (one.flaky and (here is None or here.differences)):
            continue
        headline = one.message.message.split("\n")[0].strip()
        place = f"{one.message.path}:{one.message.line}" if one.message.line is not None else f"{one.message.path}"
        if here is None:
            reasons.append(f"{place}: does not say {headline}")
        else:
            reasons += [f"{place}: {headline} {difference}" for difference in here.differences]
    return tuple(dict.fromkeys(reasons))


def extras(reported: Sequence[Message], results: Sequence[CellResult]) -> tuple[Extra, ...]:
    """Return the new diagnostics that the report does not show, over all cells."""
    found: dict[tuple[str | None, str], list[tuple[str, Diagnostic]]] = {}
    for result in results:
        new = [item.diagnostic for item in result.judged if item.verdict is Verdict.NEW]
        used = set(matching.pairs(reported, new))
        for at, diagnostic in enumerate(new):
            if at not in used:
                key = (diagnostic.path, diagnostic.message.split("\n")[0])
                found.setdefault(key, []).append((result.name, diagnostic))
    return tuple(
        Extra(
            path,
            said[-1][1].line,
            said[-1][1].level,
            said[-1][1].message,
            tuple(dict.fromkeys(name for name, _ in said)),
        )
        for (path, _), said in found.items()
    )
