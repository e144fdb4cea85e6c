"""Patches as people have them: a diff, a mail, an mbox of many, a page of text with a diff in it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.errors import InputError
from harness.trees.git import call, last_line

__all__ = ["Patch", "read"]

_DIFF = re.compile(rb"^(?:diff --git |--- [^\n]*\n\+\+\+ )", re.MULTILINE)
_FILE_LINE = re.compile(rb"^(?:diff --git |--- |\+\+\+ )[^\n]*", re.MULTILINE)
_NAMES = re.compile(rb"^--- ([^\t\n]*)[^\n]*\n\+\+\+ ([^\t\n]*)[^\n]*\n@@ -", re.MULTILINE)
_HEADER = re.compile(rb"[!-9;-~]+:|[ \t]+\S")
_MAIL_HEADER = re.compile(rb"^(?:From|Subject|Date):", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Patch:
    """One patch: `text` is what `git apply` takes, `path` the file that it came in.

    `name` is that file's name; with its place and `subject` where the file held several mails. `subject` is the mail's,
    without `[PATCH …]`; empty where it was no mail.
    """

    name: str
    path: Path
    text: bytes
    subject: str = ""


def read(path: Path) -> tuple[Patch, ...]:
    """The patches in the file at `path`, in order; mails without a diff (cover letters) are left out.

    Raises `InputError` where it cannot be read or holds no patch that git understands.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    with tempfile.TemporaryDirectory(prefix="docs-matrix-") as name:
        folder = Path(name).resolve()
        parts = list(_mails(content, folder)) if _is_mail(content) else []
        parts = [part for part in parts if _DIFF.search(part[1])] or [("", _as_sent(content))]
        for _, text in parts:
            _check(path, text, folder)
    if len(parts) == 1:
        return (Patch(path.name, path, parts[0][1], parts[0][0]),)
    return tuple(
        Patch(f"{path.name} #{number} ({subject})", path, text, subject)
        for number, (subject, text) in enumerate(parts, 1)
    )


def _is_mail(content: bytes) -> bool:
    if content.startswith(b"From "):
        return True
    head = re.split(rb"\r?\n\r?\n", content.lstrip(), maxsplit=1)[0]
    return bool(_MAIL_HEADER.search(head)) and all(_HEADER.match(line) for line in head.splitlines())


def _mails(content: bytes, folder: Path) -> Iterator[tuple[str, bytes]]:
    """The subject and the decoded text from the diff on of each mail in `content`."""
    keep = () if content.split(b"\n", 1)[0].endswith(b"\r") else ("--keep-cr",)
    split = call("mailsplit", "-b", "-d6", *keep, f"-o{folder}", cwd=folder, stdin=content)
    if split.returncode:
        return
    for mail in sorted(folder.iterdir()):
        parts = call("mailinfo", "-n", "message", "patch", cwd=folder, stdin=mail.read_bytes())
        if parts.returncode == 0:
            yield _subject(parts.text), _as_sent((folder / "patch").read_bytes())


def _subject(info: str) -> str:
    found = re.search(r"^Subject: (.*)$", info, re.MULTILINE)
    return "".join(sign if sign.isprintable() else "?" for sign in found[1]) if found else ""


def _as_sent(text: bytes) -> bytes:
    """`text` without the carriage returns of a transport that gave them to every line, those that git wrote too."""
    lines = _FILE_LINE.findall(text)
    return text.replace(b"\r\n", b"\n") if lines and all(line.endswith(b"\r") for line in lines) else text


def _check(path: Path, text: bytes, folder: Path) -> None:
    if not _DIFF.search(text):
        raise InputError(f"{path}: {'holds no patch' if text.strip() else 'is empty'}")
    for name in (name for names in _NAMES.findall(text) for name in names):
        if name.startswith(b"/") and name.rstrip() != b"/dev/null":  # git would take the slash off
            raise InputError(f"{path}: names a file by an absolute path: {name.decode('utf-8', 'backslashreplace')}")
    variables = {"GIT_CEILING_DIRECTORIES": str(folder.parent)}
    counted = call("apply", "--numstat", "-", cwd=folder, stdin=text, variables=variables)
    if counted.returncode:
        raise InputError(f"{path}: not a patch that git understands: {last_line(counted)}")
