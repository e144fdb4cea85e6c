"""Reads patches in the forms that people have: a diff, a mail, an mbox with several mails, a page of text with a diff in it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

from docs_matrix.errors import InputError
from docs_matrix.trees.git import call, last_line

__all__ = ["Patch", "counted", "in_order", "read"]

_DIFF = re.compile(rb"^(?:diff --git |--- [^\n]*\n\+\+\+ )", re.MULTILINE)
_FILE_LINE = re.compile(rb"^(?:diff --git |--- |\+\+\+ )[^\n]*", re.MULTILINE)
_NAMES = re.compile(rb"^--- ([^\t\n]*)[^\n]*\n\+\+\+ ([^\t\n]*)[^\n]*\n@@ -", re.MULTILINE)
_HEADER = re.compile(rb"[!-9;-~]+:|[ \t]+\S")
_COUNTED = re.compile(r"\[[^\]]{0,60}?\b(\d{1,4})/(\d{1,4})\]")
_NOT_QUOTED = re.compile(rb"=(?!(?:[0-9A-F]{2}|[ \t]*\r?$))", re.MULTILINE)
"""No text in quoted-printable has this: an equals sign that encodes nothing."""
_MAIL_HEADER = re.compile(rb"^(?:From|Subject|Date):", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Patch:
    """One patch: `text` is the input for `git apply`, `path` the file from which it was read.

    `name` is the name of this file; if the file has several mails, also the position of the mail and its `subject`. `subject`
    is the mail's subject without `[PATCH …]`; empty if it is not a mail. The subject says that the patch is `number` of
    `total`.
    """

    name: str
    path: Path
    text: bytes
    subject: str = ""
    number: int = 1
    total: int = 1


def read(path: Path) -> tuple[Patch, ...]:
    """Return the patches in the file at `path`, in the order of the numbers in their subjects, or else of the file.

    Mails without a diff (cover letters) are left out, and so are answers to a patch if the patch itself is there.

    Raises `InputError` if the file cannot be read, or has no patch that git understands.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    with tempfile.TemporaryDirectory(prefix="docs-matrix-") as name:
        folder = Path(name).resolve()
        mails = [mail for mail in _mails(content, folder) if _DIFF.search(mail.text)] if _is_mail(content) else []
        mails = [mails[at] for at in in_order([mail.sent for mail in mails])] or [_Mail("", _as_sent(content))]
        for mail in mails:
            _check(path, mail.text, folder)
    if len(mails) == 1:
        only = mails[0]
        return (Patch(path.name, path, only.text, only.subject, *(counted(only.sent) or (1, 1))),)
    return tuple(
        Patch(f"{path.name} #{number} ({mail.subject})", path, mail.text, mail.subject)
        for number, mail in enumerate(mails, 1)
    )


def _is_mail(content: bytes) -> bool:
    if content.startswith(b"From "):
        return True
    head = re.split(rb"\r?\n\r?\n", content.lstrip(), maxsplit=1)[0]
    return bool(_MAIL_HEADER.search(head)) and all(_HEADER.match(line) for line in head.splitlines())


@dataclass(frozen=True)
class _Mail:
    """The subject of a mail, its decoded text from the diff on, and its subject as it was sent (`Re: [PATCH 1/3] a`)."""

    subject: str
    text: bytes
    sent: str = ""


def counted(subject: str) -> tuple[int, int] | None:
    """Return the number of a patch and the number of all patches, as the subject of its mail has them.

    >>> counted("[PATCH v2 3/5] docs: more"), counted("[PATCH] docs: more")
    ((3, 5), None)
    """
    found = _COUNTED.search(subject[:300])
    return (int(found[1]), int(found[2])) if found else None


def in_order(subjects: Sequence[str]) -> list[int]:
    """Return the indexes of the patches among mails with `subjects`, in the order of the series.

    Answers are left out if there is any other mail. If all subjects have numbers, the patches are sorted by them, because an
    archive of a list has mails in the order in which they arrived.
    """
    patches = [at for at, subject in enumerate(subjects) if not subject.casefold().startswith("re:")]
    patches = patches or list(range(len(subjects)))
    numbers = {at: counted(subjects[at]) for at in patches}
    whole = None not in numbers.values() and len(set(numbers.values())) == len(patches)
    if whole and len({number[1] for number in numbers.values() if number}) == 1:
        return sorted(patches, key=lambda at: numbers[at] or (0, 0))
    return patches


def _mails(content: bytes, folder: Path) -> Iterator[_Mail]:
    """Yield the mails in `content`."""
    keep = () if content.split(b"\n", 1)[0].endswith(b"\r") else ("--keep-cr",)
    split = call("mailsplit", "-b", "-d6", *keep, f"-o{folder}", cwd=folder, stdin=content)
    if split.returncode:
        return
    for mail in sorted(folder.iterdir()):
        sent = _without_undone_encoding(mail.read_bytes())
        parts = call("mailinfo", "-n", "message", "patch", cwd=folder, stdin=sent)
        if parts.returncode == 0:
            head = BytesHeaderParser().parsebytes(sent)
            subject = " ".join(str(head.get("Subject", "")).split())
            yield _Mail(_subject(parts.text), _as_sent((folder / "patch").read_bytes()), subject)


def _without_undone_encoding(mail: bytes) -> bytes:
    """Return `mail` without headers that name an encoding, if its body does not have this encoding.

    b4 gives its checks the decoded body after the headers as they were sent.
    """
    head, body = _split(mail)
    about = BytesHeaderParser().parsebytes(head)
    encoding = str(about.get("Content-Transfer-Encoding", "")).strip().casefold()
    parted = about.get_content_maintype() == "multipart"
    boundary = about.get_boundary()
    if parted and boundary is not None and f"--{boundary}".encode("utf-8", "replace") in body:
        return mail
    undone = encoding == "base64" and _DIFF.search(body) is not None
    if encoding == "quoted-printable":
        undone = _NOT_QUOTED.search(body) is not None or not body.isascii()
    if not (parted or undone):
        return mail
    names = rb"Content-Transfer-Encoding|Content-Type" if parted else rb"Content-Transfer-Encoding"
    return re.sub(rb"(?im)^(?:" + names + rb"):[^\n]*\n(?:[ \t][^\n]*\n)*", b"", head) + b"\n" + body


def _split(mail: bytes) -> tuple[bytes, bytes]:
    """Return the headers of `mail`, with the end of their last line, and the body."""
    found = re.search(rb"\n\r?\n", mail)
    return (mail[: found.start() + 1], mail[found.end() :]) if found else (mail, b"")


def _subject(info: str) -> str:
    found = re.search(r"^Subject: (.*)$", info, re.MULTILINE)
    return "".join(sign if sign.isprintable() else "?" for sign in found[1]) if found else ""


def _as_sent(text: bytes) -> bytes:
    """Return `text` without its carriage returns, if every line of a file's name ends with one.

    Then a transport added them to all lines, because git wrote these lines without.
    """
    lines = _FILE_LINE.findall(text)
    return text.replace(b"\r\n", b"\n") if lines and all(line.endswith(b"\r") for line in lines) else text


def _check(path: Path, text: bytes, folder: Path) -> None:
    if not _DIFF.search(text):
        raise InputError(f"{path}: {'holds no patch' if text.strip() else 'is empty'}")
    for name in (name for names in _NAMES.findall(text) for name in names):
        if name.startswith(b"/") and name.rstrip() != b"/dev/null":  # git would remove the slash
            raise InputError(f"{path}: names a file by an absolute path: {name.decode('utf-8', 'backslashreplace')}")
    variables = {"GIT_CEILING_DIRECTORIES": str(folder.parent)}
    counted = call("apply", "--numstat", "-", cwd=folder, stdin=text, variables=variables)
    if counted.returncode:
        raise InputError(f"{path}: not a patch that git understands: {last_line(counted)}")
