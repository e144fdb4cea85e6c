"""Removes quoting and wrapping from a report in an answer, so that it is as the robot sent it.

The robot's own marks begin with `>`, too. So the quoting is found in lines that can only be the frame of a report (its
greeting, its header, the title of its list), and exactly this prefix is removed from the other lines. Some mail programs take a
mark for quoting, and leave out the blank before it (`>>> b.rst:1:`) or put blanks between (`> > > b.rst:1:`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

__all__ = ["is_frame", "is_full", "remarked", "unquoted", "unwrapped"]

_QUOTE = re.compile(r"(?:>[ \t]?|[ \t]{0,3}>[ \t]?){1,20}")
_FRAME = re.compile(
    r"""
      kernel\ test\ robot\ noticed | kbuild\ test\ robot | I\ love\ your\ patch! | Thank\ you\ for\ the\ patch!
    | \[(?:auto\ build|also\ build|also\ auto\ build|cannot\ apply)\b | \[If\ your\ patch\ is
    | (?:tree|head|commit|base|url|date|config|compiler|docutils|reproduce|tree/branch|branch\ HEAD)\b[^:]{0,40}:\s
    | patch\ (?:link|subject):\ | If\ you\ fix\ the\ issue
    | (?:\|\ )?Reported-by:\ (?:kernel|kbuild)\ test\ robot
    | .{0,40}\(new\ ones\ prefixed\ by\ (?:>>|<<) | .{0,40}old\ ones\ prefixed\ by\ <<
    | 0-DAY\ (?:CI|kernel)
    """,
    re.VERBOSE,
)
_WIDTH = 62
"""No mail program wraps lines at fewer characters than this."""
_OF_THE_LIST = (" ", "\t", ">", "<", "--", "vim ")
"""A line that begins with one of these is not the rest of the line before."""
_MARK = ">> "
_SPACED_MARK = "> > "
_PLACE_PARTS = 8
"""The place and the level of a message are in the first parts of a broken line, this many."""
_LEVEL_LAST = re.compile(r"(?:WARNING|ERROR|CRITICAL|SEVERE|[Ww]arning|[Ee]rror): *$")


def is_frame(line: str) -> bool:
    """Return whether `line` can only be a report's own: a part of its greeting, its header, the title of its list."""
    return bool(_FRAME.match(line[:200]))


def unquoted(lines: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """Return the lines of a quoted report without the quoting, and the other lines; None if no report is quoted.

    >>> unquoted(["He wrote:", "> tree:   a", "> >> b.rst:1: WARNING: c"])
    (['tree:   a', '>> b.rst:1: WARNING: c'], ['He wrote:'])
    >>> unquoted(["> tree:   a", ">>> b.rst:1: WARNING: c"])
    (['tree:   a', '>> b.rst:1: WARNING: c'], [])
    """
    prefix = _prefix(lines)
    if prefix is None:
        return None
    bare = prefix.rstrip()
    inside: list[str] = []
    outside: list[str] = []
    for number, line in enumerate(lines):
        if line.startswith(prefix):
            inside.append(line[len(prefix) :])
        elif line.rstrip() == bare or not line.strip():
            inside.append("")
            outside.append("")
        elif line.startswith(bare) and (line[len(bare)] != ">" or line.startswith(_MARK, len(bare))):
            inside.append(line[len(bare) :])
        elif _is_rest_of(lines, number, bare):
            inside[-1] = f"{inside[-1]} {line.strip()}"
        else:
            outside.append(line)
    return inside, outside


def _prefix(lines: Sequence[str]) -> str | None:
    """Return the quoting that is before most lines of a report's frame."""
    counts: dict[str, int] = {}
    for line in lines:
        found = _QUOTE.match(line[:100])
        if found and is_frame(line[found.end() :]):
            counts[found[0]] = counts.get(found[0], 0) + 1
    return max(counts, key=lambda prefix: counts[prefix]) if counts else None


def _is_rest_of(lines: Sequence[str], at: int, bare: str) -> bool:
    """Return whether the line `at` is the rest of a quoted line that a mail program broke.

    Then the quoted line is long, and the next line is quoted again.
    """
    before, after = lines[at - 1] if at else "", lines[at + 1] if at + 1 < len(lines) else ""
    return before.startswith(bare) and is_full(before, lines[at]) and after.startswith(bare)


def remarked(lines: Sequence[str], begins: Callable[[str], bool]) -> list[str]:
    """Return the lines of a report with its marks as the robot writes them, without blanks inside a mark.

    `begins` says whether a line is the first line of a message; only such a line has a mark. If a line below it has the same mark,
    a mail program broke this line off the first one.

    >>> remarked(["> > a.rst:1: WARNING: b", "> > c", "> d"], lambda line: line.startswith("a"))
    ['>> a.rst:1: WARNING: b', 'c', '> d']
    """
    out: list[str] = []
    marked = False
    for line in lines:
        text = line.removeprefix(_SPACED_MARK)
        marked = text != line and (marked or begins(text))
        out.append(line if not marked else f"{_MARK}{text}" if begins(text) else text)
    return out


def unwrapped(lines: Sequence[str], begins: Callable[[str], bool]) -> list[str]:
    """Return the lines of a list, with lines that a mail program wrapped joined again.

    In a list every line has a margin, `>>` or three blanks. So a line without a margin after a long line was the end of that line.
    But if it `begins` a message, it is a line of its own that lost its blanks on the way.

    >>> unwrapped(["   a.rst:1: WARNING: " + "x" * 50, "y [docutils]", "--"], lambda line: False)[1:]
    ['--']
    """
    out: list[list[str]] = []
    for line in lines:
        parts = out[-1] if out else [""]
        if not parts[0].startswith((">>", "   ")) or not line.strip() or line.startswith(_OF_THE_LIST):
            out.append([line])
        elif _is_unfinished(parts, begins) or (is_full(parts[-1], line) and not begins(line)):
            parts.append(line.strip())
        else:
            out.append([line])
    return [" ".join((parts[0].rstrip(), *parts[1:])) if len(parts) > 1 else parts[0] for parts in out]


def _is_unfinished(parts: Sequence[str], begins: Callable[[str], bool]) -> bool:
    """Return whether a line, broken into `parts`, ends in the middle of a message's place or level."""
    if not parts[-1].rstrip().endswith(":"):
        return False
    return bool(_LEVEL_LAST.search(parts[-1])) or not begins(" ".join(parts[:_PLACE_PARTS])[3:])


def is_full(before: str, line: str) -> bool:
    """Return whether the line `before` may have had no room for the first word of `line`."""
    return len(before) + 1 + len(line.split(None, 1)[0]) > _WIDTH
