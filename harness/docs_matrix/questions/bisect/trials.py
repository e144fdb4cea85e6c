"""Trials: one document of a tree built in any toolchain that can be resolved, each answered from the store if it can be.

A trial is not a cell of the matrix: its cell is made up on the way. What cannot be resolved, or does not build, is an
answer too, with its reason.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from docs_matrix.builds.order import Order
from docs_matrix.builds.result import Build
from docs_matrix.check.workbench import Bench, Provided
from docs_matrix.config.matrix import Cell, Recipe
from docs_matrix.errors import InputError, MissingInterpreterError
from docs_matrix.trees import Tree

__all__ = ["Trial", "Trials", "Way"]

SMOKE = Recipe("sphinx", ".", ".")
SMOKE_FILES = {"conf.py": "project = 'smoke'\n", "index.rst": "Smoke\n=====\n\nA page.\n"}


@dataclass(frozen=True)
class Way:
    """A way to make a candidate real: a cell, and in words what moved along with the axis (empty: nothing)."""

    cell: Cell
    company: str = ""


@dataclass(frozen=True)
class Trial:
    """A build of the documents in the toolchain of `way`: `packages` are the installed versions by canonical name,
    `python` is the full version; `fresh` says that it was built now."""

    way: Way
    packages: dict[str, str]
    python: str
    build: Build
    fresh: bool


class Trials:
    """Builds the same documents of the same tree in many toolchains; safe to use from several threads."""

    def __init__(
        self, bench: Bench, tree: Tree, recipe: Recipe, requirements: tuple[str, ...], documents: tuple[str, ...] | None
    ) -> None:
        self.bench = bench
        self.documents = documents
        self.requirements = requirements
        self._tree = tree
        self._recipe = recipe
        self._smoke: Tree | None = None
        self._known: dict[str, Trial] = {}
        self._broken: dict[tuple[str, str, str], str] = {}
        self._lock = threading.Lock()

    def of(self, ways: Iterable[Way]) -> Trial | str:
        """The trial in the first of `ways` whose toolchain works at all; else why there is none.

        A toolchain that cannot even build an empty project is not the candidate's fault: the next way is tried. One that
        can, and fails on the documents, is the answer. Raises `MachineError` where the package index or the disk fails.
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
            try:
                provided = self.bench.provide(cell, self.requirements)
            except (InputError, MissingInterpreterError) as error:
                reasons.append(_behind(str(error), " cannot be resolved: "))
                continue
            order = Order(provided.environment, self._tree, self._recipe, self.documents)
            made = self.bench.runner.build(order)
            if made.build.status == "ok":
                environment = provided.environment
                python = environment.interpreter.version
                trial = Trial(way, dict(environment.lock.packages), python, made.build, made.fresh)
                self._known[cell.name] = trial
                return trial
            reason = f"the build {'timed out' if made.build.status == 'timeout' else 'failed'}: {made.build.reason}"
            if self._works(provided):
                return reason
            toolchain = f"Python {cell.python} with Sphinx {cell.sphinx} and docutils {cell.docutils}"
            reasons.append(f"{toolchain} does not work at all: {made.build.reason}")
            self._broken[cell.python, cell.sphinx, cell.docutils] = reasons[-1]
        if not reasons:
            return "no toolchain that works could be made"
        others = f" (and {len(reasons) - 1} other ways fail too)" if len(reasons) > 1 else ""
        return reasons[0] + others

    def _works(self, provided: Provided) -> bool:
        """Whether the environment builds a project with one empty page."""
        with self._lock:
            if self._smoke is None:
                with tempfile.TemporaryDirectory() as folder:
                    for name, text in SMOKE_FILES.items():
                        (Path(folder) / name).write_text(text, "utf-8")
                    self._smoke = self.bench.trees.open(Path(folder))
        return self.bench.runner.build(Order(provided.environment, self._smoke, SMOKE)).build.status == "ok"


def _behind(text: str, words: str) -> str:
    return text.partition(words)[2] or text
