"""Write `imports.txt`: which room of the code imports which.

Run: python docs/imports.py
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import grimp

PACKAGE = "docs_matrix"
FILE = Path(__file__).with_name("imports.txt")


def picture() -> str:
    """Return a square with a row and a column for each room and a mark where the row imports the column.

    Each room stands above all that it imports, so every mark is above the diagonal.
    """
    known = _imports()
    rooms = list(
        reversed([*TopologicalSorter({room: sorted(others) for room, others in known.items()}).static_order()])
    )
    return "\n".join(_lines(known, rooms)) + "\n"


def _imports() -> Mapping[str, frozenset[str]]:
    """Return the rooms that each room imports: the folders and modules directly below the package."""
    graph = grimp.build_graph(PACKAGE)
    found: dict[str, set[str]] = {_room(module): set() for module in graph.modules if _room(module)}
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            if _room(module) and _room(imported) and _room(module) != _room(imported):
                found[_room(module)].add(_room(imported))
    return {room: frozenset(others) for room, others in sorted(found.items())}


def _room(module: str) -> str:
    """Return the name directly below the package, "" for the package itself.

    >>> _room("docs_matrix.cli.main")
    'cli'
    """
    return ".".join(module.split(".")[1:2])


def _lines(known: Mapping[str, frozenset[str]], rooms: list[str]) -> Iterator[str]:
    width = max(map(len, rooms))
    for at, room in enumerate(rooms):
        marks = ("■" if other in known[room] else "\\" if other == room else "·" for other in rooms)
        yield f"{room:>{width}} {at + 1:2} {'  '.join(marks)}"
    yield f"{'':>{width}}    {' '.join(f'{number:<2}' for number in range(1, len(rooms) + 1))}".rstrip()


if __name__ == "__main__":
    FILE.write_text(picture(), encoding="utf-8")
