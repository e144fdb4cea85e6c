"""Builds without Sphinx, for the tests of what comes after them: a map says what is said of which text.

Trees, locks, keys, the store of builds, judging and the reports are the real ones. What Sphinx says of a document is not
tested by these builds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from docs_matrix.builds import recipes
from docs_matrix.builds.order import Order
from docs_matrix.builds.result import Build
from docs_matrix.builds.runner import Runner, _Ran
from docs_matrix.capture import records
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.toolchains import environments, interpreters
from docs_matrix.toolchains.environments import Environment
from docs_matrix.toolchains.interpreters import Interpreter
from docs_matrix.toolchains.locks import Lock
from docs_matrix.trees import Tree, Trees

__all__ = ["SAYS", "install"]

SAYS = {
    r"^[^*]*\*\w[^*]*$": "Inline emphasis start-string without end-string.",
    r"^====$": "Title underline too short.",
}
"""What is said of a line that matches: the messages, as warnings of docutils, by expressions."""

PYTHONS = tuple(Interpreter(Path("/usr/bin/python"), f"3.{minor}.0") for minor in (13, 12, 11, 10, 9))


def install(patch: pytest.MonkeyPatch, says: Mapping[str, str] = SAYS) -> None:
    """Have all builds answer by `says`, in every cell of the matrix.

    A configuration with a line that begins with `raise` is a build that fails by that line.
    """

    def make(runner: Runner, order: Order, key: str, *_: object) -> _Ran:
        build = _build(order, runner._trees, says)
        return _Ran(
            build,
            "".join(f"{said.printed}\n" for said in build.diagnostics).encode(),
            records.read(b"", b"", root=Path()),
            key,
        )

    patch.setattr(interpreters, "installed", lambda: PYTHONS)
    patch.setattr(environments, "provide", _environment)
    patch.setattr(Runner, "_make", make)


def _environment(lock: Lock, interpreter: Interpreter, *, store: Path, **_: Any) -> Environment:
    return Environment(store / "no environment", interpreter, lock)


def _build(order: Order, trees: Trees, says: Mapping[str, str]) -> Build:
    paths = trees.paths(order.tree)
    names = recipes.documents(order.recipe, paths)
    read = [name for name in names if order.documents is None or name.startswith(order.documents)]
    conf = (trees.read(order.tree, f"{order.recipe.source}/conf.py") or b"").decode()
    reason = next((line for line in conf.splitlines() if line.startswith("raise ")), None)
    packages = order.environment.lock.packages

    def said(name: str) -> tuple[Diagnostic, ...]:
        return tuple(_said(trees, order.tree, f"{order.recipe.source}/{name}", says))

    return Build(
        status="failed" if reason else "ok",
        reason=reason,
        python=order.environment.interpreter.version,
        docutils=packages["docutils"],
        sphinx=packages["sphinx"],
        diagnostics=() if reason else tuple(one for name in read for one in said(name)),
        suppressed=(),
        unclassified=(),
        stderr_lines=0,
        read=tuple(name.rpartition(".")[0] for name in read),
        documents=len(names),
        seconds=0.0,
        cpu_seconds=0.0,
        peak_bytes=0,
        trials=tuple(said(trial[-1]) for trial in order.reading.trials) if order.reading else (),
    )


def _said(trees: Trees, tree: Tree, path: str, says: Mapping[str, str]) -> Iterator[Diagnostic]:
    lines = (trees.read(tree, path) or b"").decode().splitlines()
    for number, line in enumerate(lines, 1):
        for pattern, message in says.items():
            if re.search(pattern, line):
                printed = f"{path}:{number}: WARNING: {message}"
                yield Diagnostic(path, number, "WARNING", "docutils", message, printed)
