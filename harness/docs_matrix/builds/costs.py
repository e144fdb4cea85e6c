"""The time and the memory that each build took, so that those of the next build of the same kind can be expected.

A kind is a tree's lineage, a cell, a recipe, and how much is read: `<store>/costs/<digest>.json`. `Memory` lets a build begin
only if its expected memory fits into the machine's, so that no build makes the machine swap.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from docs_matrix import files, json_values
from docs_matrix.builds.result import Build
from docs_matrix.config.matrix import Recipe
from docs_matrix.store import room

__all__ = ["Cost", "Costs", "Memory", "guess", "kind_of", "machine_bytes"]

BARE = 64 << 20
"""The bytes of memory that a build without documents takes."""
A_DOCUMENT = 400 << 10
"""The bytes of memory that each document adds: linux-source-6.12 with 3604 documents takes 1351 MiB."""

SHARE = 0.8
"""The part of the machine's memory that all builds together may take."""


@dataclass(frozen=True)
class Cost:
    """The cost of a build: `seconds` of wall time, and the memory of its largest process in bytes."""

    seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class Costs:
    """The costs that are noted in the store `folder`."""

    folder: Path

    def last(self, lineage: str, cell: str, recipe: Recipe, scope: str) -> Cost | None:
        """Return the cost of the last build of this kind; None if there was none."""
        return json_values.read_or_none(self.folder / "costs" / f"{kind_of(lineage, cell, recipe, scope)}.json", Cost)

    def note(self, lineage: str, cell: str, recipe: Recipe, scope: str, build: Build) -> None:
        """Note the cost of `build`; raises as `docs_matrix.store.room` does, and `MachineError` on a full disk."""
        place = room(self.folder, "costs") / f"{kind_of(lineage, cell, recipe, scope)}.json"
        json_values.write(place, Cost(round(build.seconds, 1), build.peak_bytes))


def kind_of(lineage: str, cell: str, recipe: Recipe, *more: str) -> str:
    """Return an id for builds of the same lineage in the same cell by the same recipe; `more` are further parts of it."""
    told = json.dumps(json_values.plain(recipe), sort_keys=True)
    return files.digest(lineage, cell, told, *more)[:32]


def guess(documents: int) -> int:
    """Return the memory in bytes that a first build of so many `documents` probably takes."""
    return BARE + documents * A_DOCUMENT


def machine_bytes() -> int:
    """Return the memory of this machine, or of the container (cgroup) that this is, in bytes."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with suppress(OSError, ValueError):  # "max" is no number
            total = min(total, int(Path(path).read_text()))
    return total


class Memory:
    """The memory that builds share; safe to use from several threads."""

    def __init__(self, most: int) -> None:
        """`most` is the memory in bytes that all builds together may take."""
        self._most = most
        self._held = 0
        self._changed = threading.Condition()

    @classmethod
    def of_the_machine(cls) -> Memory:
        """Return the memory of this machine that builds may take."""
        return cls(int(machine_bytes() * SHARE))

    @contextmanager
    def held(self, size: int) -> Iterator[None]:
        """Wait until `size` bytes are free, and hold them until the `with` statement ends.

        A size above the limit waits until nothing else is held.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._held == 0 or self._held + size <= self._most)
            self._held += size
        try:
            yield
        finally:
            with self._changed:
                self._held -= size
                self._changed.notify_all()
