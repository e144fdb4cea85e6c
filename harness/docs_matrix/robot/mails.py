"""Turns the content of a file into texts: a mail with its encodings and parts, an mbox with several mails, an HTML page, a text.

The time is in proportion to the size. Other parts of a mail are named, but not opened.
"""

from __future__ import annotations

import codecs
import email
import email.message
import email.policy
import email.utils
import html
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header

from docs_matrix.errors import InputError

__all__ = ["LARGEST", "MOST_LINES", "Letter", "letters"]

LARGEST = 16 << 20
"""The most bytes of a file; the largest reports have some 100 KB."""
MOST_LINES = 400_000
MOST_PARTS = 200
"""The most boundaries of parts in one mail, because the parser's time grows with the depth of nested parts."""

LONGEST_HEADER = 8_000
"""Only this many characters of a header's field are read: the library's time for parameters grows with the square."""
_SLOW = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
"""Codecs in which no mail is written, by Python's names. For some of them the time grows with the square of the text's length."""

_HEADER = re.compile(r"[!-9;-~]{1,100}:")
_KNOWN = re.compile(r"^(?:From|Subject|Message-ID|Return-Path|Received|MIME-Version|Content-Type):", re.I | re.M)
_MBOX = re.compile(rb"(?:\A|\n)(?=From [^\n]{1,300}\n[!-9;-~]{1,100}:)")
_BOUNDARY = re.compile(rb"\bboundary[ \t]*[*=]", re.IGNORECASE)
_HTML = re.compile(r"\s*<(?:!doctype|html|head|body|pre|div|table|\?xml)\b", re.IGNORECASE)
_BREAKS = re.compile(
    r"(?:br|p|div|tr|li|h[1-6]|pre|table|blockquote|/pre|/div|/p|/tr|/table|/h[1-6]|/blockquote)\b", re.I
)
_PRINTABLE = re.compile(rb"=(?:[0-9A-F]{2}|\r?\n)")


@dataclass(frozen=True)
class Letter:
    r"""A text that was sent, with `\n` as the end of each line; `parts` are the names of the other parts of the mail."""

    text: str
    subject: str | None = None
    date: datetime | None = None
    parts: tuple[str, ...] = ()


def letters(data: bytes, name: str) -> Iterator[Letter]:
    """Yield the letters in `data`, the content of the file `name`.

    Raises `InputError` if it is empty, too large, or not a text.
    """
    if len(data) > LARGEST:
        raise InputError(f"{name}: has more than {LARGEST >> 20} MiB, so it cannot be a report")
    if data.count(b"\n") > MOST_LINES:
        raise InputError(f"{name}: has more than {MOST_LINES:,} lines, so it cannot be a report")
    if not data.strip():
        raise InputError(f"{name}: is empty")
    if data[:4] in (b"\x1f\x8b\x08\x00", b"PK\x03\x04") or data[:2] == b"\x1f\x8b":
        raise InputError(f"{name}: is compressed; unpack it first")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    data = data.removeprefix(b"\xef\xbb\xbf")
    starts = [found.end() for found in _MBOX.finditer(data)]
    if starts:
        ends = (*starts[1:], len(data))
        if data[: starts[0]].strip():
            yield Letter(_plain(data[: starts[0]]))
        for start, end in zip(starts, ends, strict=True):
            content = data[start:end].partition(b"\n")[2]
            yield _mail(re.sub(rb"(?m)^>(>*From )", rb"\1", content), name)
    elif _is_mail(data):
        yield _mail(data.lstrip(), name)
    else:
        yield Letter(_plain(data))


def _is_mail(data: bytes) -> bool:
    """Return whether `data` begins with header fields, and one of them is a field of a mail."""
    head = re.split(rb"\r?\n\r?\n", data[:100_000].lstrip(), maxsplit=1)[0].decode("utf-8", "replace")
    lines = head.splitlines()
    return bool(_KNOWN.search(head)) and all(_HEADER.match(line) or line[:1] in (" ", "\t") for line in lines)


def _mail(data: bytes, name: str) -> Letter:
    if len(_BOUNDARY.findall(data)) > MOST_PARTS:
        raise InputError(f"{name}: a mail with more than {MOST_PARTS} parts, so it cannot be a report")
    try:
        mail = email.message_from_bytes(data, policy=_Bounded())
        leaves = [part for part in mail.walk() if not part.is_multipart()]
    except RecursionError as error:
        raise InputError(f"{name}: the parts of the mail are nested too deep") from error
    plain = [part for part in leaves if part.get_content_type() == "text/plain" and not _is_attached(part)]
    pages = [part for part in leaves if part.get_content_type() == "text/html" and not _is_attached(part)]
    chosen = plain or pages
    opened = set(map(id, chosen))
    others = tuple(
        f"{_decoded(part.get_filename() or 'a part')} ({part.get_content_type()})"
        for part in leaves
        if id(part) not in opened
    )
    text = "\n".join(_text_of(part) for part in chosen)
    return Letter(text, _decoded(mail.get("Subject")), _date(mail.get("Date")), others)


class _Bounded(email.policy.Compat32):
    """A policy that reads only the beginning of each header field."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_HEADER]


def _is_attached(part: email.message.Message) -> bool:
    name = str(part.get_filename() or "")
    return part.get_content_disposition() == "attachment" and not name.endswith((".txt", ".patch", ".diff", ".eml"))


def _text_of(part: email.message.Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else str(part.get_payload()).encode("utf-8", "replace")
    charset = str(part.get_content_charset() or "utf-8")
    try:
        if codecs.lookup(charset).name in _SLOW:
            raise LookupError(charset)
        text = data.decode(charset, "strict")
    except (LookupError, ValueError):
        text = _decode(data)
    text = _lines(text)
    if part.get_content_type() == "text/html" or _HTML.match(text[:200]):
        return page(text)
    flowed = str(part.get_param("format") or "").lower() == "flowed"
    return _unflowed(text, joined=str(part.get_param("delsp") or "").lower() == "yes") if flowed else text


def _unflowed(text: str, *, joined: bool) -> str:
    """Return `text` with each line that ends in a blank joined to the next line, as in format=flowed (RFC 3676)."""
    out: list[str] = []
    open_line = False
    for line in text.split("\n"):
        plain = line.removeprefix(" ")
        if open_line and not line.startswith(">"):
            out[-1] = (out[-1][:-1] if joined else out[-1]) + plain
        else:
            out.append(plain)
        open_line = line.endswith(" ") and line != "-- " and not line.startswith(">")
    return "\n".join(out)


def _decoded(value: object) -> str | None:
    """Return the text of a header on one line, with its encoded words decoded."""
    if value is None:
        return None
    text = " ".join(str(value).split())[:2_000]
    try:
        parts = decode_header(text)
        text = "".join(
            part.decode(charset or "utf-8", "replace") if isinstance(part, bytes) else part for part, charset in parts
        )
    except (LookupError, ValueError, email.errors.MessageError):
        pass
    return " ".join(text.split())


def _date(value: object) -> datetime | None:
    try:
        date = email.utils.parsedate_to_datetime(str(value)[:200])
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _plain(data: bytes) -> str:
    marks = data.count(b"=")
    if marks and (b"=3D" in data or b"=20\n" in data) and len(_PRINTABLE.findall(data)) == marks:
        data = quopri.decodestring(data)  # a mail's body, saved without its header
    text = _lines(_decode(data))
    return page(text) if _HTML.match(text[:200]) else text


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace") if b"\0" in data else data.decode("latin-1")


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", " ").replace("\u2029", " ")


def page(text: str) -> str:
    """Return the text of an HTML page: without tags, with their line breaks, and with characters in place of entities.

    >>> page("<html><pre>All &gt;&gt;<br>b <b>c</b></pre>").strip()
    'All >>\\nb c'
    """
    out: list[str] = []
    at = 0
    hidden = ""
    while at < len(text):
        start = text.find("<", at)
        end = text.find(">", start, start + 5_000) if start >= 0 else -1
        if not hidden:
            out.append(text[at : start if start >= 0 else len(text)])
        if start < 0:
            break
        tag = text[start + 1 : end] if end > 0 else ""
        if not tag or not (tag[0].isalpha() or tag[0] in "/!?"):
            out.append("" if hidden else "<")
            at = start + 1
            continue
        word = tag.split(None, 1)[0].lower().rstrip("/")
        hidden = word if word in ("script", "style", "title") and not hidden else "" if word == f"/{hidden}" else hidden
        out.append("\n" if _BREAKS.match(tag) and not hidden else "")
        at = end + 1
    return html.unescape("".join(out)).replace("\xa0", " ")
