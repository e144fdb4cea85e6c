"""Puts the records of the probe and the raw standard error of a build together.

`read` takes Sphinx's messages from the records. It takes other diagnostics from the lines of standard error that Sphinx's
handler did not print (`docs_matrix.capture.stderr_parser`). Every line that is not empty is one of three things: printed by
Sphinx's handler, part of a raw diagnostic, or unclassified.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from docs_matrix.capture.file_places import Text, placed, texts
from docs_matrix.capture.log_lines import FREE, GLUED, SPHINX, claim, log_lines, nonempty
from docs_matrix.capture.said import Said
from docs_matrix.capture.seals import are_sealed
from docs_matrix.capture.stderr_parser import Block, blocks, place_of
from docs_matrix.diagnostics.diagnostic import LEVELS, Diagnostic
from docs_matrix.diagnostics.message_keys import without_category
from docs_matrix.diagnostics.place_names import SUMMARY
from docs_matrix.probe.places import plain, relocate

__all__ = ["Capture", "read"]

LAST_LINE = 1 << 31
"""No file has this many lines."""

_VERSION = re.compile(r"[0-9][0-9A-Za-z.+/_-]{0,60}")


@dataclass(frozen=True)
class Capture(Said):
    """All that is known of a build's output, and some values of which its result is made.

    - `sphinx_lines`, `raw_lines` and the unclassified lines add up to `stderr_lines`: lines of Sphinx's messages, lines of raw
      diagnostics, and all lines.
    - `finished` says that every call of sphinx-build ended. `status` is the worst exit status of the calls, None if none ended.
    - `crash` is the reason of a failure in one line: the end of a call, or an error of the probe. `traceback` is the exception
      of the last traceback on standard error, which is the reason if the build failed.
    - `unwritten` says that the failure came after the reading, in a build that writes no pages and so may have left out
      something that was needed.
    - `said` has the messages of the last documents of trials, each with the numbers of the trials.
    - `hidden` are the settings of the project that hide warnings.
    - `wanted` are addresses of inventories that the build was not given. It ended before it read anything.

    Of a build that was to start from a warm state:

    - `resumed` are the documents that it read itself. `wider` are documents that it must read as well. `cold` says why it could
      not start from the state.
    - `unheard` are the lines of standard error, of other documents, that it did not repeat.

    Of a build that was watched:

    - `opened` are the files of the tree that it opened. `variables` is its environment. `arguments` are those of the last call.
    """

    sphinx_lines: int
    raw_lines: int
    finished: bool
    status: int | None
    crash: str | None
    traceback: str | None
    unwritten: bool
    resumed: tuple[str, ...] | None
    cold: str | None
    wider: tuple[str, ...]
    wanted: tuple[str, ...]
    unheard: frozenset[str]
    said: tuple[tuple[Diagnostic, tuple[int, ...]], ...]
    opened: tuple[str, ...]
    variables: Mapping[str, str]
    arguments: tuple[str, ...]
    hidden: tuple[str, ...]


def read(records: bytes, stderr: bytes, *, root: Path, key: bytes | None = None) -> Capture:
    """Return what a build in the folder `root` recorded in `records` and printed to `stderr`.

    `key` is the key with which the records are sealed, if they are sealed. Records without the right seal make the build a
    failed one. Both inputs can be incomplete: the readable part is used, and a build whose records break off is not finished.
    In the result, paths and texts are relative to `root`, and name no folder of the build.
    """
    told = _records(records, texts(root))
    if key is not None and told.finished and not are_sealed(records.splitlines(), key):
        told.crashes.append("its records are not those that the probe wrote")
    places = [*told.places, (str(root.absolute()), ""), (str(root.resolve()), "")]
    lines = log_lines(stderr)
    positions, owned = claim(lines, [nonempty(text) for _, text in told.printed])
    sphinx = [
        (position, _relocated(diagnostic, places))
        for position, (diagnostic, _) in zip(positions, told.printed, strict=True)
    ]
    raw = list(_raw(lines, owned, told, places))
    found = [block for block in raw if block.diagnostic]
    placed = _in_order(sphinx) + [(block.start, block.diagnostic) for block in found if block.diagnostic]
    unclassified = [(block.start, line) for block in raw if not block.diagnostic for line in block.lines]
    glued = [(index, relocate(places, lines[index])) for index, owner in enumerate(owned) if owner == GLUED]
    return Capture(
        python=told.versions.get("python", ""),
        docutils=told.versions.get("docutils", ""),
        sphinx=told.versions.get("sphinx", ""),
        diagnostics=tuple(diagnostic for _, diagnostic in sorted(placed, key=lambda pair: pair[0])),
        suppressed=tuple(_relocated(diagnostic, places) for diagnostic in told.suppressed),
        unclassified=tuple(line for _, line in sorted(unclassified + glued)),
        stderr_lines=sum(bool(line.strip()) for line in lines),
        sphinx_lines=owned.count(SPHINX),
        raw_lines=sum(bool(line.strip()) for block in found for line in block.lines),
        read=tuple(told.read),
        documents=told.documents,
        finished=told.finished,
        status=told.status,
        said=tuple(told.said),
        opened=tuple(sorted(told.opened)),
        variables={name: relocate(places, value) for name, value in told.variables.items()},
        arguments=tuple(relocate(places, word) for word in told.arguments),
        hidden=tuple(relocate(places, text) for text in told.hidden),
        crash=told.reason,
        traceback=next((_one_line(block) for block in reversed(found) if block.traceback), None),
        unwritten=told.unwritten,
        resumed=told.resumed,
        cold=told.cold,
        wider=told.wider,
        wanted=told.wanted,
        unheard=frozenset(relocate(places, line) for text in told.unheard for line in nonempty(plain(text))),
    )


# ---- the records


@dataclass
class _Told:
    """The records of all calls of sphinx-build, collected; `text` returns the files of the tree."""

    text: Text
    whole: bool = True
    calls: int = 0
    statuses: list[int] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    places: list[tuple[str, str]] = field(default_factory=list)
    printed: list[tuple[Diagnostic, str]] = field(default_factory=list)
    suppressed: list[Diagnostic] = field(default_factory=list)
    early: list[tuple[Diagnostic, bool]] = field(default_factory=list)
    said: list[tuple[Diagnostic, tuple[int, ...]]] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)
    variables: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    read: dict[str, None] = field(default_factory=dict)
    documents: int = 0
    resumed: tuple[str, ...] | None = None
    cold: str | None = None
    wider: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    unheard: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    unwritten: bool = False
    mistakes: list[str] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        return self.whole and 0 < self.calls == len(self.statuses)

    @property
    def status(self) -> int | None:
        return next((status for status in self.statuses if status), 0) if self.statuses else None

    @property
    def reason(self) -> str | None:
        return next(iter([*self.crashes, *(f"the probe failed: {mistake}" for mistake in self.mistakes)]), None)


def _records(data: bytes, text: Text) -> _Told:
    told = _Told(text)
    *whole, rest = data.split(b"\n")
    told.whole = not rest
    for line in whole:
        try:
            _take(told, json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
            told.whole = False
            break
    if told.crashes or not told.finished:
        _take_early(told)
    return told


def _take(told: _Told, record: dict[str, Any]) -> None:
    """Add one record. Raises ValueError, TypeError, KeyError or AttributeError if it is not a record of the probe."""
    match record["kind"]:
        case "meta":
            told.calls += 1
            told.versions = {name: _version(record[name]) for name in ("python", "docutils", "sphinx")}
            told.arguments = tuple(map(_text, record["arguments"]))
            told.places += [(_text(folder), _text(name)) for folder, name in record["places"]]
        case "places":
            told.places += [(_text(folder), _text(name)) for folder, name in record["places"]]
        case "documents":
            told.documents += int(record["documents"])
            told.read.update(dict.fromkeys(map(_text, record["read"])))
        case "diagnostic" if record["suppressed"]:
            told.suppressed.append(_diagnostic(record, told.text))
        case "diagnostic":
            told.printed.append((_diagnostic(record, told.text), record["printed"]))
        case "early":
            told.early.append((_diagnostic({**record, "printed": ""}, told.text), bool(record["suppressed"])))
        case "said":
            said = _diagnostic({**record, "printed": ""}, told.text)
            told.said.append((replace(said, printed=str(said)), tuple(map(int, record["trials"]))))
        case "opened":
            told.opened.add(_text(record["path"]))
        case "variables":
            told.variables = {_text(name): _text(value) for name, value in record["values"].items()}
        case "crash":
            document = record["document"]
            told.unwritten = told.unwritten or bool(record["unwritten"])
            told.crashes.append(
                f"{_text(document)}: {_text(record['reason'])}" if document else _text(record["reason"])
            )
        case "probe-error":
            told.mistakes.append(_text(record["traceback"]).strip().splitlines()[-1])
        case "resumed":
            told.resumed = tuple(map(_text, record["read"]))
        case "wanted":
            told.wanted = tuple(map(_text, record["urls"]))
        case "cold":
            told.cold = _text(record["reason"])
        case "widen":
            told.wider = tuple(map(_text, record["documents"]))
        case "unheard":
            told.unheard.append(_text(record["text"]))
        case "looked" | "heard" | "images" | "modules" | "objects" | "roles" | "index":
            pass  # used by a build that starts from this one, and to find the documents that a change can affect
        case "silence":
            told.hidden += map(_text, record["hidden"])
        case "end":
            told.statuses.append(int(record["status"]))
        case kind:
            raise ValueError(kind)


def _diagnostic(record: dict[str, Any], text: Text) -> Diagnostic:
    """Return the diagnostic of a record. If it names its place only in its message, the place is taken from there.

    A category at the end of the message is removed from it.
    """
    path, line = record["path"], record["line"]
    message, category = without_category(_text(record["message"]), _text_or_none(record["category"]))
    if path is None and (found := place_of(message)):
        path, line, message = found
    if record["level"] not in LEVELS or not (line is None or (line.__class__ is int and abs(line) < LAST_LINE)):
        raise ValueError(record)
    read = record.get("docstring")
    diagnostic = Diagnostic(
        path=_text_or_none(path),
        line=line,
        level=record["level"],
        category=category,
        message=message,
        printed=_text(record["printed"]),
        document=_text_or_none(record["document"]),
        via=_text_or_none(record["via"]),
        phase=_text_or_none(record["phase"]),
        unjudged=bool(record["unjudged"]),
        place=f"line {int(part)} of the included part" if (part := record.get("part")) else None,
        of_network=bool(record.get("of_network")),
    )
    diagnostic = placed(diagnostic, text, None if read is None else [_text(line) for line in read])
    row = _text_or_none(record.get("row"))
    return replace(diagnostic, place=f"{SUMMARY}{row}") if row else diagnostic


def _take_early(told: _Told) -> None:
    """After a crash, add the messages that workers had recorded and could not hand over."""
    kept = Counter(replace(diagnostic, printed="") for diagnostic, _ in told.printed)
    kept.update(replace(diagnostic, printed="") for diagnostic in told.suppressed)
    for diagnostic, suppressed in told.early:
        if kept[diagnostic]:
            kept[diagnostic] -= 1
        elif suppressed:
            told.suppressed.append(diagnostic)
        else:
            told.printed.append((diagnostic, ""))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _version(value: object) -> str:
    """Return `value` if it can be a version. Raises ValueError if not, because a build can forge its records."""
    if not _VERSION.fullmatch(_text(value)):
        raise ValueError(value)
    return _text(value)


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _raw(lines: Sequence[str], owned: Sequence[int], told: _Told, places: Sequence[tuple[str, str]]) -> Iterator[Block]:
    """Yield the blocks of the lines that are not Sphinx's. A block never continues after a line of Sphinx's."""
    start = 0
    for end in range(len(lines) + 1):
        if end == len(lines) or owned[end] != FREE:
            piece = [relocate(places, line) for line in lines[start:end]]
            for block in blocks(piece):
                yield replace(block, start=start + block.start)
            start = end + 1


def _in_order(placed: Iterable[tuple[int | None, Diagnostic]]) -> list[tuple[int, Diagnostic]]:
    """Return the diagnostics in the order of the log. One without a place in the log comes after the one before it."""
    result: list[tuple[int, Diagnostic]] = []
    last = -1
    for position, diagnostic in placed:
        last = last if position is None else position
        result.append((last, diagnostic))
    return result


def _relocated(diagnostic: Diagnostic, places: Sequence[tuple[str, str]]) -> Diagnostic:
    return replace(diagnostic, printed=relocate(places, diagnostic.printed))


def _one_line(block: Block) -> str:
    return " ".join(block.diagnostic.message.split())[:1000] if block.diagnostic else ""
