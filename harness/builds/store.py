"""The store of finished builds: results by key, written whole or not at all.

A build's folder `<store>/builds/<key>/` holds `log.txt` (what the build printed) and `result.json`, which is written last:
a folder without it is no result. A failed build leaves `failure.json` as evidence and is tried again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness import files
from harness.builds.result import Build

__all__ = ["BuildStore"]


@dataclass(frozen=True)
class BuildStore:
    """The finished builds below `folder` (the user's store)."""

    folder: Path

    def get(self, key: str) -> Build | None:
        """The finished build of `key`, or None. A result that cannot be read counts as none."""
        path = self._place(key) / "result.json"
        try:
            build = Build.from_json(json.loads(path.read_text("utf-8")))
            os.utime(path)  # the least recently used go first when the store is full
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return build

    def put(self, key: str, build: Build, log: bytes) -> None:
        """Keep `build` and what it printed; raises `MachineError` where the disk is full."""
        place = self._place(key)
        files.write_whole(place / "log.txt", log)
        files.write_json(place / ("result.json" if build.status == "ok" else "failure.json"), build.to_json())

    def log(self, key: str) -> str:
        """What the build of `key` printed last; empty where nothing is kept."""
        try:
            return (self._place(key) / "log.txt").read_text("utf-8", "backslashreplace")
        except OSError:
            return ""

    @contextmanager
    def building(self, key: str) -> Iterator[None]:
        """Hold `key` against other processes that want the same build."""
        with files.locked(self.folder / "builds" / f"{key}.lock"):
            yield

    def _place(self, key: str) -> Path:
        return self.folder / "builds" / key
