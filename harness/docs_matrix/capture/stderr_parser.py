"""Finds the diagnostics in lines of standard error that did not pass through Sphinx's logging.

A line begins a diagnostic in four cases. It has a level word and a place; it is a `***` line of make; it begins a Python
traceback; or it is a warning of Python with a place in the tree. Further lines belong to the diagnostic only in these cases:

- lines that are indented, directly below it;
- all lines up to the line that ends with Sphinx's category (` [docutils]`), because a message ends there;
- one block after an empty line, below a message of docutils or Sphinx: the source text that docutils shows;
- the next line, if the text is still missing (`Warning: file a#18:`);
- for a traceback, all lines up to the line of the exception, and the tracebacks that are chained to it.

Every other line is unclassified. The time is in proportion to the length of the text, whatever it contains.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docs_matrix.diagnostics.diagnostic import Diagnostic

__all__ = ["Block", "blocks", "place_of"]

HEAD = 5000
"""The level and the place of a line are searched for in its first characters, this many. Its message can have any length."""

REACH = 100
"""The category that ends a message is searched for in this many lines."""

_LEVELS = {"warning": "WARNING", "error": "ERROR", "fatal error": "ERROR", "critical": "CRITICAL", "severe": "CRITICAL"}
_WORD = r"WARNING|ERROR|CRITICAL|SEVERE|[Ww]arning|[Ee]rror|fatal error"
_INNER = re.compile(rf": (?:({_WORD}):|\((WARNING|ERROR|SEVERE)/[234]\)|\[(warning|error)\])(?: |$)")
_FIRST = re.compile(rf"({_WORD}): ")
_MAKE = re.compile(r"g?make(?:\[\d{1,9}\])?: \*\*\* ")
_MAKE_PLACE = re.compile(r"\[([^\s:\[\]]+):(\d{1,9}): ")
_MAKEFILE = re.compile(r"([^\s:]+):(\d{1,9}): \*\*\* ")
_PLACE_FIRST = re.compile(r"([^\s:]+):(\d{1,9})(?::\d{1,9})?:? ")
_ABI_FILE = re.compile(r"file ([^\s#]+)#(\d{1,9}): ?")
_REFERENCES = re.compile(r"(\S+) references a file that doesn't exist: ")
_DEFINED = re.compile(r" is defined \d{1,9} times: +([^\s:;]+):(\d{1,9})")
_CATEGORY = re.compile(r"[a-z_]\w*(?:\.[\w-]+)*")
_FRAME = re.compile(r'\s*File "([^"]*)", line (\d{1,9})')
_TRACEBACK = "Traceback (most recent call last):"
_PYTHON = re.compile(r"([^:\s][^:]*):(\d{1,9}): (\w*Warning): ")
_IN_FILE = re.compile(r" in ([^\s:]+\.py)\.?(?=\s|$)")
_FOREIGN = ("site-packages/", "stdlib/", "<", "/")
"""The path of a file that is not in the tree begins with one of these."""
_CHAINED = (
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)


@dataclass(frozen=True)
class Block:
    """Lines that belong together: a diagnostic with all its lines, or one unclassified line (`diagnostic` is None).

    `start` is the index of the first line. Empty lines occur only inside a block. If `traceback`, the block is a traceback, and
    the message of the diagnostic is the exception.
    """

    start: int
    lines: tuple[str, ...]
    diagnostic: Diagnostic | None = None
    traceback: bool = False


@dataclass(frozen=True)
class _Head:
    """The first line of a diagnostic, taken apart; `formal` if docutils or Sphinx wrote it."""

    path: str | None
    line: int | None
    level: str
    message: str
    via: str | None = None
    formal: bool = False


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the blocks of `lines`, in their order. Every line that is not empty is in exactly one block.

    >>> [(block.start, str(block.diagnostic)) for block in blocks(["a.c:7: warning: 'x' not found", "Using alabaster"])]
    [(0, "a.c:7: WARNING: 'x' not found"), (1, 'None')]
    """
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
            continue
        block = _traceback(lines, at) or _message(lines, at) or Block(at, (line,))
        yield block
        at += len(block.lines)


def place_of(text: str) -> tuple[str, int | None, str] | None:
    """Return the path, the line and the message of a text that names its own place; None if it names no place.

    - `./virtio.h:188 struct member 'map' not described`, also with a colon after the line: the message is without the place
    - `MAINTAINERS references a file that doesn't exist: Documentation/a.txt`: MAINTAINERS, the message is the whole text
    - `/sys/a is defined 2 times:  ./ABI/a:28  ./ABI/b:37`: ABI/a, 28, the whole text
    - `file ./ABI/a#18:`: ABI/a, 18, nothing
    - `Cannot find file ./include/linux/mutex.h`: include/linux/mutex.h, the whole text
    """
    head = text[:HEAD]
    if (match := _PLACE_FIRST.match(head)) and _is_path(match[1]):
        return _tidy(match[1]), int(match[2]), text[match.end() :]
    if match := _ABI_FILE.match(head):
        return _tidy(match[1]), int(match[2]), text[match.end() :]
    if match := _REFERENCES.match(head):
        return _tidy(match[1]), None, text
    if match := _DEFINED.search(head):
        return _tidy(match[1]), int(match[2]), text
    before, _, last = head.rpartition(" ")
    if len(text) < HEAD and "/" in last and (" " + before).endswith(" file"):
        return _tidy(last), None, text
    return None


def _head(line: str) -> _Head | None:
    """Return the parts of `line` if a diagnostic begins with it, else None.

    - `a.rst:12: WARNING: text [docutils]`, `a.rst: WARNING: text`, `a.c:7:3: warning: text`
    - `<string>:3: (ERROR/3) text`, `a.yaml:50:11: [error] text`
    - `gpu/display-manager:47: ./a.h:210: WARNING: text`: the path is a.h, via gpu/display-manager:47
    - `WARNING: ./a.c:44 text`, and the other forms that `place_of` knows, after a level word
    - `pkg/a.py:12: UserWarning: text`, `site-packages/x.py:5: UserWarning: text in pkg/a.py.`: a warning of Python about the tree
    - `make[2]: *** [Documentation/Makefile:121: htmldocs] Error 255`, `Makefile:3: *** missing separator.  Stop.`
    """
    head = line[:HEAD]
    if match := _MAKE.match(head):
        place = _MAKE_PLACE.match(head, match.end())
        if place is None:
            return _Head(None, None, "ERROR", "*** " + line[match.end() :])
        return _Head(_tidy(place[1]), int(place[2]), "ERROR", "*** [" + line[place.end() :])
    if match := _MAKEFILE.match(head):
        return _Head(_tidy(match[1]), int(match[2]), "ERROR", "*** " + line[match.end() :])
    if (match := _PYTHON.match(head)) and (spot := _python_place(match, head)):
        return _Head(*spot, "WARNING", line[match.start(3) :])
    if match := _FIRST.match(head):
        named = place_of(line[match.end() :])
        return _Head(named[0], named[1], _LEVELS[match[1].lower()], named[2]) if named else None
    match = _INNER.search(head)
    found = _place(head[: match.start()]) if match else None
    if match is None or found is None:
        return None
    word = match[1] or match[2] or match[3]
    return _Head(found[0], found[1], _LEVELS[word.lower()], line[match.end() :], found[2], formal=word.isupper())


def _python_place(match: re.Match[str], head: str) -> tuple[str, int | None] | None:
    """Return the place of a warning of Python: the place of the code, or else the file of the tree that the text names."""
    path = _tidy(match[1])
    if not path.startswith(_FOREIGN):
        return path, int(match[2])
    named = _IN_FILE.search(head, match.end())
    return (_tidy(named[1]), None) if named and not named[1].startswith(_FOREIGN) else None


def _place(text: str) -> tuple[str, int | None, str | None] | None:
    """Return the path, the line and the chain of `text`, the place before a level word; None if it is not a place."""
    chain, separator, place = text.rpartition(": ")
    if separator and not chain.rpartition(":")[2].isdecimal():
        return None
    path, numbers = place, list[int]()
    while len(numbers) < 2 and (last := path.rpartition(":"))[0] and last[2].isdecimal() and len(last[2]) < 10:
        path, numbers = last[0], [int(last[2]), *numbers]
    if not _is_path(path) and not (numbers and path.strip() and not path.startswith(" ")):
        return None
    return _tidy(path), numbers[0] if numbers else None, _tidy(chain) if separator else None


def _is_path(text: str) -> bool:
    return ("/" in text or "." in text) and "://" not in text and not any(char.isspace() for char in text)


def _tidy(path: str) -> str:
    return path[2:] if path.startswith("./") and len(path) > 2 else path


def _message(lines: Sequence[str], start: int) -> Block | None:
    """Return the diagnostic that begins at `start`, with the lines that certainly belong to it."""
    head = _head(lines[start])
    if head is None:
        return None
    end = _end(lines, start, head)
    texts = [head.message, *lines[start + 1 : end]]
    if not head.message.strip():
        texts = [texts[1].strip(), *texts[2:]] if len(texts) > 1 else [""]
    if _PYTHON.match(lines[start][:HEAD]):
        texts = texts[:1]  # the other line is the code that gave the warning
    category = None
    if head.formal:
        texts[-1], category = _without_category(texts[-1])
    diagnostic = Diagnostic(
        path=head.path,
        line=head.line,
        level=head.level,
        category=category,
        message="\n".join(texts),
        printed="\n".join(lines[start:end]),
        via=head.via,
        origin="stderr",
    )
    return Block(start, tuple(lines[start:end]), diagnostic)


def _end(lines: Sequence[str], start: int, head: _Head) -> int:
    """Return the index after the last line of the diagnostic at `start`."""
    if head.formal:
        if _without_category(lines[start])[1]:
            return start + 1
        for index in range(start + 1, min(start + REACH, len(lines))):
            if _begins(lines[index]):
                break
            if _without_category(lines[index])[1]:
                return index + 1
    end = start + 1
    if not head.message.strip() and end < len(lines) and lines[end].strip() and not _begins(lines[end]):
        end += 1
    while end < len(lines) and lines[end][:1].isspace() and lines[end].strip() and not _begins(lines[end]):
        end += 1
    if head.formal and end + 1 < len(lines) and not lines[end].strip():
        last = end + 1
        while last < len(lines) and lines[last].strip() and not _begins(lines[last]):
            last += 1
        end = last if last > end + 1 else end
    return end


def _begins(line: str) -> bool:
    return _is_traceback(line) or _head(line) is not None


def _without_category(text: str) -> tuple[str, str | None]:
    """Return `text` without the category that Sphinx puts at the end of a message, and the category."""
    tail = text[-200:]
    at = tail.rfind(" [")
    if tail.endswith("]") and at >= 0 and _CATEGORY.fullmatch(tail[at + 2 : -1]):
        return text[: len(text) - len(tail) + at], tail[at + 2 : -1]
    return text, None


def _traceback(lines: Sequence[str], start: int) -> Block | None:
    """Return the traceback that begins at `start`. Its place is its innermost frame, and its message is the exception."""
    if not _is_traceback(lines[start]):
        return None
    exception, end = _one_traceback(lines, start)
    while (again := _chained(lines, end)) is not None:
        exception, end = _one_traceback(lines, again)
    frames = [match for line in lines[start:end] if (match := _FRAME.match(line[:HEAD]))]
    diagnostic = Diagnostic(
        path=_tidy(frames[-1][1]) if frames else None,
        line=int(frames[-1][2]) if frames else None,
        level="CRITICAL",
        category=None,
        message="\n".join(line.strip() for line in lines[exception:end]) or lines[start].strip(),
        printed="\n".join(lines[start:end]),
        origin="stderr",
    )
    return Block(start, tuple(lines[start:end]), diagnostic, traceback=True)


def _one_traceback(lines: Sequence[str], start: int) -> tuple[int, int]:
    """Return the index of the line of the exception, and the index after its last line; equal if the log ends earlier."""
    margin = _margin(lines[start])
    exception = start + 1
    while exception < len(lines) and _margin(lines[exception]) > margin:
        exception += 1
    end = exception
    if end < len(lines) and lines[end].strip():
        end += 1
        while end < len(lines) and _margin(lines[end]) > margin and not _is_traceback(lines[end]):
            end += 1
    return exception, end


def _chained(lines: Sequence[str], end: int) -> int | None:
    """Return the index of the traceback that continues the traceback that ends before `end`; None if there is none."""
    following = [index for index in range(end, min(end + 4, len(lines))) if lines[index].strip()]
    if len(following) > 1 and lines[following[0]].strip() in _CHAINED and _is_traceback(lines[following[1]]):
        return following[1]
    return None


def _is_traceback(line: str) -> bool:
    return line.lstrip().startswith(_TRACEBACK)


def _margin(line: str) -> int:
    """Return the indentation of `line`; -1 if it is empty."""
    text = line.lstrip()
    return len(line) - len(text) if text else -1
