"""What a release says about itself: entries of the history file in its source distribution, quoted and not judged."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from packaging.version import Version

from docs_matrix import json_values
from docs_matrix.diagnostics import message_keys
from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import MachineError
from docs_matrix.questions.bisect.bisection import BeforeAfter, QuotedHistory
from docs_matrix.store import room
from docs_matrix.toolchains import uv

__all__ = ["entries", "names", "quote", "section", "terms"]

FETCHING = 120.0
"""Seconds to fetch and unpack a source distribution."""

MOST = 6
"""How many entries are quoted."""

NAMES = re.compile(r"(HISTORY|CHANGES|CHANGELOG|NEWS|RELEASE[-_]NOTES)(\.(rst|txt|md))?", re.IGNORECASE)
LARGEST = 4 << 20
"""How many characters of a history file are read."""

_WORD = re.compile(r"[A-Za-z][A-Za-z-]{4,}")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "about after again already because before cannot could error expected found lines missing other results resulted "
        "should their there these while within without warning which",
    )
)
"""Words that any entry uses."""
_GENERAL = frozenset(
    re.findall(
        r"\w+",
        "argument arguments attribute class config configuration content contains custom default description directive "
        "document documents extension extensions files function include included instance label method module names object "
        "objects option options pages python reference setting settings source string target title unknown value values",
    )
)
"""Words of the trade: an entry with these alone is about something else, if the change has other words."""
_NAME = re.compile(r"[a-z]\w*[_.]\w[\w.]*", re.IGNORECASE)
"""What is surely a name and no word: it has an underscore or a dot inside."""
_FILE = re.compile(r"\.(c|h|html|inc|ipynb|json|md|py|rst|txt|ya?ml)$")
_LEVEL_WORDS = ("severe", "level of")
_VERSION = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+)+(?:(?:a|b|rc|\.post|\.dev)\d+)?)(?![\w.]*\d)")


@dataclass(frozen=True)
class _HistoryFiles:
    """The history files of a release's source distribution, by name, those nearest to its top first."""

    files: tuple[tuple[str, str], ...]


def quote(
    package: str,
    first: str,
    last_without: str,
    changed: Sequence[BeforeAfter],
    notes: list[Note],
    *,
    store: Path,
    offline: bool,
) -> QuotedHistory | None:
    """Return the entries of `package` after `last_without` up to `first` that name what `changed`.

    None, with a note, if there is no history, or no entry that does. History files are kept in `store`.
    """
    words, own = terms(changed), names(changed)
    try:
        found_files = _history_files(package, first, room(store, "histories"), offline=offline)
    except MachineError as error:
        notes.append(Note("no history", (package, first, f"could not be fetched: {error}")))
        return None
    for name, text in found_files:
        found = entries(section(text, first, last_without), words, own)
        if found:
            return QuotedHistory(name, found)
    what = "names none of the words of this change" if found_files else "is not in its source distribution"
    notes.append(Note("no history", (package, first, what)))
    return None


def terms(pairs: Iterable[BeforeAfter]) -> tuple[str, ...]:
    """Return the words of the diagnostics of a change that an entry about it may use, in lower case.

    Quoted names and common words are left out.
    """
    found: dict[str, None] = {}
    for pair in pairs:
        for diagnostic in (pair.before, pair.after):
            if diagnostic is not None:
                headline = diagnostic.message.strip().partition("\n")[0]
                for name in message_keys.quoted_names(headline):
                    headline = headline.replace(name, " ")
                found.update(dict.fromkeys(word.lower() for word in _WORD.findall(headline)))
        if pair.before and pair.after and pair.before.level != pair.after.level:
            found.update(dict.fromkeys(_LEVEL_WORDS))
    return tuple(word for word in found if word not in _COMMON)


def section(text: str, first: str, last_without: str) -> str:
    """Return the part of a history file about what is newer than `last_without` and not newer than `first`.

    The pre-releases of `first` belong to it, since the work is often listed there.

    >>> history = "Release 2.1\\n===========\\n\\n* b\\n\\nRelease 2.0\\n===========\\n\\n* a\\n"
    >>> section(history, "2.1", "2.0")
    '* b'
    """
    lines = text.splitlines()
    heads = [(at, found) for at in range(len(lines)) if (found := _heading(lines, at)) is not None]
    heads.append((len(lines), Version("0")))
    parts = []
    for (at, found), (end, _) in pairwise(heads):
        if Version(last_without) < found <= Version(first):
            body = lines[at + 1 : end]
            parts.append("\n".join(body[1:] if body and _is_rule(body[0]) else body).strip("\n=-~ "))
    return "\n\n".join(parts)


def names(pairs: Iterable[BeforeAfter]) -> tuple[str, ...]:
    """Return the names in the diagnostics of a change, in lower case: quoted settings and functions, and the categories.

    An entry with one of these is about the change, whatever its other words. A name of the project itself is in no history.
    """
    found: dict[str, None] = {}
    for pair in pairs:
        for diagnostic in (pair.before, pair.after):
            if diagnostic is not None:
                category = (diagnostic.category or "").rpartition(".")[2]
                quoted = message_keys.quoted_names(diagnostic.message.strip().partition("\n")[0])
                own = (name.lower() for name in (category, *quoted) if _NAME.fullmatch(name))
                found.update(dict.fromkeys(name for name in own if not _FILE.search(name)))
    return tuple(found)


def entries(text: str, words: Sequence[str], own: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the entries of a section that are about a change, those with the most of its words first, at most `MOST`.

    An entry is about it if it has one of its `own` names, or one of `words` that is not general, or two general ones if all are
    general. An entry is an item of a list with what is indented below it, or a paragraph. If a list is below an item that names
    a file, each of its items is quoted with that name.

    >>> entries("* states.py\\n\\n  - Better tables.\\n  - Faster.\\n", ["table"])
    ('states.py: Better tables.',)
    >>> entries("* A value of a theme.\\n* The value of an object.\\n", ["value", "object"])
    ('The value of an object.',)
    """
    blocks = [block.strip("\n") for block in re.split(r"\n[ \t]*\n", text)]
    scored: list[tuple[int, int, str]] = []
    above = ""
    for block, following in pairwise((*blocks, "")):
        if not block.startswith((" ", "\t")):
            above = ""
            if "\n" not in block and following.startswith((" ", "\t")):
                above = block.removeprefix("* ") + ": "
                continue
        for item in re.split(r"\n(?=\s*[-*] )", block):
            score = _score(item.lower(), words, own)
            if score:
                told = re.sub(r"^[-*] ", "", " ".join(item.split()))
                scored.append((-score, len(scored), above + told))
    best = min(scored, default=(0, 0, ""))[0]
    return tuple(entry for score, _, entry in sorted(scored)[:MOST] if 2 * score < best or score == best)


def _score(entry: str, words: Sequence[str], own: Sequence[str]) -> int:
    """Return how well an entry, in lower case, fits a change; 0 if it is about something else."""
    named = sum(re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", entry) is not None for name in own)
    found = [word for word in words if re.search(rf"(?<!\w){re.escape(_stem(word))}", entry)]
    telling = not _GENERAL.issuperset(found) or (len(found) > 1 and _GENERAL.issuperset(words))
    return 2 * named + len(found) if named or telling else 0


def _stem(word: str) -> str:
    return word[:-1] if word.endswith("s") else word


def _heading(lines: Sequence[str], at: int) -> Version | None:
    """Return the version that the heading on line `at` names; None if there is no heading."""
    line = lines[at]
    under = lines[at + 1] if at + 1 < len(lines) else ""
    if not (line.startswith("#") or (line.strip() and _is_rule(under))) or len(line) > 100:
        return None
    match = _VERSION.search(line)
    return Version(match[1]) if match else None


def _is_rule(line: str) -> bool:
    return len(line) > 2 and len(set(line.strip())) == 1 and not line[0].isalnum()


def _history_files(package: str, version: str, kept: Path, *, offline: bool) -> tuple[tuple[str, str], ...]:
    """Return the history files of a release: those in the folder `kept`, else downloaded now and kept there.

    Raises `MachineError` with the reason if they cannot be downloaded.
    """
    path = kept / f"{package}-{version}.json"
    found = json_values.read_or_none(path, _HistoryFiles)
    if found is None:
        if offline:
            raise MachineError("it is not in the store, and --offline forbids to download it")
        found = _HistoryFiles(_fetched(package, version))
        json_values.write(path, found)
    return found.files


def _fetched(package: str, version: str) -> tuple[tuple[str, str], ...]:
    """Return the files of a source distribution. uv downloads it and makes a wheel of it, as in an installation."""
    with tempfile.TemporaryDirectory() as folder:
        cache, target = Path(folder) / "cache", Path(folder) / "target"
        finished = uv.run(
            "pip", "install", f"{package}=={version}",
            "--no-deps", "--no-binary", package, "--target", str(target), "--cache-dir", str(cache),
            "--python", sys.executable, "--no-python-downloads", "--no-sources", "--quiet",
            timeout=FETCHING,
        )  # fmt: skip
        found = [path for path in cache.glob("sdists-*/**/*") if NAMES.fullmatch(path.name) and path.is_file()]
        if not found and finished.returncode:
            raise MachineError(uv.reason(finished))
        found.sort(key=lambda path: (len(path.parts), path.name))
        return tuple((path.name, path.read_text("utf-8", "replace")[:LARGEST]) for path in found)
