"""The answer of `shrink`: as lines on a terminal, and as a folder for a bug report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from docs_matrix.questions.shrink.shrunk import Shrunk
from docs_matrix.reports.escaping import cut, one_line, plural, visible

__all__ = ["folder", "lines"]

NOTES = "README.txt"
_LONGEST = 2_000
"""At most this many characters of the message are shown."""
_SHOWN = 200
"""At most this many lines of the project are printed."""


def folder(answer: Shrunk) -> Mapping[str, bytes]:
    """Return the files of the project, and a file that says how to see the message."""
    said = [
        "A small Sphinx project that shows this message:",
        "",
        *(f"    {line}" for line in cut(visible(answer.message.printed), _LONGEST).splitlines()),
        "",
        "To see it, run in this folder:" if answer.plain else "To see it, run:",
        "",
        *([f"    pip install {' '.join(answer.requirements)}"] if answer.plain else []),
        f"    {answer.command}",
    ]
    return {**answer.files, NOTES: ("\n".join(said) + "\n").encode()}


def lines(answer: Shrunk, place: str) -> Iterator[str]:
    """Yield the answer in plain lines."""
    yield from cut(visible(answer.message.printed), _LONGEST).splitlines()
    yield ""
    shown = 0
    for path, content in sorted(answer.files.items()):
        yield f"{one_line(path)}:"
        for line in content.decode("utf-8", "backslashreplace").splitlines():
            shown += 1
            if shown <= _SHOWN:
                yield f"  | {visible(line)}"
    yield ""
    state = "" if answer.finished else "; interrupted: a smaller project may be possible"
    size = f"{plural(answer.lines, 'line')} in {plural(len(answer.files), 'file')}, of {answer.started}"
    yield f"{size}; {plural(answer.tried, 'variant')} tried in {one_line(answer.cell)}{state}"
    there = "; there: " if answer.plain else "; to see it: "
    yield f"written to {one_line(place)}{there}{one_line(answer.command)}"
