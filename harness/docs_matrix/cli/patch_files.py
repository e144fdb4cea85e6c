"""The files that `--patch` names: also standard input, a thread of a mailing list that b4 fetches, and a Maildir.

Patches that are not in a file yet are written to the store, so that every command that is printed can name the file.
"""

from __future__ import annotations

import mailbox
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from docs_matrix import files, process
from docs_matrix.errors import InputError, MachineError
from docs_matrix.store import room

__all__ = ["LORE", "STDIN", "keep", "of_lore", "patch_files", "standard_input"]

STDIN = "-"
LORE = "lore:"
"""The prefix of a word that names a message in a mailing list archive."""

LARGEST = 256 << 20
"""The most bytes that are read from standard input."""
TIME_LIMIT = 300.0
"""Seconds for one call of b4, which asks a server."""


def patch_files(words: Sequence[str], store: Path) -> tuple[str, ...]:
    """Return the paths of the files that `words` name. A word can be `-` (standard input) or `lore:MESSAGE-ID`.

    Raises `InputError` if there is nothing to read, and `MachineError` if b4 is missing or fails.
    """
    if list(words).count(STDIN) > 1:
        raise InputError("--patch -: standard input can be read once only")
    return tuple(_file(word, store) for word in words)


def _file(word: str, store: Path) -> str:
    if word == STDIN:
        return str(keep(standard_input("--patch -"), "standard-input.mbox", store))
    if word.startswith(LORE):
        return str(keep(of_lore(word, "am", "-o-"), f"{_name(word)}.mbox", store))
    path = Path(word)
    if (path / "cur").is_dir() and (path / "new").is_dir():
        return str(keep(_of_maildir(path), f"{path.resolve().name}.mbox", store))
    return word


def standard_input(option: str) -> bytes:
    """Return the content of standard input, for `option`. Raise `InputError` if it is empty, or too long."""
    data = sys.stdin.buffer.read(LARGEST + 1)
    if not data.strip():
        raise InputError(f"{option}: standard input is empty")
    if len(data) > LARGEST:
        raise InputError(f"{option}: standard input has more than {LARGEST >> 20} MiB")
    return data


def of_lore(word: str, *command: str) -> bytes:
    """Return what `b4 COMMAND` prints for the message that `word` names (`lore:MESSAGE-ID`).

    b4 uses the network and the user's configuration. Raise `InputError` if there is no message-id, `MachineError` if b4 is missing
    or fails.
    """
    message = word.removeprefix(LORE).strip().strip("<>")
    if not message or message.startswith("-"):
        raise InputError(f"{word}: a message-id is missing; it looks like lore:20260302100000.1-1-a@example.org")
    if shutil.which("b4") is None:
        raise MachineError(f"{word}: the program b4 must fetch it, but is not installed: python3 -m pip install b4")
    done = process.run(["b4", *command, "--", message], timeout=TIME_LIMIT)
    if done.timed_out:
        raise MachineError(f"{word}: b4 did not end within {TIME_LIMIT:.0f} s")
    if done.returncode or not done.stdout.strip():
        said = [line for line in done.error_text.splitlines() if line.strip()] or ["it printed nothing"]
        raise MachineError(f"{word}: b4 {command[0]} failed: {said[-1]}")
    return done.stdout


def keep(data: bytes, name: str, store: Path) -> Path:
    """Write `data` to the file `name` in `store`, in a folder that is named by its digest, and return the path."""
    path = room(store, "mails") / files.digest(data)[:16] / name
    if not path.exists():
        files.write_whole(path, data)
    return path


def _name(word: str) -> str:
    return re.sub(r"[^\w.@+-]", "_", word.removeprefix(LORE).strip("<> "), flags=re.ASCII)[-100:].lstrip(".")


def _of_maildir(folder: Path) -> bytes:
    """Return the mails of a Maildir as an mbox, in the order of their names."""
    box = mailbox.Maildir(folder, create=False)
    mails = [re.sub(rb"^(>*From )", rb">\1", box.get_bytes(key), flags=re.MULTILINE) for key in sorted(box.keys())]
    return b"".join(b"From mboxrd@z Thu Jan  1 00:00:00 1970\n" + mail.rstrip(b"\n") + b"\n\n" for mail in mails)
