"""Text from any source, made safe to show: nothing is hidden, nothing is interpreted, and nothing is endless.

A message can contain anything that a source file contains: control characters, halves of surrogate pairs, a million characters.
Such things are made visible here, not dropped, so that a report shows what was really there.
"""

from __future__ import annotations

import re

from docs_matrix.files import digest

__all__ = ["cut", "cut_with_digest", "harmless", "one_line", "plural", "visible"]

_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, except for tab and newline
    "\u2028\u2029\u202a-\u202e\u2066-\u2069"  # line separators, and characters that change the direction of reading
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # lone surrogates, and code points that are no characters in Unicode
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)
_GAP = re.compile(r"[ \t\n]+")


def visible(text: str) -> str:
    r"""Return `text` with an escape in place of each character that a report must not contain; tabs and newlines stay.

    >>> print(visible("a\x1b[31mb\udc80"))
    a\x1b[31mb\udc80
    """
    return text if _plain(text) else _UNFIT.sub(_escape, text)


def one_line(text: str) -> str:
    r"""Return `text` on one line: as `visible` does, with one blank in place of each run of white space.

    >>> one_line("Malformed table.\n\n+--+")
    'Malformed table. +--+'
    """
    return text.strip() if _plain(text) and "  " not in text else visible(_GAP.sub(" ", text).strip())


def cut(text: str, limit: int) -> str:
    """Return `text`; if it is longer than `limit` characters, its beginning and the number of characters left out.

    >>> cut("abcdef", 4)
    'abcd... (2 more characters)'
    """
    return text if len(text) <= limit else f"{text[:limit]}... ({plural(len(text) - limit, 'more character')})"


def cut_with_digest(text: str, limit: int) -> str:
    """Return `text`; if it is longer than `limit` characters, its beginning and a digest of all of it.

    So two long texts that differ still differ after the cut.
    """
    return text if len(text) <= limit else f"{text[:limit]}... [{digest(text)[:12]}]"


def harmless(line: str, *, bracket: str = "\\x5b") -> str:
    r"""Return a line that GitHub's runner does not read as a command, even if it has blanks in front.

    The runner also looks for `##[` inside a line; `bracket` is written in place of its `[`.

    >>> print(harmless("  ::error::stop"), harmless("##[add-mask]a"))
      \x3a:error::stop ##\x5badd-mask]a
    """
    bare = line.lstrip()
    if bare.startswith("::"):
        line = line[: len(line) - len(bare)] + "\\x3a" + bare[1:]
    return line.replace("##[", f"##{bracket}")


def plural(count: int, thing: str) -> str:
    """Return `count` and `thing`, with an s if `count` is not 1.

    >>> plural(1, "cell"), plural(8, "cell")
    ('1 cell', '8 cells')
    """
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _plain(text: str) -> bool:
    """Return whether `text` is only printable ASCII. This is the usual case, and such a text needs no change."""
    return text.isascii() and text.isprintable()


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
