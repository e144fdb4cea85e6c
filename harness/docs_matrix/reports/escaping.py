"""Text from anywhere made fit to be shown: nothing hidden, nothing interpreted, nothing without end.

A message may hold whatever a source file held: control characters, halves of surrogate pairs, a million characters.
Such things are made visible here, and not dropped, so that a report shows what was really said.
"""

from __future__ import annotations

import re

from docs_matrix.files import digest

__all__ = ["cut", "cut_with_digest", "harmless", "one_line", "plural", "visible"]

_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, except for tab and newline
    "\u2028\u2029\u202a-\u202e\u2066-\u2069"  # line separators, and what turns the direction of reading
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # lone surrogates and what Unicode calls no characters
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)
_GAP = re.compile(r"[ \t\n]+")


def visible(text: str) -> str:
    r"""Return `text` with every character that is unfit for a report written as its escape; tabs and newlines stay.

    >>> print(visible("a\x1b[31mb\udc80"))
    a\x1b[31mb\udc80
    """
    return text if _plain(text) else _UNFIT.sub(_escape, text)


def one_line(text: str) -> str:
    r"""Return `text` on one line: runs of blanks and newlines are one blank, and what is unfit is an escape.

    >>> one_line("Malformed table.\n\n+--+")
    'Malformed table. +--+'
    """
    return text.strip() if _plain(text) and "  " not in text else visible(_GAP.sub(" ", text).strip())


def cut(text: str, limit: int) -> str:
    """Return `text`, or its first `limit` characters and how many more there were.

    >>> cut("abcdef", 4)
    'abcd... (2 more characters)'
    """
    return text if len(text) <= limit else f"{text[:limit]}... ({plural(len(text) - limit, 'more character')})"


def cut_with_digest(text: str, limit: int) -> str:
    """Return `text`, or its first `limit` characters and a digest of all of it, so that two long texts stay two."""
    return text if len(text) <= limit else f"{text[:limit]}... [{digest(text)[:12]}]"


def harmless(line: str, *, bracket: str = "\\x5b") -> str:
    r"""Return a line that GitHub's runner does not take for a command to itself, however it was printed.

    `bracket` is what stands for the `[` of `##[`, which the runner looks for inside of lines.

    >>> print(harmless("  ::error::stop"), harmless("##[add-mask]a"))
      \x3a:error::stop ##\x5badd-mask]a
    """
    bare = line.lstrip()
    if bare.startswith("::"):
        line = line[: len(line) - len(bare)] + "\\x3a" + bare[1:]
    return line.replace("##[", f"##{bracket}")


def plural(count: int, thing: str) -> str:
    """Return `count` and the word for it.

    >>> plural(1, "cell"), plural(8, "cell")
    ('1 cell', '8 cells')
    """
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _plain(text: str) -> bool:
    """Return whether `text` is nothing but ASCII that is seen, as most is: then there is nothing to look for in it."""
    return text.isascii() and text.isprintable()


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
