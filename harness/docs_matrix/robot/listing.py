"""Reads the list of messages in a report: the first line of each message, its other lines, and whether its end is missing.

In the robot's list, `>>` or three blanks are before every line. In the form of 2019, old messages can have `<<`, and the others
have no margin. In our own reports (their title says so), a bar is before the further lines of a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from docs_matrix.capture import stderr_parser
from docs_matrix.robot import write
from docs_matrix.robot.lines import Lines
from docs_matrix.robot.report import Message

__all__ = ["begins_message", "may_be_marked", "read_list"]

_MARGIN = "   "
_LEVEL = re.compile(r"(WARNING|ERROR|CRITICAL|SEVERE|[Ww]arning|[Ee]rror|fatal error): ?(?=\S|$)")
_PLACED = re.compile(r"((?:[\w.+,@~-]+/)[\w./+,@~-]*[\w+@~-]|[\w,-]+\.[a-z]{1,5})(?::(\d{1,9}))?(?::\d{1,9})?: (?=\S)")
_DTC = re.compile(
    r"(?:(?P<first>Error|Warning|ERROR): )?(?P<path>[^\s:]{1,1000}):(?P<line>\d{1,9})\.\d{1,9}(?:-\d{1,9}(?:\.\d{1,9})?)?"
    r"(?:: (?P<level>Warning|Error|ERROR|FATAL ERROR)\b:?)?(?=[ :])[ :]*"
)
"""A place of the device tree compiler: line and column of its beginning, and of its end."""
_CATEGORY = re.compile(r"(?:^|.*\s)\[([a-z_][a-z_0-9]*(?:\.[\w-]+)*)\]$", re.DOTALL)
_STATE = re.compile(r"Using \w+ theme$|make(?:\[\d+\])?: (?:Entering|Leaving)|Can't build as \d+ mandatory")
_QUOTING = (
    "Malformed table.", "Title underline too short.", "Title overline too short.", "Title overline & underline mismatch.",
    "Unexpected section title.", "Unexpected section title or transition.", "Incomplete section title.",
    "Missing matching underline for section title overline.", "Invalid section title or transition marker.",
)  # fmt: skip
"""After the first line of these messages, docutils always quotes the source."""
_LONGEST = 5_000


@dataclass(frozen=True)
class _ListingHead:
    """The first line of a message, taken apart. If `formal`, Sphinx or docutils wrote it, so it ends with its category."""

    message: Message
    formal: bool


def begins_message(text: str) -> bool:
    """Return whether a line, without margin and mark, is the first line of a message with a level."""
    return _head(text) is not None


def may_be_marked(text: str) -> bool:
    """Return whether a line, without its mark, is a message: it has a level, or only a place."""
    return _head(text, any_form=True) is not None


def read_list(lines: Lines, start: int, end: int, level: str, *, barred: bool) -> tuple[Message, ...]:
    """Return the messages in the lines from `start` to `end`. A line that belongs to no message is not taken.

    `level` is the level of a message that names none. `barred` is for our own reports.
    """
    pieces = list(_pieces(lines, start, end))
    margin = _margin(lines.lines[at] for piece in pieces for at in piece)
    shown = any(
        _category(lines.lines[at])[1] for piece in pieces for at in piece if not lines.lines[at].startswith(" |")
    )
    found: list[Message] = []
    for number, piece in enumerate(pieces):
        reader = _barred if barred else _piece
        for message in reader(lines, piece, margin=margin, shown=shown, level=level):
            found.append(replace(message, piece=number))
    return tuple(found)


def _margin(lines: Iterable[str]) -> str:
    """Return the margin of the unmarked lines of a list.

    It is three blanks, or four if a mail program made four in all lines, or nothing if the blanks were removed.
    """
    bare = [(line, line.lstrip(" ")) for line in lines if line.startswith(_MARGIN) and line.strip()]
    least = min((len(line) - len(text) for line, text in bare), default=0)
    begun = any(len(line) - len(text) == least and _head(text) is not None for line, text in bare)
    return " " * least if begun else _MARGIN if bare else ""


def _pieces(lines: Lines, start: int, end: int) -> Iterator[list[int]]:
    """Yield the indexes of the lines of each piece. The `--` between two pieces is taken."""
    piece: list[int] = []
    for at in range(start, end):
        if lines.lines[at].rstrip() == "--":
            lines.take(at)
            if piece:
                yield piece
            piece = []
        elif not lines.is_taken(at):
            piece.append(at)
    if piece:
        yield piece


def _piece(lines: Lines, piece: Sequence[int], *, margin: str, shown: bool, level: str) -> Iterator[Message]:
    """Yield the messages of one piece.

    `margin` is the margin of the list. `shown` says that the list has categories.
    """
    texts = [_without_margin(lines.lines[at], margin=margin) for at in piece]
    at = searched = 0
    while at < len(piece):
        mark, text = texts[at]
        head = _head(text)
        end = at
        if head is None and not mark and text.strip() and (at >= searched or at == 0):
            end, searched = _tail_end(texts, at, shown=shown)
        if head is None and end == at and text.strip():
            head = _head(text, any_form=True) or (_ListingHead(_unplaced(text), formal=False) if mark == ">>" else None)
        if head is None:
            if end > at:
                lines.take(piece[number] for number in range(at, end))
                yield _tail([part for _, part in texts[at:end]])
            at = max(end, at + 1)
            continue
        end = _message_end(texts, at, head, shown=shown)
        while not texts[end - 1][1].strip():
            end -= 1
        lines.take(piece[number] for number in range(at, end))
        yield _whole(head, [part for _, part in texts[at:end]], mark == ">>", level, shown=shown)
        at = end


def _without_margin(line: str, *, margin: str) -> tuple[str, str]:
    """Return the mark of a line, and the line without mark and margin.

    >>> _without_margin(">> a.c:1: warning: b", margin="   "), _without_margin("    * b", margin="   ")
    (('>>', 'a.c:1: warning: b'), ('', ' * b'))
    """
    for mark in (">>", "<<"):
        if line.startswith(mark) and not line.startswith(mark + mark[0]):
            return mark, line[2:].removeprefix(" ")
    return "", line.removeprefix(margin)


def _head(text: str, *, any_form: bool = False) -> _ListingHead | None:
    """Return the parts of `text` if it is the first line of a message, else None.

    With `any_form`, it can also have a place and no level, or a level and no known place.
    """
    if not text or text[0].isspace():
        return None
    block = next(stderr_parser.blocks([text]), None)
    said = block.diagnostic if block and not block.traceback else None
    if said is not None:
        formal = said.origin == "stderr" and f": {_word(text)}: " in f"{text[:_LONGEST]} " and _word(text).isupper()
        message = said.message
        if not message.strip():
            message = text.partition(": ")[2].strip() or text
        form = _form(text, said.path, said.line, said.via, formal=formal)
        return _ListingHead(
            Message(said.path, said.line, said.level, said.category, message, False, False, said.via, form), formal
        )
    dtc = _DTC.match(text[:_LONGEST])
    if dtc and (word := dtc["first"] or dtc["level"]):
        name = "WARNING" if word == "Warning" else "ERROR"
        path, said_of = dtc["path"].removeprefix("./"), text[dtc.end() :]
        return _ListingHead(
            Message(path, int(dtc["line"]), name, None, said_of, False, False, form=f"file:line.column: {word}"), False
        )
    if level := _LEVEL.match(text[:100]):
        word = level[1].lower().replace("fatal ", "")
        name = {"warning": "WARNING", "error": "ERROR"}.get(word, "CRITICAL")
        return _ListingHead(
            Message(None, None, name, None, text[level.end() :], False, False, form=f"{level[1]}: text"), False
        )
    if any_form and (placed := _PLACED.match(text[:_LONGEST])) and "://" not in placed[0]:
        line = int(placed[2]) if placed[2] else None
        path = placed[1].removeprefix("./")
        return _ListingHead(
            Message(path, line, None, None, text[placed.end() :], False, False, form="place: text"), False
        )
    return None


def _word(text: str) -> str:
    found = re.search(r": (WARNING|ERROR|CRITICAL|SEVERE|[Ww]arning|[Ee]rror|fatal error):(?: |$)", text[:_LONGEST])
    return found[1] if found else ""


def _form(text: str, path: str | None, line: int | None, via: str | None, *, formal: bool) -> str:
    """Return the form of a message's first line, in words; messages that are written in the same way have the same words."""
    if "*** " in text[:_LONGEST] and (text.startswith(("make", "gmake")) or ": *** " in text[:_LONGEST]):
        return "make: ***"
    word = _word(text) or ("[error]" if ": [error] " in text[:_LONGEST] else "")
    if word or formal:
        place = "document: source:line" if via else "file:line" if line is not None else "file"
        return f"{place}: {word}" + ("" if word.startswith("[") else ":")
    level = _LEVEL.match(text[:100])
    word = level[1] if level else ""
    if " references a file that doesn't exist" in text[:_LONGEST]:
        return f"{word}: file references"
    if " is defined " in text[:_LONGEST]:
        return f"{word}: defined several times"
    if line is not None:
        return f"{word}: file #line" if f"#{line}:" in text[:_LONGEST] else f"{word}: file:line"
    return f"{word}: text with a file" if path else f"{word}: text"


def _unplaced(text: str) -> Message:
    return Message(None, None, None, None, text, False, False, form="text")


def _category(text: str) -> tuple[str, str | None]:
    """Return `text` without the category at its end, and the category."""
    tail = text[-200:]
    found = _CATEGORY.match(tail) if tail.endswith("]") else None
    if found is None:
        return text, None
    return text[: len(text) - len(found[1]) - 2].removesuffix(" "), found[1]


def _message_end(texts: Sequence[tuple[str, str]], start: int, head: _ListingHead, *, shown: bool) -> int:
    """Return the index after the last line of the message that begins at `start`."""
    if head.message.category:
        return start + 1
    end = start + 1
    if head.message.form.endswith("#line"):
        if end < len(texts) and not texts[end][0] and texts[end][1].strip() and _head(texts[end][1]) is None:
            end += 1
        return _indented_end(texts, end)
    if not head.formal:
        return _indented_end(texts, end)
    while end < len(texts) and not texts[end][0]:
        text = texts[end][1]
        if _STATE.match(text) or (_head(text) is not None):
            break
        end += 1
        if shown and _category(text)[1]:
            break
    return end


def _indented_end(texts: Sequence[tuple[str, str]], end: int) -> int:
    while end < len(texts) and not texts[end][0] and texts[end][1][:1].isspace() and texts[end][1].strip():
        end += 1
    return end


def _tail_end(texts: Sequence[tuple[str, str]], start: int, *, shown: bool) -> tuple[int, int]:
    """Find the end of a message whose beginning is not shown: it has a category, or is the indented part before the first message.

    Return the index after this end, or `start` if there is none. The second value is the index up to which no other search
    finds one.
    """
    if start == 0 and texts[0][1][:1].isspace():
        return _indented_end(texts, 0), 0
    end = start
    while shown and end < len(texts) and not texts[end][0] and _head(texts[end][1]) is None:
        if _STATE.match(texts[end][1]):
            break
        end += 1
        if _category(texts[end - 1][1])[1]:
            return end, end
    return start, end


def _tail(parts: Sequence[str]) -> Message:
    last, category = _category(parts[-1])
    text = "\n".join((*parts[:-1], last))
    return Message(None, None, None, category, text, False, cut=True, form="the end of a message")


def _whole(head: _ListingHead, parts: Sequence[str], marked: bool, level: str, *, shown: bool) -> Message:
    """Return the message in these lines, and whether its end is missing."""
    message = head.message
    category = message.category
    texts = [message.message, *parts[1:]]
    if message.form.endswith("#line") and len(texts) > 1:
        texts = [texts[1].strip(), *texts[2:]]
    if head.formal and category is None and len(parts) > 1:
        texts[-1], category = _category(texts[-1])
    text = "\n".join(texts)
    headline = texts[0].strip()
    cut = head.formal and category is None and (shown and headline.endswith((".", ":")))
    cut = cut or (headline in _QUOTING and len(texts) == 1) or (message.form.endswith("#line") and len(parts) == 1)
    return replace(message, level=message.level or level, category=category, message=text, marked=marked, cut=cut)


def _barred(lines: Lines, piece: Sequence[int], *, margin: str, shown: bool, level: str) -> Iterator[Message]:
    """Yield the messages of a piece of one of our own reports.

    The first line has `>>` or a margin. Each further line has a bar. Further facts are in brackets.
    """
    at = 0
    while at < len(piece):
        mark, text = _without_margin(lines.lines[piece[at]], margin=_MARGIN)
        head = write.parse_first(text) if not text.startswith(("|", "(")) and text.strip() else None
        lines.take(piece[at] if head or mark else ())
        at += 1
        if head is None and not mark:
            continue
        message = head or replace(_unplaced(text), level=level)
        texts = [message.message]
        while at < len(piece) and lines.lines[piece[at]].startswith(f"{_MARGIN}|"):
            texts.append(lines.lines[piece[at]][len(_MARGIN) + 1 :].removeprefix(" "))
            lines.take(piece[at])
            at += 1
        told, cut = "", message.cut
        if at < len(piece) and lines.lines[piece[at]].startswith(f"{_MARGIN}("):
            told, cut = write.parse_told(lines.lines[piece[at]])
            lines.take(piece[at])
            at += 1
        whole, category = write.without_category("\n".join(texts))
        yield replace(message, category=category, message=whole, marked=mark == ">>", cut=cut, told=told)
