"""What `docs-matrix check` answers, asked by the command line alone, as a user asks it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.planted.plain import text_of

__all__ = ["Answer", "Told", "ask", "environment"]

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Told:
    """A finding of one cell: its place, the first line of its text, and the documents in which it is."""

    verdict: str
    path: str | None
    line: int | None
    text: str
    documents: tuple[str | None, ...]

    def __str__(self) -> str:
        return f"{self.path or '-'}:{self.line or '-'}: {self.text}"


@dataclass(frozen=True)
class Answer:
    """The exit status, the findings, the cell's status with its reason, and how many documents were read of how many."""

    exit: int
    status: str
    reason: str
    findings: tuple[Told, ...]
    read: str


def ask(tree: Path, change: Sequence[str | Path], cell: str, requirements: Sequence[str]) -> Answer:
    """Check the change (`--base HEAD`, `--patch FILE`) of `tree` in `cell`."""
    with tempfile.TemporaryDirectory() as out:
        named = _requirements(requirements)
        done = _run("check", "--tree", tree, *change, "--cell", cell, *named, "--out", out)
        report = Path(out) / "findings.json"
        if not report.exists():
            return Answer(done.returncode, "none", (done.stderr.strip().splitlines() or ["nothing"])[-1], (), "")
        value = json.loads(report.read_text("utf-8"))
    state = value["cells"][cell]
    read = f"{state['read']} of {state['documents']}"
    findings = tuple(told for one in value["findings"] if (told := _told(one, cell)))
    return Answer(done.returncode, state["status"], state["reason"] or "", findings, read)


def environment(cell: str, requirements: Sequence[str]) -> Path | None:
    """Where the environment of a cell lies; None before it is made."""
    done = _run("cells", "--format", "json", *_requirements(requirements))
    assert done.returncode == 0, done.stderr
    states = {state["name"]: state for state in json.loads(done.stdout)}
    return Path(states[cell]["environment"]) if states[cell]["made"] else None


def _requirements(requirements: Sequence[str]) -> list[str]:
    return [word for name in requirements for word in ("--requirement", name)]


def _run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "docs_matrix", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


def _told(finding: dict[str, Any], cell: str) -> Told | None:
    """The finding as `cell` has it; None where it has not."""
    mine = next((variant for variant in finding["variants"] if cell in variant["cells"]), None)
    if mine is None:
        return None
    documents = tuple(finding.get("documents") or (finding["document"],))
    text = text_of(finding["message"].split("\n")[0])
    return Told(mine["verdict"], finding["path"], mine["line"], text, documents)
