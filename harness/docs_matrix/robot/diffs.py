"""Finds the patches in a text: each diff from its first line to the end of its last hunk, as `git apply` takes it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docs_matrix.robot.lines import Lines

__all__ = ["read_patches"]

_HUNK = re.compile(r"@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@")
_EXTENDED = (
    "index ", "old mode ", "new mode ", "deleted file mode ", "new file mode ", "copy from ", "copy to ", "rename from ",
    "rename to ", "similarity index ", "dissimilarity index ", "Binary files ", "--- ", "+++ ",
)  # fmt: skip


def read_patches(lines: Lines) -> tuple[str, ...]:
    """Return the diffs in `lines`, and mark their lines as taken. A diff that ends in the middle of a hunk is not taken."""
    patches: list[str] = []
    current: list[str] = []
    last = 0
    for start, end in _files(lines):
        apart = any(_is_mail_line(line) for line in lines.lines[last:start])
        if current and apart:
            patches.append("".join(current))
            current = []
        current += [f"{line}\n" for line in lines.lines[start:end]]
        lines.take(range(start, end))
        last = end
    return (*patches, "".join(current)) if current else tuple(patches)


def _is_mail_line(line: str) -> bool:
    """Return whether a line between two diffs begins another patch: the `---` above its diffstat."""
    return line.rstrip() == "---"


def _files(lines: Lines) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each file's part."""
    at = 0
    while at < len(lines.lines):
        line = lines.lines[at]
        plain = line.startswith("--- ") and at + 1 < len(lines.lines) and lines.lines[at + 1].startswith("+++ ")
        if not line.startswith("diff --git ") and not plain:
            at += 1
            continue
        end = at + (0 if plain else 1)
        while end < len(lines.lines) and lines.lines[end].startswith(_EXTENDED):
            end += 1
        whole = True
        while whole and end < len(lines.lines) and (hunk := _HUNK.match(lines.lines[end])):
            stop = _hunk_end(lines, end + 1, int(hunk[1] or 1), int(hunk[2] or 1))
            whole = stop is not None
            end = stop if stop is not None else end
        if whole and end > at + 1:
            yield at, end
        at = max(end, at + 1)


def _hunk_end(lines: Lines, at: int, before: int, after: int) -> int | None:
    """Return the index after a hunk with `before` old and `after` new lines; None if the text ends or is broken inside it."""
    while before > 0 or after > 0:
        if at >= len(lines.lines):
            return None
        sign = lines.lines[at][:1]
        if sign not in ("", " ", "\t", "+", "-", "\\"):
            return None
        before -= sign in ("", " ", "\t", "-")
        after -= sign in ("", " ", "\t", "+")
        at += 1
    if at < len(lines.lines) and lines.lines[at].startswith("\\"):
        at += 1
    return at if before == after == 0 else None
