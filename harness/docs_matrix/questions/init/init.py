"""How a project begins: its matrix, locks and baseline from what it has, and the workflow that asks of each change.

Everything is made in a scratch folder first, so that a project has all of it or nothing.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from docs_matrix.baselines import baseline_file
from docs_matrix.check.accept import Accepted
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Cell, Matrix, NamedTree
from docs_matrix.errors import InputError, MachineError
from docs_matrix.questions.init.accepting_builds import AcceptingBuilds
from docs_matrix.questions.init.ci_files import CiFiles, write_files
from docs_matrix.questions.init.equip import Equipped, equip_with_wheels
from docs_matrix.questions.init.matrix_text import TREE, matrix_text
from docs_matrix.questions.init.own_cells import PINNED_LABEL
from docs_matrix.questions.init.project_facts import ProjectFacts
from docs_matrix.questions.init.short_reason import lacked_requirement, short_reason
from docs_matrix.toolchains import locks

__all__ = ["Begun", "begin", "refuse_what_is_there"]


@dataclass(frozen=True)
class Begun:
    """What was made.

    The files `written`, relative to the project; the names of the cells `kept`; why the others were `left` out; which
    pins are loosened in a cell, and why; how many diagnostics are `accepted`; the files that were there already and
    stay `untouched`; how many messages of the network (`of_network`) are not accepted; `notices` are lines about
    requirements that are left out.
    """

    written: tuple[str, ...]
    kept: tuple[str, ...]
    left: dict[str, str]
    loosened: dict[str, dict[str, str]]
    accepted: int
    untouched: tuple[str, ...]
    of_network: int
    notices: tuple[str, ...] = ()


def refuse_what_is_there(folder: Path) -> None:
    """Raise `InputError` if a baseline is there: nobody's work is written over."""
    baseline = folder / f"baselines/{TREE}.yaml"
    if baseline.exists():
        raise InputError(f"{baseline} exists already, without a matrix.yaml; remove it to start again")


@dataclass(frozen=True)
class _Attempt:
    """What every build of `begin` needs."""

    folder: Path
    scratch: Path
    project: ProjectFacts
    builds: AcceptingBuilds

    def build(self, cells: Sequence[Cell], requirements: tuple[str, ...]) -> Accepted:
        """Build the documentation in `cells` and accept what they say."""
        baseline = self.scratch / "baseline.yaml"
        project = self.project
        tree = NamedTree(
            TREE,
            self.folder.absolute(),
            project.recipe,
            requirements,
            baseline,
            install=project.install,
            setup=project.setup,
        )
        configuration = Matrix(self.scratch / "matrix.yaml", tuple(cells), {TREE: tree}, TREE)
        return self.builds.accept(configuration, cells)

    def lock(self, cells: Sequence[Cell]) -> tuple[tuple[str, ...], dict[str, str]]:
        """Lock `cells`: the requirements that they are locked with, and why some cannot be."""
        requirements = matrix.normalised(self.project.requirements)
        outcomes = locks.write_all(cells, [requirements], self.scratch / "locks", offline=self.builds.offline)
        for outcome in outcomes:
            if isinstance(outcome.error, MachineError):
                raise outcome.error
        return requirements, {outcome.cell: str(outcome.error) for outcome in outcomes if outcome.error}


def begin(
    folder: Path,
    project: ProjectFacts,
    candidates: Sequence[Cell],
    dates: Mapping[str, datetime | str],
    beside: CiFiles,
    builds: AcceptingBuilds,
) -> Begun:
    """Write the matrix, the locks and the baseline of `project` into `folder`, and the files of `beside`.

    The cells are those of `candidates` whose Sphinx and docutils the project allows, that can be resolved with its
    requirements, and whose build comes to its end here; `dates` are the uploads of the project's pins, which hold in each
    cell that allows them. Raises `InputError` where there is no such cell, with the reasons.
    """
    found, equipped = equip_with_wheels(candidates, project, dates, offline=builds.offline)
    notices, project = found.notices[len(project.notices) :], found
    left = {one.cell.name: one.reason for one in equipped if one.reason}
    equipped = tuple(one for one in equipped if not one.reason)
    with tempfile.TemporaryDirectory(prefix="docs-matrix-") as name:
        attempt = _Attempt(folder, Path(name), project, builds)
        requirements, unresolved = attempt.lock([one.cell for one in equipped])
        equipped = tuple(one for one in equipped if one.cell.name not in unresolved)
        accepted = attempt.build([one.cell for one in equipped], requirements)
        again, more = _tried_again(equipped, accepted)
        if again != equipped:
            equipped = again
            notices = (*notices, *more)
            accepted = attempt.build([one.cell for one in equipped], requirements)
        left |= {**unresolved, **accepted.failures}
        kept = [one.cell for one in equipped if one.cell.name in accepted.built]
        if not kept:
            told = "; ".join(f"{name}: {short_reason(why)}" for name, why in left.items())
            raise InputError(f"{folder}: no cell of the matrix can build this documentation: {told}")
        texts = _texts(folder, attempt, kept, requirements, accepted)
    others = beside.texts([cell.name for cell in kept])
    texts |= {path: text for path, text in others.items() if not path.exists()}
    write_files(texts, folder, beside.top)
    matrix.load(folder / "matrix.yaml")
    return Begun(
        written=tuple(os.path.relpath(path.absolute(), folder.absolute()) for path in texts),
        kept=tuple(cell.name for cell in kept),
        left=left,
        loosened={one.cell.name: dict(one.loosened) for one in equipped if one.loosened},
        accepted=len(accepted.now.entries),
        untouched=tuple(os.path.relpath(path, folder.absolute()) for path in others if path not in texts),
        of_network=accepted.of_network,
        notices=notices,
    )


def _tried_again(equipped: Sequence[Equipped], accepted: Accepted) -> tuple[tuple[Equipped, ...], tuple[str, ...]]:
    """Return `equipped` with what may make the other cells build, and a notice of each requirement that is added.

    That is the package of a module that a build lacked, if it is known, else no pin: the cell's date gives other releases.
    """
    notices: list[str] = []

    def tried(one: Equipped) -> Equipped:
        cell = one.cell
        if cell.name in accepted.built:
            return one
        lacked = lacked_requirement(accepted.failures.get(cell.name, ""))
        if lacked:
            notices.append(f"{cell.name}: {lacked} is added, since its build lacked it and no file names it")
            return replace(one, cell=replace(cell, requirements=matrix.normalised((*cell.requirements, lacked))))
        if not cell.requirements or cell.name.endswith(f"-{PINNED_LABEL}"):
            return one
        why = dict.fromkeys(cell.requirements, "the documentation could not be built with the pins")
        return Equipped(replace(cell, requirements=()), {**one.loosened, **why}, "")

    return tuple(map(tried, equipped)), tuple(notices)


def _texts(
    folder: Path, attempt: _Attempt, kept: Sequence[Cell], requirements: tuple[str, ...], accepted: Accepted
) -> dict[Path, str]:
    """Return the matrix, the baseline and the locks by their path."""
    scratch = attempt.scratch
    baseline_file.write(scratch / "baseline.yaml", accepted.now)
    sets = sorted({(), requirements})  # lock --check asks for the pins alone too
    for outcome in locks.write_all(kept, sets, scratch / "locks", offline=attempt.builds.offline):
        if outcome.error:
            raise outcome.error
    named = [locks.file_name(cell, wanted) for wanted in sets for cell in kept]
    used = [one.provided.environment.lock for one in accepted.cells.values() if one.provided and one.status == "ok"]
    return {
        folder / "matrix.yaml": matrix_text(kept, requirements, attempt.project),
        folder / f"baselines/{TREE}.yaml": (scratch / "baseline.yaml").read_text("utf-8"),
        **{folder / "locks" / name: (scratch / "locks" / name).read_text("utf-8") for name in named},
        **{folder / "locks" / lock.path.name: lock.text for lock in used},  # with what the packages require
    }
