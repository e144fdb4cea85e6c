"""Keys of messages: the part of a message that stays the same from build to build. The comparison pairs messages by these keys.

A diagnostic keeps the raw message. The functions take time in proportion to the length of the message, whatever it contains.
After `LONGEST` characters nothing is masked.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from docs_matrix.diagnostics.rewordings import in_common_words

__all__ = [
    "gist",
    "headline",
    "key",
    "located",
    "quotation",
    "quoted_names",
    "relocated",
    "statement",
    "without_category",
]

LONGEST = 100_000

_COLOUR = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
_TEMPORARY = re.compile(r"(?:(?:/private)?/var/folders|(?:/var)?/tmp|/dev/shm)/[^\s'\":,)\]]+")
_LOG = re.compile(r"\b(sphinx-err-)\w{4,40}\.log\b")
_NUMBER = re.compile(r":\d+\b")
_SUFFIX = re.compile(r"\.\w{1,16}\Z")
_DEFINED = re.compile(r"\b(at|in|from|by) ([\w./+-]{1,300}):\d{1,9}\b")
_LINE = re.compile(r"\b(?P<word>[Ll]ine) \d+\b")
_QUOTED = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"|`([^`\n]*)`")
_SPACE = re.compile(r"\s+")
_PLACE = re.compile(r"([\w./+@~-]+)(?::(\d{1,9})(?!\w))?")
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_COUNTED = re.compile(r"\b(?:(row|item|only) \d+|\d+ (references|targets|corresponding))\b")
_MYST = re.compile(r" \[(myst(?:[_-]?nb)?\.[\w-]+)\]\Z")
_LONGEST_TAG = 100
_QUOTES = str.maketrans("", "", "'\"`‘’“”")


def key(message: str) -> str:
    """Return the message, with a mask in place of colours, addresses, temporary files and line numbers.

    >>> key("duplicate label a,  other instance in driver-api/b.rst:12")
    'duplicate label a, other instance in driver-api/b.rst:#'
    """
    text = _NUMBER.sub(_masked, _steady(message[:LONGEST]))
    text = _DEFINED.sub(r"\1 \2:#", text)
    text = _LINE.sub(r"\g<word> #", text)
    return (_SPACE.sub(" ", text) + message[LONGEST:]).strip()


def shared_key(message: str) -> str:
    """Return the key of the message, in the words of the newest releases of Sphinx and docutils.

    >>> shared_key("duplicate object description of f, other instance in a, use :noindex: for one of them")
    'duplicate object description of f, other instance in a, use :no-index: for one of them'
    """
    return key(in_common_words(message))


def located(message: str, where: Callable[[str, int | None], str | None]) -> str:
    """Return the message with other places in it: `where` gets the path and line of each word that can be a place.

    If `where` returns None, the word stays as it is. Numbers are not masked, so use it only if the places in the messages of
    both sides are known.

    >>> located("also defined at dev:10.", lambda path, line: f"new:{line + 2}" if path == "dev" and line else None)
    'also defined at new:12.'
    """

    def place(found: re.Match[str]) -> str:
        path = found[1]
        bare = path.rstrip(".") if found[2] is None else path
        put = where(bare, int(found[2]) if found[2] else None) if bare else None
        return found[0] if put is None else put + path[len(bare) :]

    return (_SPACE.sub(" ", _PLACE.sub(place, _steady(message[:LONGEST]))) + message[LONGEST:]).strip()


def relocated(message: str, where: Callable[[str, int | None], str | None]) -> str:
    """Return the key of a message with other paths in it, as `where` gives them; the lines are masked."""
    return key(located(message, where))


def statement(message: str) -> str:
    """Return the key of a message, without the source that it quotes and without counts of rows and references.

    The quoted source is after an empty line, or in quotes after the word `literal_block`.

    >>> statement("Malformed table.\\nRight border not aligned or missing.\\n\\n+---+\\n| a |\\n+---+")
    'Malformed table. Right border not aligned or missing.'
    >>> statement("Lexing literal_block 'a = ?' as \\"python\\" resulted in an error at token: '?'.")
    'Lexing literal_block # as "python" resulted in an error at token: \\'?\\'.'
    """
    text = _EMPTY_LINE.split(message.strip(), maxsplit=1)[0]
    before, found, quoted = text.partition("literal_block ")
    if found and quoted[:1] in ("'", '"'):
        end = quoted.rfind(quoted[0] + ' as "')
        text = f"{before}literal_block #{quoted[end + 1 :]}" if end > 0 else text
    return _COUNTED.sub(lambda counted: f"{counted[1] or ''} # {counted[2] or ''}".strip(), key(text)[:LONGEST])


def quotation(message: str) -> str:
    """Return the key of the source that a message quotes after an empty line; empty if it quotes none.

    >>> quotation("Malformed table.\\n\\n+---+\\n| a |")
    '+---+ | a |'
    """
    parts = _EMPTY_LINE.split(message.strip(), maxsplit=1)
    return key(parts[1]) if len(parts) > 1 else ""


def headline(message: str) -> str:
    """Return the key of the first line of a message, which stays if a release rewords the details after it.

    >>> headline("Malformed table.\\nText in column margin in table line 3.")
    'Malformed table.'
    """
    return key(message.strip().partition("\n")[0])


def gist(message: str) -> str:
    """Return the headline in the words of the newest releases, with small letters only.

    Quotes, explanations in brackets and the full stop are removed.

    >>> gist("undefined label: x (if the link has no caption the label must precede a section header)")
    'undefined label: x'
    >>> gist("undefined label: 'x'")
    'undefined label: x'
    """
    text = headline(in_common_words(message))
    opening = text.rfind(" (")
    if opening > 0 and text.endswith(")"):
        text = text[:opening]
    return text.translate(_QUOTES).rstrip(".").casefold()


def without_category(message: str, category: str | None) -> tuple[str, str | None]:
    """Return `message` without a category in brackets at its end, and the category.

    With a Sphinx older than 7.3, MyST puts the category there itself, and some of these messages have no other category.

    >>> without_category("Non-consecutive header level [myst.header]", None)
    ('Non-consecutive header level', 'myst.header')
    >>> without_category("See the table [docutils]", "myst.header")
    ('See the table [docutils]', 'myst.header')
    """
    tag = _MYST.search(message[-_LONGEST_TAG:])
    if category is None and tag:
        category = tag[1]
    return (message.removesuffix(f" [{category}]") if category else message), category


def quoted_names(message: str) -> tuple[str, ...]:
    """Return the names that a message quotes, in their order.

    >>> quoted_names("undefined label: 'foo' (see `bar`)")
    ('foo', 'bar')
    """
    return tuple(
        next(group for group in match.groups() if group is not None) for match in _QUOTED.finditer(message[:LONGEST])
    )


def _steady(message: str) -> str:
    """Return the message without the parts that differ between equal builds."""
    text = _COLOUR.sub("", message)
    text = _ADDRESS.sub("0x#", text)
    text = _TEMPORARY.sub("<temporary>", text)
    return _LOG.sub(r"\1#.log", text)


def _masked(number: re.Match[str]) -> str:
    """Return `:#` in place of a line number after the name of a file, and any other number as it is.

    It looks back only a few characters, so that the time for a message of a million characters is in proportion to its length.
    """
    before = number.string[max(0, number.start() - 17) : number.start()]
    return ":#" if _SUFFIX.search(before) else number[0]
