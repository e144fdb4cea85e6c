"""Heads that start from a warm base, compared with heads that are built from nothing, after random changes.

Run as a script: `python -m tests.random_warm_starts.rounds TREE ROUNDS SEED CELL [CELL ...] [+REQUIREMENT ...] [NAME=VALUE ...]`.
TREE is copied first, the variables go to make (`SPHINXDIRS=driver-api`). Documents are changed below `$SOURCE`, `docs` by default.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from docs_matrix.builds.order import Order
from docs_matrix.builds.result import Build
from docs_matrix.check.subject import resolve
from docs_matrix.check.verify import differences
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.diagnostics.asked import Asked
from docs_matrix.diagnostics.findings import Judged

from tests.conftest import ROOT
from tests.random_warm_starts.cross_document_changes import Documents, change

__all__ = ["Round", "rounds"]


@dataclass(frozen=True)
class Round:
    """One change in one cell: what was changed, the head that started from the base's build, and what only one head says.

    A change may end the build; then both heads have to end so.
    """

    number: int
    cell: str
    made: tuple[str, ...]
    warm: Build
    whole: Build
    differ: tuple[Judged, ...]

    @property
    def agrees(self) -> bool:
        """Whether both heads say the same, and end the same way."""
        ends = {(build.status, build.reason) for build in (self.warm, self.whole)}
        return not self.differ and len(ends) == 1

    def __str__(self) -> str:
        how = f"read {len(self.warm.resumed)} again" if self.warm.resumed is not None else f"whole: {self.warm.cold}"
        how += f"; failed: {self.whole.reason}" if self.whole.status != "ok" else ""
        cost = f"{self.warm.cpu_seconds:.1f} s for {self.whole.cpu_seconds:.1f}"
        lines = [f"{self.number} {self.cell}: {', '.join(self.made)}: {how}; {cost}; {len(self.differ)} differences"]
        lines += [
            f"    {'only whole' if item.verdict == 'new' else item.verdict}: {item.diagnostic}" for item in self.differ
        ]
        return "\n".join(lines)


def rounds(
    tree: Path,
    source: str,
    cells: Sequence[str],
    count: int,
    seed: int,
    store: Path,
    scratch: Path,
    variables: Mapping[str, str] | None = None,
    requirements: tuple[str, ...] | None = None,
) -> Iterator[Round]:
    """Change a copy of `tree` `count` times, anew each time, and build each head both ways in each of `cells`.

    Documents are changed below `source`, relative to the tree. The base has some of everything planted first.
    """
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    work = scratch / "tree"
    shutil.copytree(tree, work, symlinks=True)
    change(Documents(work / source, work, Random(f"{seed} base")), 12)  # noqa: S311
    found = resolve(Asked(str(work), requirements=requirements), bench)
    recipe = (
        replace(found.recipe, variables={**(found.recipe.variables or {}), **variables}) if variables else found.recipe
    )
    kept = scratch / "kept"
    shutil.copytree(work / source, kept)
    touched: dict[Path, str] = {}
    for number in range(count):
        random = Random(f"{seed} {number}")  # noqa: S311
        documents = Documents(work / source, work, random)
        outside = {work / match for path in documents.all() for match in _c_files(path)}
        touched = {path: path.read_text("utf-8") for path in outside if path.is_file()}
        made = change(documents, random.choice([1, 2, 4, 8]))
        head = bench.trees.open(work)
        for cell in bench.matrix.cells:
            if cell.name not in cells:
                continue
            environment = bench.provide(cell, found.requirements).environment
            bench.runner.build(Order(environment, found.head, recipe, keep=True))
            warm = bench.runner.build(Order(environment, head, recipe, warm=True)).build
            whole = bench.runner.build(Order(environment, head, recipe)).build
            differ = differences(warm.diagnostics, whole.diagnostics)
            yield Round(number, cell.name, tuple(made), warm, whole, differ)
        shutil.rmtree(work / source)
        shutil.copytree(kept, work / source)
        for path, text in touched.items():
            path.write_text(text, "utf-8")


def _c_files(path: Path) -> list[str]:
    text = path.read_text("utf-8")
    return [
        line.split()[2] for line in text.splitlines() if line.startswith(".. kernel-doc:: ") and len(line.split()) > 2
    ]


def main(words: Sequence[str]) -> int:
    tree, count, seed, *rest = words
    variables = dict(word.split("=", 1) for word in rest if "=" in word)
    cells = [word for word in rest if word.startswith("py3.")]
    requirements = tuple(word.removeprefix("+") for word in rest if word.startswith("+")) or None
    store = Path(os.environ["DOCS_MATRIX_STORE"])
    wrong = done = 0
    with tempfile.TemporaryDirectory() as scratch:
        below = (
            f"Documentation/{variables['SPHINXDIRS']}"
            if "SPHINXDIRS" in variables
            else os.environ.get("SOURCE", "docs")
        )
        for one in rounds(
            Path(tree), below, cells, int(count), int(seed), store, Path(scratch), variables, requirements
        ):
            done += 1
            wrong += not one.agrees
            sys.stdout.write(f"{one}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{done} heads, {wrong} with a difference\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
