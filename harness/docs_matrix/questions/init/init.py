"""How a project begins: its matrix, locks and baseline from what it has, and the workflow that asks of each change.

Everything is made in a scratch folder first, so that a project has all of it or nothing.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from docs_matrix import files
from docs_matrix.baselines import baseline_file
from docs_matrix.check import accept, subject
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.progress import Progress
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Cell, Matrix, NamedTree, Recipe
from docs_matrix.diagnostics.asked import Asked
from docs_matrix.errors import InputError, MachineError
from docs_matrix.questions.init.ci_files import CiFiles
from docs_matrix.questions.init.project_facts import ProjectFacts
from docs_matrix.toolchains import locks

__all__ = ["Begun", "begin", "refuse_what_is_there"]

TREE = "docs"


@dataclass(frozen=True)
class Begun:
    """What was made: the files `written`, relative to the project; the names of the cells `kept`; why the others were
    `left` out; how many diagnostics are `accepted`; the files that were there already and stay `untouched`."""

    written: tuple[str, ...]
    kept: tuple[str, ...]
    left: dict[str, str]
    accepted: int
    untouched: tuple[str, ...]


def refuse_what_is_there(folder: Path) -> None:
    """Raise `InputError` where one of the files that `begin` writes is there: nobody's work is written over."""
    for name in ("matrix.yaml", f"baselines/{TREE}.yaml"):
        if (folder / name).exists():
            raise InputError(f"{folder / name} is there already; remove it to begin anew")


def begin(
    folder: Path,
    project: ProjectFacts,
    candidates: Sequence[Cell],
    beside: CiFiles,
    store: Path,
    *,
    jobs: int,
    offline: bool,
    progress: Callable[[Sequence[Cell]], Progress],
) -> Begun:
    """Write the matrix, the locks and the baseline of `project` into `folder`, and the files of `beside`.

    The cells are those of `candidates` whose Sphinx and docutils the project allows, that can be resolved with its
    requirements, and whose build comes to its end here. Raises `InputError` where there is none, with the reasons.
    """
    left = {cell.name: why for cell in candidates if (why := _not_wanted(cell, project))}
    cells = [cell for cell in candidates if cell.name not in left]
    with tempfile.TemporaryDirectory(prefix="docs-matrix-") as name:
        scratch = Path(name)
        requirements, unresolved = _resolved(cells, project, scratch / "locks", offline=offline)
        cells = [cell for cell in cells if cell.name not in unresolved]
        bench = Workbench(_matrix(scratch, folder, cells, requirements, project), store, offline=offline)
        found = subject.resolve(Asked(TREE, named=True, verb="init"), bench)
        runner = CellRunner(found, bench, jobs, progress(cells))
        accepted = accept.accept("all", baseline_file.Baseline(), runner, cells, cells)
        left |= {**unresolved, **accepted.failures}
        kept = [cell for cell in cells if cell.name in accepted.built]
        if not kept:
            told = "; ".join(f"{name}: {why}" for name, why in left.items())
            raise InputError(f"{folder}: no cell of the matrix can build this documentation: {told}")
        baseline_file.write(scratch / "baseline.yaml", accepted.now)
        sets = sorted({(), requirements})  # lock --check asks for the pins alone too
        for outcome in locks.write_all(kept, sets, scratch / "locks", offline=offline):
            if outcome.error:
                raise outcome.error
        named = [locks.file_name(cell, wanted) for wanted in sets for cell in kept]
        used = [one.provided.environment.lock for one in accepted.cells.values() if one.provided and one.status == "ok"]
        contents = {
            "matrix.yaml": _as_yaml(kept, requirements, project),
            f"baselines/{TREE}.yaml": (scratch / "baseline.yaml").read_text("utf-8"),
            **{f"locks/{name}": (scratch / "locks" / name).read_text("utf-8") for name in named},
            **{f"locks/{lock.path.name}": lock.text for lock in used},  # with what the packages require
        }
    texts = {folder / name: text for name, text in contents.items()}
    others = beside.texts([cell.name for cell in kept])
    texts |= {path: text for path, text in others.items() if not path.exists()}
    for path, text in texts.items():
        files.write_whole(path, text)
    matrix.load(folder / "matrix.yaml")
    written = tuple(os.path.relpath(path.absolute(), folder.absolute()) for path in texts)
    untouched = tuple(os.path.relpath(path, folder.absolute()) for path in others if path not in texts)
    return Begun(written, tuple(cell.name for cell in kept), left, len(accepted.now.entries), untouched)


def _not_wanted(cell: Cell, project: ProjectFacts) -> str:
    for name, release in (("sphinx", cell.sphinx), ("docutils", cell.docutils)):
        allowed = project.allowed[name]
        if not allowed.contains(release, prereleases=True):
            return f"the project wants {name} {allowed}"
    return ""


def _resolved(
    cells: Sequence[Cell], project: ProjectFacts, folder: Path, *, offline: bool
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Lock `cells` in `folder`: the requirements that they are locked with, and why some cannot be."""
    requirements = matrix.normalised(project.requirements)
    outcomes = locks.write_all(cells, [requirements], folder, offline=offline)
    for outcome in outcomes:
        if isinstance(outcome.error, MachineError):
            raise outcome.error
    return requirements, {outcome.cell: str(outcome.error) for outcome in outcomes if outcome.error}


def _matrix(
    scratch: Path, folder: Path, cells: Sequence[Cell], requirements: tuple[str, ...], project: ProjectFacts
) -> Matrix:
    baseline = scratch / "baseline.yaml"
    tree = NamedTree(TREE, folder.absolute(), project.recipe, requirements, baseline, install=project.install)
    return Matrix(scratch / "matrix.yaml", tuple(cells), {TREE: tree}, TREE)


def _as_yaml(cells: Sequence[Cell], requirements: tuple[str, ...], project: ProjectFacts) -> str:
    """The matrix as a file that people read and change."""
    lines = [
        "# The combinations that this documentation is built with (docs-matrix init wrote them; change them as you like,",
        "# then run: docs-matrix lock, and docs-matrix baseline write). Versions are quoted: 3.10 is 3.1 to an editor.",
        "version: 1",
        "",
        "defaults:",
        f"  tree: {TREE}",
        "",
        "cells:",
    ]
    for cell in cells:
        date = cell.date.strftime("%Y-%m-%dT%H:%M:%SZ")
        pairs = (("python", cell.python), ("docutils", cell.docutils), ("sphinx", cell.sphinx), ("date", date))
        lines += [f"  {'-' if name == 'python' else ' '} {name}: {json.dumps(value)}" for name, value in pairs]
        lines += [f"    why: {json.dumps(cell.why)}", ""]
    recipe = project.recipe
    builder = f", builder: {recipe.builder}" if recipe.builder != Recipe.builder else ""
    lines += [
        "trees:",
        f"  {TREE}:",
        "    path: .",
        f"    recipe: {{sphinx: {{source: {json.dumps(recipe.source)}{builder}}}}}",
        f"    requirements: {json.dumps(list(requirements))}",
        *([f"    install: {json.dumps(list(project.install.folders))}"] if project.install.folders else []),
        f"    baseline: baselines/{TREE}.yaml",
    ]
    return "\n".join(lines) + "\n"
