"""Writes messages without loss, in a form that `listing` reads back and that people can read.

The robot removes blanks, cuts messages and leaves out lines. Here every line of a message is written, after a bar, and its
place is written in only one form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote

from docs_matrix.diagnostics.diagnostic import LEVELS
from docs_matrix.robot.report import Message

__all__ = ["BARRED", "TITLE", "parse_first", "parse_told", "without_category", "write_list"]

BARRED = "further lines of a message behind |"
"""These words in the title of a list mean: messages are complete, and every further line has its bar."""
TITLE = f"All warnings (new ones prefixed by >>, {BARRED}):"

_MARGIN = "   "
_NO_CATEGORY = "-"
_END = "[end of a message]"
_CUT = "not shown whole"
_CATEGORY = re.compile(r" \[([^\[\]\s]{1,200})\]\Z")
_FIRST = re.compile(
    r"(?:(?:(?P<via>\S+): )??(?P<path>\S+?)(?::(?P<line>\d{1,12}))?: )??(?P<level>WARNING|ERROR|CRITICAL):(?: (?P<text>.*))?"
)
_PATH = "/._,+@~=-"
_TAKEN = ("-", *LEVELS)
"""Paths that must be escaped: the sign for no path, and words that would be read as the level."""


def write_list(messages: Iterable[Message]) -> Iterator[str]:
    """Yield the lines of a list of `messages`, without its title, with `--` between two pieces."""
    piece: int | None = None
    for message in messages:
        if piece is not None and message.piece != piece:
            yield "--"
        piece = message.piece
        yield from _message(message)


def _message(message: Message) -> Iterator[str]:
    first, *rest = _with_category(message).split("\n")
    yield f"{'>>' if message.marked else '  '} {_place(message)}{first}"
    yield from (f"{_MARGIN}| {line}".rstrip(" ") if not line else f"{_MARGIN}| {line}" for line in rest)
    told = "; ".join(filter(None, (_CUT if message.cut else "", message.told)))
    if told:
        yield f"{_MARGIN}({told})"


def _with_category(message: Message) -> str:
    """Return the complete text with its category at the end. If a text without a category seems to end with one, it gets a mark."""
    if message.category and re.fullmatch(r"[^\[\]\s]{1,200}", message.category) and message.category != _NO_CATEGORY:
        return f"{message.message} [{message.category}]"
    return f"{message.message} [{_NO_CATEGORY}]" if _CATEGORY.search(message.message) else message.message


def _place(message: Message) -> str:
    if message.level is None:
        return f"{_END} "
    if message.path is None and message.line is None:
        return f"{message.level}: "
    path = "-" if message.path is None else _escaped(message.path)
    via = f"{quote(message.via, safe=_PATH + ':', errors='surrogatepass')}: " if message.via and message.path else ""
    return f"{via}{path}{'' if message.line is None else f':{message.line}'}: {message.level}: "


def _escaped(path: str) -> str:
    whole = quote(path, safe=_PATH, errors="surrogatepass")
    return f"%{ord(whole[0]):02X}{whole[1:]}" if path in _TAKEN else whole or "%"


def parse_first(text: str) -> Message | None:
    """Return the message that begins with the line `text`, without mark and margin. Its category is still in its text."""
    if text.startswith(_END):
        return Message(None, None, None, None, text[len(_END) + 1 :], False, cut=True, form="the end of a message")
    found = _FIRST.fullmatch(text)
    if found is None:
        return None
    path = found["path"]
    return Message(
        path=None if path in (None, "-") else "" if path == "%" else unquote(path, errors="surrogatepass"),
        line=int(found["line"]) if found["line"] else None,
        level=found["level"],
        category=None,
        message=found["text"] or "",
        marked=False,
        cut=False,
        via=unquote(found["via"], errors="surrogatepass") if found["via"] else None,
        form="our own",
    )


def without_category(text: str) -> tuple[str, str | None]:
    """Return a complete text without the category or mark that `write_list` added, and the category."""
    found = _CATEGORY.search(text)
    if found is None:
        return text, None
    return text[: found.start()], None if found[1] == _NO_CATEGORY else found[1]


def parse_told(line: str) -> tuple[str, bool]:
    """Return the facts about a message in brackets, and whether they say that the message is cut."""
    told = line.strip()[1:-1]
    cut = told == _CUT or told.startswith(f"{_CUT}; ")
    return (told[len(_CUT) :].removeprefix("; ") if cut else told), cut
