"""Print the messages that the second of two builds has and the first does not have.

This script is put into `reproduce.sh`, and the Python of the cell runs it.

    python new_lines.py BASE-LOG HEAD-LOG HEAD-TREE BASE-TREE EXPECTED TOTAL

EXPECTED is a file with lines of the report, which has TOTAL lines. The exit status is 0 if all of them are printed, else 1.
It needs Python 3.6 or later, and only the standard library.
"""

import collections
import difflib
import os
import re
import sys
from typing import Counter, Dict, Iterator, List, Optional, Tuple

LINE = re.compile(
    r"(?P<path>[^\s:][^:\n]*(?::docstring of [^\s:]+)?)(?::(?P<line>\d+))?: "
    r"(?P<text>(?:WARNING|ERROR|CRITICAL|SEVERE|warning|error): .*)"
)

Message = Tuple[str, str, int, str]  # the line of the log, the path, the number of the line in it, the text


def lines_of(path: str) -> List[str]:
    """Return the lines of the file at `path`."""
    with open(path, encoding="utf-8", errors="backslashreplace") as file:
        return file.read().split("\n")


def messages(log: str, root: str) -> Iterator[Message]:
    """Yield the messages of a log, without the folder `root` in which the tree was built."""
    folder = os.path.join(os.path.realpath(root), "")
    for line in lines_of(log):
        line = line.replace(folder, "")
        found = LINE.match(line)
        if found:
            yield line, found.group("path"), int(found.group("line") or 0), found.group("text")


class Moves:
    """Maps lines of the base's files to lines of the head's files."""

    def __init__(self, tree: str, root: str) -> None:
        self.tree, self.root = tree, root
        self.files = {}  # type: Dict[str, Optional[Dict[int, int]]]

    def moved(self, path: str, line: int) -> Optional[int]:
        """Return the place of a line after the change; None if the change removes or rewrites it."""
        if path not in self.files:
            self.files[path] = self.compare(path)
        lines = self.files[path]
        return line if lines is None or not line else lines.get(line)

    def compare(self, path: str) -> Optional[Dict[int, int]]:
        """Return the new number of each line that stayed; None if the file did not change or cannot be read."""
        try:
            old, new = lines_of(os.path.join(self.tree, path)), lines_of(os.path.join(self.root, path))
        except OSError:
            return None
        if old == new:
            return None
        blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
        return {a + i + 1: b + i + 1 for a, b, size in blocks for i in range(size)}


def new_lines(base: List[Message], head: List[Message], moves: Moves, expected: Counter[str]) -> List[str]:
    """Return the lines of `head` except those that `base` has at the same place, or else with the same text.

    If messages are equal, those that are not `expected` are paired with messages of the base first.
    """
    known = collections.Counter((path, moves.moved(path, line), text) for _, path, line, text in base)
    rest = []
    for line, path, number, text in head:
        if known[path, number, text]:
            known[path, number, text] -= 1
        else:
            rest.append((line, path, text))
    left = collections.Counter()  # type: Counter[Tuple[str, str]]
    for (path, _, text), count in known.items():
        left[path, text] += count
    new = []  # type: List[str]
    for line, path, text in sorted(rest, key=lambda one: one[0] in expected):
        if left[path, text]:
            left[path, text] -= 1
        else:
            new.append(line)
    first = {line: at for at, (line, _, _) in reversed(list(enumerate(rest)))}
    return sorted(new, key=first.__getitem__)


def main(base: str, head: str, root: str, tree: str, wanted: str, total: str) -> int:
    """Print the messages of the file `head` that `base` lacks; return 0 if they are those of `wanted`."""
    expected = collections.Counter(lines_of(wanted)[:-1])
    new = new_lines(list(messages(base, root)), list(messages(head, root)), Moves(tree, root), expected)
    for line in new:
        print(line)
    there = sum((expected & collections.Counter(new)).values())
    words = "found %d of the %d lines of the report, and %d other new lines"
    print(words % (there, int(total), len(new) - there), file=sys.stderr)
    return 0 if there == int(total) > 0 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
