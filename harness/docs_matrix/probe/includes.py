"""Runs inside a cell, beside the probe: finds the lines of included files.

`:start-line:` and `:start-after:` include a part of a file, and docutils counts lines from the beginning of this part. MyST
before 5.2 counts a line too many, and counts characters in place of lines. The options of the directive are needed to find the line
of the file. They are searched for in the text, because a reference is resolved long after its directive ran. This can happen in
another process or in a build that starts from this one.

Only the standard library, Python 3.6 and later.
"""

import importlib
import io
import os
import re
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

__all__ = ["Includes"]

DIRECTIVE = re.compile(r"(?:\s*(?:>\s*)*\.\. (?:kernel-)?include::|\s*(?:`{3,}|~{3,}|:{3,})\{include\})\s+(\S.*?)\s*$")
OPTION = re.compile(r"\s*:(start-line|start-after|end-line|end-before):\s*(.*?)\s*$")
NEXT_OPTION = re.compile(r"\s*:[\w-]+:")

Include = NamedTuple("Include", [("target", str), ("options", Dict[str, str]), ("markdown", bool)])
"""A directive: its target, its options, and whether it is a directive of MyST."""

Part = NamedTuple("Part", [("shift", int), ("first", int), ("last", int)])
"""The lines of a file that a directive includes, and the number that must be added to the line of a message."""


class Includes(object):
    """The directives of each file that was asked for."""

    def __init__(self) -> None:
        self.texts = {}  # type: Dict[str, Optional[str]]

    def line(self, app: Any, document: Optional[str], path: str, line: Optional[int]) -> Optional[int]:
        """Return the line in the file at `path`, which `document` includes, for the line `line` of the included part.

        None if the two lines are equal, or if the part is not known.
        """
        if document is None or line is None or not os.path.isfile(path):
            return None
        source = os.path.abspath(str(app.env.doc2path(document)))
        path = os.path.abspath(path)
        if path == source or path.endswith(".py"):
            return None
        folders = (os.path.dirname(source), os.path.abspath(str(app.srcdir)))
        parts = {self.part(include, path) for include in self.around(source, path, folders)}
        lines = {line + part.shift for part in parts if len(parts) == 1 or part.first <= line + part.shift <= part.last}
        found = lines.pop() if len(lines) == 1 else line
        return found if found != line and found > 0 else None

    def around(self, source: str, path: str, folders: Any) -> Iterator[Include]:
        """Yield the directives that include `path`, in the file `source` and in the files that it includes."""
        waiting, seen = [source], {source}
        while waiting:
            file = waiting.pop()
            for include in _directives(self.text(file) or ""):
                for target in _targets(include.target, os.path.dirname(file), *folders):
                    if target == path:
                        yield include
                        break
                    if target not in seen and os.path.isfile(target):
                        seen.add(target)
                        waiting.append(target)

    def part(self, include: Include, path: str) -> Part:
        """Return the lines of the file at `path` that are included, and how they are counted."""
        text = self.text(path) or ""
        lines = text.splitlines()
        start = include.options.get("start-line", "")
        first = int(start) if re.match(r"-?\d{1,9}$", start) else 0
        first = max(0, len(lines) + first) if first < 0 else first
        if first:
            text = "\n".join(lines[first:])
        after = include.options.get("start-after")
        end = text.find(after) + len(after) if after and after in text else 0
        skipped = text.count("\n", 0, end)
        before = include.options.get("end-before")
        stop = text.find(before, end) if before else -1
        last = first + (text if stop < 0 else text[:stop]).count("\n") + 1
        bound = include.options.get("end-line", "")
        if re.match(r"-?\d{1,9}$", bound):
            last = min(last, int(bound) if int(bound) >= 0 else len(lines) + int(bound))
        shift = first + skipped
        if include.markdown:
            shift = 0 if _myst() >= (5, 2) else skipped - end - 1
        return Part(shift, first + skipped + 1, last)

    def text(self, path: str) -> Optional[str]:
        if path not in self.texts:
            try:
                with io.open(path, encoding="utf-8-sig", errors="replace") as file:
                    self.texts[path] = file.read()
            except OSError:
                self.texts[path] = None
        return self.texts[path]


def _myst() -> Tuple[int, ...]:
    """Return the release of MyST that reads this build, such as `(5, 2)`."""
    version = str(getattr(importlib.import_module("myst_parser"), "__version__", ""))
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _directives(text: str) -> Iterator[Include]:
    if "include" not in text:
        return
    lines = text.split("\n")
    for at, line in enumerate(lines):
        found = DIRECTIVE.match(line)
        if found:
            options = {}  # type: Dict[str, str]
            for following in lines[at + 1 :]:
                option = OPTION.match(following)
                if option:
                    options[option.group(1)] = option.group(2)
                elif not NEXT_OPTION.match(following):
                    break
            yield Include(found.group(1), options, ".. " not in line[: found.start(1)])


def _targets(target: str, *folders: str) -> List[str]:
    """Return the paths that a directive may name: from the source folder, from the document's folder, or from the file's folder."""
    if target.startswith("/"):
        return [os.path.normpath(os.path.join(folders[-1], target.lstrip("/")))]
    return [os.path.normpath(os.path.join(folder, target)) for folder in folders]
