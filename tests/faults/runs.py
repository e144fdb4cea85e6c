"""A check of a small tree in a process of its own, in a store that can be damaged: what it answers when nothing goes wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["ROUNDS", "Bench", "Ended"]

ROUNDS = int(os.environ.get("DOCS_MATRIX_FAULT_ROUNDS", "1"))
"""How often each fault is tried."""

KEPT = ("environments", "locks")
"""The rooms of the store that a fresh start keeps: to make an environment takes long, and has tests of its own."""

Findings = list[tuple[str, str | None, int | None, str]]


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit status, what it said, and its findings; None without a report."""

    status: int
    stderr: str
    findings: Findings | None

    def is_clear_error(self) -> bool:
        """Whether it ended with 2 or 3, one clear line at the end, and no finding."""
        lines = self.stderr.strip().splitlines()
        told = bool(lines) and (lines[-1].startswith("docs-matrix: ") or ": failed: " in self.stderr)
        return self.status in (2, 3) and told and "Traceback" not in self.stderr and not self.findings


@dataclass(frozen=True)
class Bench:
    """A tree with a patch, a store, and a folder of reports below `folder`; `cell` is what it is checked in."""

    folder: Path
    cell: str

    @property
    def store(self) -> Path:
        """The store."""
        return self.folder / "store"

    def start(
        self, out: str = "out", *, before: Callable[[], object] | None = None, **variables: str
    ) -> subprocess.Popen[str]:
        """Start a check; `before` is called in the new process."""
        words = ["check", "--tree", "tree", "--patch", "p.patch", "--docs", "all", "--cell", self.cell, "--out", out]
        return subprocess.Popen(
            [
                Path(sys.executable).with_name("docs-matrix"),
                *words,
            ],  # python -m ends with 1 if a signal comes too early
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env={**os.environ, "DOCS_MATRIX_STORE": str(self.store), "CI": "", **variables},
            preexec_fn=before,
            start_new_session=True,
        )

    def end(self, started: subprocess.Popen[str], out: str = "out") -> Ended:
        """Wait for what `start` gave."""
        _, stderr = started.communicate(timeout=900)
        return Ended(started.returncode, stderr, self.findings(out))

    def check(self, out: str = "out", *, before: Callable[[], object] | None = None, **variables: str) -> Ended:
        """Run a check to its end."""
        return self.end(self.start(out, before=before, **variables), out)

    def findings(self, out: str = "out") -> Findings | None:
        """What `findings.json` has; None without one."""
        try:
            found: Mapping[str, list[dict[str, Any]]] = json.loads((self.folder / out / "findings.json").read_text())
        except FileNotFoundError:
            return None
        return sorted(
            ((one["verdict"], one["path"], one["line"], one["message"]) for one in found["findings"]), key=repr
        )

    def begin_again(self) -> None:
        """Have nothing in the store but environments and locks."""
        for room in self.store.iterdir():
            if room.is_dir() and room.name not in KEPT:
                shutil.rmtree(room)
        for report in self.folder.glob("out*"):
            shutil.rmtree(report)

    def is_quiet(self, seconds: float = 30) -> bool:
        """Whether no process names the store any more, within `seconds`."""
        until = time.monotonic() + seconds
        while _users(str(self.store)):
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
        return True


def _users(text: str) -> list[int]:
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if text.encode() in (place / "cmdline").read_bytes():
                found.append(int(place.name))
        except OSError:
            continue
    return found
