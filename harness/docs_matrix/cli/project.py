"""The project in the current folder: it is checked if there is no matrix.yaml here or above, and no tree is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from docs_matrix.builds import recipes
from docs_matrix.builds.recipes import Recognised
from docs_matrix.check import check, subject
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.subject import HERE, Subject
from docs_matrix.check.workbench import Workbench
from docs_matrix.config.matrix import PINNED, Cell, Matrix, NamedTree, normalised
from docs_matrix.diagnostics.asked import Asked
from docs_matrix.diagnostics.cell_age import age
from docs_matrix.diagnostics.findings import CellResult, Run
from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import InputError
from docs_matrix.questions.init import project_facts
from docs_matrix.questions.init.project_facts import ProjectFacts
from docs_matrix.trees import user_repository

__all__ = ["add_project", "check_newest", "first", "is_sphinx", "note", "subject_of"]

MOST_CELLS = 2
"""The number of cells in which a project without a matrix is checked."""
MOST_FAILURES = 3
"""The search for cells that can build the project stops after this many failures: an older cell would fail too."""


def add_project(shipped: Matrix, folder: Path) -> Matrix:
    """Return the matrix `shipped` with the documentation below `folder` as its default tree.

    Raise `InputError` if there is no documentation, or if no cell has releases that it allows.
    """
    kernel = _recognised(folder)
    if kernel:
        tree = NamedTree(HERE, folder, kernel.recipe, kernel.requirements)
    else:
        try:
            project = project_facts.look(folder)
        except InputError as error:
            raise InputError(f"{error}; --tree names another tree (--tree example: the shipped example)") from error
        cells = _wanted(project, shipped, folder)
        requirements = normalised(project.requirements)
        names = tuple(cell.name for cell in cells)
        tree = NamedTree(HERE, folder, project.recipe, requirements, cells=names, install=project.install)
    return replace(shipped, tree=HERE, trees={**shipped.trees, HERE: tree})


def is_sphinx(folder: Path) -> bool:
    """Return whether `folder` holds a Sphinx project, and not a tree of another kind, such as a kernel."""
    if not folder.is_dir() or _recognised(folder):
        return False
    return any(Path(path).name == "conf.py" for path in recipes.telling_files(folder))


def _recognised(folder: Path) -> Recognised | None:
    """Return the recipe of a tree that is not a Sphinx project, such as a kernel; None for a Sphinx project or no tree."""
    paths = [str(path.relative_to(folder)) for pattern in ("*", "*/*") for path in folder.glob(pattern)]
    try:
        found = recipes.recognise(
            str(folder), paths, lambda path: (folder / path).read_bytes() if path in paths else None
        )
    except (InputError, OSError):
        return None
    return found if found.recipe.kind != "sphinx" else None


def _wanted(project: ProjectFacts, shipped: Matrix, folder: Path) -> list[Cell]:
    """Return the cells whose docutils and Sphinx the project allows. Raise `InputError` if there is none."""
    cells = [
        cell
        for cell in shipped.cells
        if project.allowed["sphinx"].contains(cell.sphinx, prereleases=True)
        and project.allowed["docutils"].contains(cell.docutils, prereleases=True)
    ]
    if not cells:
        wanted = ", ".join(f"{name}{project.allowed[name]}" for name in PINNED if str(project.allowed[name]))
        raise InputError(
            f"{folder}: the project requires {wanted}, and no shipped cell has that; write a matrix.yaml with a cell that has it"
        )
    return cells


def subject_of(asked: Asked, bench: Workbench) -> Subject:
    """Return the subject for `asked`. In git, its base is the commit at which the branch left the default branch.

    If nothing has changed since that commit, or outside of git, there is no base.
    """
    if not asked.patches and asked.base is None and asked.baseline is None:
        repository = user_repository.find(subject.source_path(asked.tree, bench))
        commit = user_repository.branch_point(repository) if repository else None
        if commit:
            found = subject.resolve(replace(asked, base=commit[:12]), bench)
            config = recipes.in_tree(replace(found.recipe, source=found.recipe.config), "conf.py")
            if found.base and found.base.identity != found.head.identity and config in bench.trees.paths(found.base):
                return found
    return subject.resolve(asked, bench)


def first(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return the cells that `check_newest` builds first: the newest ones."""
    return tuple(sorted(cells, key=age)[-MOST_CELLS:])


def check_newest(runner: CellRunner, cells: Sequence[Cell]) -> Run:
    """Check the runner's subject in the newest of `cells` that can build it, at most `MOST_CELLS`.

    Notes name the newer cells that cannot build it. A cell that builds the base but not the head is never left out. If no cell can
    build it, the answer has the failures of the newest cells.
    """
    waiting, answers, failed = sorted(cells, key=age), list[CellResult](), list[CellResult]()

    def search() -> None:
        while waiting and len(answers) < MOST_CELLS and len(failed) < MOST_FAILURES:
            some = [waiting.pop() for _ in range(min(MOST_CELLS - len(answers), len(waiting)))]
            for cell, result in zip(some, runner.results(some), strict=True):
                if result.status == "ok" or _builds_base(runner, cell):
                    answers.append(result)
                elif result.status != "skipped" or not waiting:
                    failed.append(result)

    _, lanes = check.beside(runner, search)
    answer = check.assemble(runner.subject, (*sorted(answers or failed, key=age), *lanes), runner.bench)
    left = [Note("cell left out", (one.name, one.reason or "")) for one in failed if answers]
    asked = replace(runner.subject.asked, cells=tuple(cell.name for cell in answer.builds))
    return replace(answer, notes=(*answer.notes, *left), asked=asked)


def _builds_base(runner: CellRunner, cell: Cell) -> bool:
    subject = runner.subject
    if subject.base is None:
        return False
    base = replace(subject, head=subject.base, base=None, read=replace(subject.read, head=subject.read.base))
    return runner.on(base).heads([cell])[0].status == "ok"


def note(folder: Path, answer: Run, found: Subject) -> Note:
    """Return a note that names what was checked: the documentation, the revision of the base (or empty), and the cells."""
    documentation = f"{folder.resolve().name}/{found.recipe.source}".removesuffix("/.")
    cells = ", ".join(cell.name for cell in answer.builds)
    return Note("project", (documentation, found.against if found.base else "", cells))
