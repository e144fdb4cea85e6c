"""The first `init` of a project: its matrix, locks, baseline and workflow.

All files are made in a scratch folder first, so that a project gets all of them or none.
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
from docs_matrix.questions.init.equip import Equipped, dated_today, equip, equip_with_wheels
from docs_matrix.questions.init.matrix_text import TREE, matrix_text
from docs_matrix.questions.init.own_cells import PINNED_LABEL
from docs_matrix.questions.init.project_facts import ProjectFacts
from docs_matrix.questions.init.short_reason import lacked_requirement, short_reason
from docs_matrix.toolchains import locks

__all__ = ["Begun", "begin", "refuse_what_is_there"]


@dataclass(frozen=True)
class Begun:
    """The result of a first `init`.

    - `written` are the files, relative to the project. `untouched` are files that existed already and are not changed.
    - `kept` are the names of the cells. `left` says why each other cell is left out.
    - `loosened` says which pins are loosened in a cell, and why.
    - `accepted` is the number of accepted diagnostics. `of_network` is the number of messages of the network, which are not
      accepted.
    - `notices` are lines about requirements that are left out.
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
    """Raise `InputError` if a baseline exists: it is not overwritten."""
    baseline = folder / f"baselines/{TREE}.yaml"
    if baseline.exists():
        raise InputError(f"{baseline} exists already, without a matrix.yaml; remove it to start again")


@dataclass(frozen=True)
class _Attempt:
    """The values that every build of `begin` needs."""

    folder: Path
    scratch: Path
    project: ProjectFacts
    builds: AcceptingBuilds

    def build(self, cells: Sequence[Cell], requirements: tuple[str, ...]) -> Accepted:
        """Build the documentation in `cells` and accept their diagnostics."""
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

    def lock(self, cells: Sequence[Cell], requirements: tuple[str, ...]) -> dict[str, str]:
        """Lock `cells` with `requirements`. Return why some cells cannot be locked."""
        outcomes = locks.write_all(cells, [requirements], self.scratch / "locks", offline=self.builds.offline)
        for outcome in outcomes:
            if isinstance(outcome.error, MachineError):
                raise outcome.error
        return {outcome.cell: str(outcome.error) for outcome in outcomes if outcome.error}


@dataclass(frozen=True)
class _Built:
    """What came of cells: how they were equipped at last, what is accepted, notices, and why others are `left` out."""

    equipped: tuple[Equipped, ...]
    accepted: Accepted
    notices: tuple[str, ...]
    left: dict[str, str]

    @property
    def kept(self) -> list[Cell]:
        """The cells that build the documentation."""
        return [one.cell for one in self.equipped if one.cell.name in self.accepted.built]


def _built(attempt: _Attempt, equipped: Sequence[Equipped], requirements: tuple[str, ...]) -> _Built:
    """Lock and build the cells of `equipped`; what fails is tried once more with what it may lack."""
    left = {one.cell.name: one.reason for one in equipped if one.reason}
    left |= attempt.lock([one.cell for one in equipped if not one.reason], requirements)
    possible = tuple(one for one in equipped if one.cell.name not in left)
    accepted = attempt.build([one.cell for one in possible], requirements)
    again, notices = _tried_again(possible, accepted)
    if again != possible:
        accepted = attempt.build([one.cell for one in again], requirements)
    return _Built(again, accepted, notices, {**left, **accepted.failures})


def begin(
    folder: Path,
    project: ProjectFacts,
    candidates: Sequence[Cell],
    dates: Mapping[str, datetime | str],
    beside: CiFiles,
    builds: AcceptingBuilds,
) -> Begun:
    """Write the matrix, the locks and the baseline of `project` into `folder`, and the files of `beside`.

    A candidate becomes a cell if the project allows its Sphinx and docutils, if it can be resolved with the project's
    requirements, and if its build ends well here. `dates` are the upload dates of the project's pins; a pin is used in each
    cell that allows it. Raises `InputError` with the reasons if no candidate becomes a cell.
    """
    found, equipped = equip_with_wheels(candidates, project, dates, offline=builds.offline)
    notices, project = found.notices[len(project.notices) :], found
    with tempfile.TemporaryDirectory(prefix="docs-matrix-") as name:
        attempt = _Attempt(folder, Path(name), project, builds)
        requirements = matrix.normalised(project.requirements)
        tried = _built(attempt, equipped, requirements)
        left = dict(tried.left)
        later = () if tried.kept else equip(dated_today(equipped), project, dates, offline=builds.offline)
        if later:
            tried = _built(attempt, later, requirements)
            left |= tried.left
            notices += tuple(
                f"{one.cell.name}: dated today, since no cell has what the project requires at its own date"
                for one in later
            )
        notices += tried.notices
        equipped, accepted, kept = tried.equipped, tried.accepted, tried.kept
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
    """Return `equipped` with changes that may make the failed cells build, and a notice for each requirement that is added.

    If a build lacked a module and its package is known, the package is added. Otherwise the pins are removed, so that other
    releases of the cell's date are tried.
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
    """Return the matrix, the baseline and the locks, by their path."""
    scratch = attempt.scratch
    baseline_file.write(scratch / "baseline.yaml", accepted.now)
    sets = sorted({(), requirements})  # lock --check also checks the locks of the pins alone
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
