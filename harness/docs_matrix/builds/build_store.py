"""The store of finished builds: results by key. Each is written completely or not at all.

A build's folder `<store>/builds/<key>/` holds `log.txt` (the printed output) and `result.json`. The latter is written last:
a folder without it is no result. A failed build leaves `failure.json` as evidence, and is tried again. Repetitions of the
same build are more observations: `observation-2.json`, `log-2.txt`, and so on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from docs_matrix import files, json_values, nofollow
from docs_matrix.builds.result import Build
from docs_matrix.store import room

__all__ = ["BuildStore"]

LOG_LIMIT = 256 << 20
"""The most bytes of a log."""


@dataclass(frozen=True)
class BuildStore:
    """The finished builds below `folder` (the user's store)."""

    folder: Path

    def observations(self, key: str) -> tuple[Build, ...]:
        """Return the finished builds of `key`, in the order in which they were made, up to the first that cannot be read."""
        found: list[Build] = []
        while (build := self._read(self._place(key) / _result(len(found) + 1))) is not None:
            found.append(build)
        return tuple(found)

    def put(self, key: str, build: Build, log: bytes, *, number: int = 1) -> None:
        """Store `build`, the observation `number` of `key`, and its `log`; raises `MachineError` on a full disk."""
        place = room(self.folder, "builds") / key
        files.write_whole(place / _log(number), log)
        json_values.write(place / (_result(number) if build.status == "ok" else "failure.json"), build)

    def forget(self, key: str) -> None:
        """Remove all observations of `key`, so that it is built again the next time."""
        with self.building(key):
            nofollow.remove(self._place(key))

    def log(self, key: str, *, number: int = 1) -> str:
        """Return the newest log of the observation `number` of `key`; empty if there is none."""
        try:
            return nofollow.read(self._place(key) / _log(number), LOG_LIMIT).decode("utf-8", "backslashreplace")
        except OSError:
            return ""

    @contextmanager
    def building(self, key: str) -> Iterator[None]:
        """Lock `key`, so that no other process makes the same build until the `with` statement ends."""
        with files.locked(room(self.folder, "builds") / f"{key}.lock"):
            yield

    def _place(self, key: str) -> Path:
        return self.folder / "builds" / key

    def _read(self, path: Path) -> Build | None:
        build = json_values.read_or_none(path, Build)
        if build is not None:
            with suppress(OSError):  # the least recently used go first when the store is full
                os.utime(path)
        return build


def _result(number: int) -> str:
    return "result.json" if number == 1 else f"observation-{number}.json"


def _log(number: int) -> str:
    return "log.txt" if number == 1 else f"log-{number}.txt"
