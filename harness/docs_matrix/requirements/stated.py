"""A requirement with the place that states it, and what a project's files state together."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

__all__ = ["Gathered", "Read", "Stated", "take_file", "take_words", "text_of"]

Read = Callable[[str], bytes | None]
"""Returns the content of a file of the project by its path from the root; None if there is no such file."""

LARGEST = 1 << 20

_OWN = re.compile(r"(?:\.{1,2}/?|\.{1,2}(?:/\.{2})*/?)(?:\[([^\]]*)\])?")
_OPTION = re.compile(r"(-r|--requirement|-c|--constraint|-e|--editable)[\s=]*(\S.*)?")


@dataclass(frozen=True)
class Stated:
    """A requirement as it is written (PEP 508), and its `source`: file and line, or file and table."""

    text: str
    source: str


@dataclass
class Gathered:
    """What was found so far: requirements, constraints, the extras of the project itself that are wanted, notices.

    `itself` says that the project's own package is installed.
    """

    requirements: list[Stated] = field(default_factory=list)
    constraints: list[Stated] = field(default_factory=list)
    extras: list[Stated] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    itself: bool = False


def text_of(read: Read, path: str) -> str | None:
    """Return the text of the file `path`; None if there is none."""
    content = read(path)
    return None if content is None else content[:LARGEST].decode("utf-8-sig", "replace")


def take_file(read: Read, name: str, into: Gathered, *, constraints: bool = False, above: tuple[str, ...] = ()) -> bool:
    """Take the requirements file `name`, and the files that it names; return whether the file is there.

    Its requirements are `constraints` if another file names it by `-c`. A file outside of the project is not read.
    """
    path = posixpath.normpath(name)
    text = None if path.startswith(("..", "/")) else text_of(read, path)
    if text is None:
        return False
    for number, line in _lines(text):
        _take(read, line, f"{path}:{number}", into, constraints=constraints, above=(*above, path))
    return True


def take_words(read: Read, words: Sequence[str], source: str, into: Gathered) -> None:
    """Take the words of a `pip install`: requirements, and options with the files that they name."""
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if re.fullmatch(r"-r|--requirement|-c|--constraint|-e|--editable", word) and waiting:
            word = f"{word} {waiting.pop(0)}"
        elif word.startswith("-") and not _OPTION.match(word):
            continue
        _take(read, word, source, into, constraints=False, above=())


def _lines(text: str) -> list[tuple[int, str]]:
    """Return the lines of a requirements file with their numbers, without comments; continued lines are one."""
    found: list[tuple[int, str]] = []
    start, pending = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        start = start if pending else number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            pending += line[:-1] + " "
            continue
        whole = re.split(r"(?:^|\s)#", pending + line)[0].strip()
        pending = ""
        if whole:
            found.append((start, whole))
    return found


def _take(read: Read, line: str, source: str, into: Gathered, *, constraints: bool, above: tuple[str, ...]) -> None:
    line = re.sub(r"\s--(?:hash|config-settings?|global-option)[\s=]\S+", "", f" {line}").strip()
    option = _OPTION.fullmatch(line)
    if option and option[1] in ("-r", "--requirement", "-c", "--constraint"):
        other = "".join(shlex.split(option[2] or "", posix=True)[:1])
        folder = posixpath.dirname(above[-1]) if above else ""
        name = posixpath.normpath(posixpath.join(folder, re.sub(r"^\{(?:toxinidir|tox_root)\}/", "", other)))
        only = constraints or option[1] in ("-c", "--constraint")
        if name in above or not take_file(read, name, into, constraints=only, above=above):
            into.notices.append(f"{source}: left out: {line}")
        return
    plain = option[2] or "" if option else line
    own = _OWN.fullmatch(plain.strip("'\""))
    if own:
        into.itself = True
        into.extras += [Stated(extra.strip(), source) for extra in (own[1] or "").split(",") if extra.strip()]
    elif line.startswith("-"):
        into.notices.append(f"{source}: left out: {line}")
    else:
        (into.constraints if constraints else into.requirements).append(Stated(_named(line), source))


def _named(line: str) -> str:
    """Return a requirement by address in the form of PEP 508: `git+https://…#egg=name` as `name @ git+https://…`."""
    egg = re.fullmatch(r"((?:git|hg|svn|bzr)\+\S+|https?://\S+)#(?:.*&)?egg=([\w.\[\],-]+)(?:&.*)?", line)
    return f"{egg[2]} @ {egg[1]}" if egg else line
