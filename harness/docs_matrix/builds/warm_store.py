"""Warm states: what whole builds leave in the store for those that start from them (`docs_matrix.probe.warm_start`).

A state's folder `<store>/warm/<key of the build>/` is put there by one rename: it is whole or not there. Nothing in it is
ever written again. The least recently used go first when the store is full.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from docs_matrix import files
from docs_matrix import store as upkeep

__all__ = ["WarmState", "find", "keep"]

SLOT = "slot"
RECORDS = "records.jsonl"


@dataclass(frozen=True)
class WarmState:
    """The state that a build left in `folder`; `slot` names where its tree lay."""

    folder: Path
    slot: str


def find(store: Path, key: str) -> WarmState | None:
    """The warm state of the build `key`; None where there is none."""
    folder = store / "warm" / key
    try:
        slot = (folder / SLOT).read_text("utf-8")
        os.utime(folder / SLOT)
    except OSError:
        return None
    return WarmState(folder, slot)


def keep(store: Path, key: str, made: Path, records: Path, slot: str) -> None:
    """Take the folder `made`, which a build in `slot` left, and its `records` into the store; where it was left at all.

    Raises `MachineError` on a full disk, and as `docs_matrix.store.claim` does.
    """
    if not made.is_dir():
        return
    place = upkeep.room(store, "warm") / key
    try:
        shutil.copyfile(records, made / RECORDS)
        (made / SLOT).write_text(slot, "utf-8")
        place.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            made.rename(place)
    except OSError as error:
        if not place.is_dir():
            raise files.cannot_write(place, error) from error
