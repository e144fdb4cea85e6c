"""Builds of the same documents in toolchains that no matrix has. A search needs them; finished ones come from the store.

The cell of such a build is made up for the search. If a toolchain cannot be resolved or does not build, that is an answer too, with
its reason.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from docs_matrix.builds.result import Build
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.config.matrix import Cell, Recipe
from docs_matrix.errors import InputError, MissingInterpreterError

__all__ = ["FAILED", "Trial", "Trials", "Way"]

FAILED = "the build failed: "
"""The beginning of the reason if a project fails in a toolchain that can build an empty project."""
SMOKE = Recipe("sphinx", ".", ".")
SMOKE_FILES = {"conf.py": "project = 'smoke'\n", "index.rst": "Smoke\n=====\n\nA page.\n"}


@dataclass(frozen=True)
class Way:
    """A way to build a candidate: its cell, and in words what else changed with the axis (empty: nothing)."""

    cell: Cell
    company: str = ""


@dataclass(frozen=True)
class Trial:
    """A build of the documents in the toolchain of `way`.

    `packages` maps canonical names to the installed versions, `python` is the full version; `fresh` says that the build ran now
    and did not come from the store.
    """

    way: Way
    packages: dict[str, str]
    python: str
    build: Build
    fresh: bool


class Trials:
    """Builds the same documents of the same tree in many toolchains; safe to use from several threads."""

    def __init__(self, runner: CellRunner, documents: tuple[str, ...] | None) -> None:
        """Build `documents` of the head of the runner's subject; None for all."""
        self.runner = runner
        self.documents = documents
        self._smoke: CellRunner | None = None
        self._known: dict[str, Trial] = {}
        self._broken: dict[tuple[str, str, str], str] = {}
        self._lock = threading.Lock()

    def of(self, ways: Iterable[Way]) -> Trial | str:
        """Return the build in the first of `ways` whose toolchain works; if there is none, return the reason.

        If a toolchain cannot build an empty project, the candidate is not the cause, and the next way is tried. If it can, but
        fails on the documents, that is the answer. Raise `MachineError` if the package index or the disk fails.
        """
        reasons: list[str] = []
        for way in ways:
            cell = way.cell
            again = self._known.get(cell.name)
            if again is not None:
                return again
            known = self._broken.get((cell.python, cell.sphinx, cell.docutils))
            if known is not None:
                continue
            built = self.runner.build(cell, self.runner.subject.head, self.documents)
            if isinstance(built.error, (InputError, MissingInterpreterError)):
                reasons.append(_behind(str(built.error), " cannot be resolved: "))
                continue
            if built.error:
                raise built.error
            if built.made and built.provided and built.status == "ok":
                environment = built.provided.environment
                python = environment.interpreter.version
                trial = Trial(way, dict(environment.lock.packages), python, built.made.build, built.made.fresh)
                self._known[cell.name] = trial
                return trial
            reason = f"the build timed out: {built.reason}" if built.status == "timeout" else f"{FAILED}{built.reason}"
            if self._works(cell):
                return reason
            toolchain = f"Python {cell.python} with Sphinx {cell.sphinx} and docutils {cell.docutils}"
            reasons.append(f"{toolchain} does not work at all: {built.reason}")
            self._broken[cell.python, cell.sphinx, cell.docutils] = reasons[-1]
        if not reasons:
            return "no toolchain that works could be made"
        others = f" (and {len(reasons) - 1} other ways fail too)" if len(reasons) > 1 else ""
        return reasons[0] + others

    def _works(self, cell: Cell) -> bool:
        """Return whether the cell builds a project with one empty page."""
        with self._lock:
            if self._smoke is None:
                with tempfile.TemporaryDirectory() as folder:
                    for name, text in SMOKE_FILES.items():
                        (Path(folder) / name).write_text(text, "utf-8")
                    tree = self.runner.bench.trees.open(Path(folder))
                self._smoke = self.runner.on(replace(self.runner.subject, head=tree, base=None, recipe=SMOKE))
        return self._smoke.build(cell, self._smoke.subject.head, None).status == "ok"


def _behind(text: str, words: str) -> str:
    return text.partition(words)[2] or text
