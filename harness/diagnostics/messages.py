"""What a message says, apart from where and when it was said: the texts that the comparison pairs by.

Raw messages are kept in the diagnostic; these functions only make keys of them.
"""

from __future__ import annotations

import re

__all__ = ["headline", "key", "quoted_names", "statement"]

_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
_TEMPORARY = re.compile(r"(?:/var)?/tmp/[^\s'\":,)\]]+")
_NUMBER = re.compile(r":\d+\b")
_SUFFIX = re.compile(r"\.\w{1,16}\Z")
_LINE = re.compile(r"\b(?P<word>[Ll]ine) \d+\b")
_QUOTED = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"|`([^`\n]*)`")
_SPACE = re.compile(r"\s+")


def key(message: str) -> str:
    """The whole message with all that changes by itself masked: colours, addresses, temporary files, line numbers.

    >>> key("duplicate label a,  other instance in driver-api/b.rst:12")
    'duplicate label a, other instance in driver-api/b.rst:#'
    """
    text = _COLOUR.sub("", message)
    text = _ADDRESS.sub("0x#", text)
    text = _TEMPORARY.sub("<temporary>", text)
    text = _NUMBER.sub(_masked, text)
    text = _LINE.sub(r"\g<word> #", text)
    return _SPACE.sub(" ", text).strip()


def _masked(number: re.Match[str]) -> str:
    """`:#` for the line number behind a file's name, anything else as it is; looks back a little only, so that a message
    of a million characters takes no longer than its length."""
    before = number.string[max(0, number.start() - 17) : number.start()]
    return ":#" if _SUFFIX.search(before) else number[0]


def statement(message: str) -> str:
    """The key of what a message states, without the source that it quotes behind an empty line.

    >>> statement("Malformed table.\\nRight border not aligned or missing.\\n\\n+---+\\n| a |\\n+---+")
    'Malformed table. Right border not aligned or missing.'
    """
    return key(re.split(r"\n[ \t]*\n", message.strip(), maxsplit=1)[0])


def headline(message: str) -> str:
    """The key of a message's first line, which stays when a release rewords the details behind it.

    >>> headline("Malformed table.\\nText in column margin in table line 3.")
    'Malformed table.'
    """
    return key(message.strip().partition("\n")[0])


def quoted_names(message: str) -> tuple[str, ...]:
    """The names that a message quotes, in their order.

    >>> quoted_names("undefined label: 'foo' (see `bar`)")
    ('foo', 'bar')
    """
    return tuple(next(group for group in match.groups() if group is not None) for match in _QUOTED.finditer(message))
