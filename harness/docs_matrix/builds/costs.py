"""What builds took, noted with each, so that the next one of its kind is given its time and its memory beforehand.

A kind is a tree's lineage, a cell, a recipe, and how much is read: `<store>/costs/<digest>.json`. `Memory` lets builds begin
only while what they are expected to hold fits into what the machine has, so that none of them is driven into swapping.
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
A_DOCUMENT = 400 << 10
"""Bytes that a build holds at least, and for each document: linux-source-6.12, 3604 documents, takes 1351 MiB."""

SHARE = 0.8
"""Of the machine's memory, for all builds together."""


@dataclass(frozen=True)
class Cost:
    """What a build took: seconds of wall time, and the bytes of its largest process."""

    seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class Costs:
    """The notes in the store `folder`."""

    folder: Path

    def last(self, lineage: str, cell: str, recipe: Recipe, scope: str) -> Cost | None:
        """Return what the last build of this kind took; None where it is the first."""
        return json_values.read_or_none(self.folder / "costs" / f"{kind_of(lineage, cell, recipe, scope)}.json", Cost)

    def note(self, lineage: str, cell: str, recipe: Recipe, scope: str, build: Build) -> None:
        """Note what `build` took; raises as `docs_matrix.store.room` does, and `MachineError` on a full disk."""
        place = room(self.folder, "costs") / f"{kind_of(lineage, cell, recipe, scope)}.json"
        json_values.write(place, Cost(round(build.seconds, 1), build.peak_bytes))


def kind_of(lineage: str, cell: str, recipe: Recipe, *more: str) -> str:
    """Return a name for the builds of a tree's versions in a cell by a recipe, and of what `more` says."""
    told = json.dumps(json_values.plain(recipe), sort_keys=True)
    return files.digest(lineage, cell, told, *more)[:32]


def guess(documents: int) -> int:
    """Return the bytes that a build of so many documents may hold, where nothing is known of it."""
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
        """`most` is what all builds together may be expected to hold, in bytes."""
        self._most = most
        self._held = 0
        self._changed = threading.Condition()

    @classmethod
    def of_the_machine(cls) -> Memory:
        """So much as this machine can spare."""
        return cls(int(machine_bytes() * SHARE))

    @contextmanager
    def held(self, size: int) -> Iterator[None]:
        """Hold `size` bytes, as soon as they are free; what is more than all there is, when nothing else is held."""
        with self._changed:
            self._changed.wait_for(lambda: self._held == 0 or self._held + size <= self._most)
            self._held += size
        try:
            yield
        finally:
            with self._changed:
                self._held -= size
                self._changed.notify_all()
