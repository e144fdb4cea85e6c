"""How a project begins: its matrix, locks and baseline from what it has, and the workflow that asks of each change.

Everything is made in a scratch folder first, so that a project has all of it or nothing.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from docs_matrix import __version__, files, process
from docs_matrix.baselines import baseline_file
from docs_matrix.check import accept, subject
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.progress import Progress
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Cell, Matrix, NamedTree, Recipe
from docs_matrix.diagnostics.asked import Asked
from docs_matrix.errors import InputError, MachineError
from docs_matrix.questions.init.project_facts import ProjectFacts
from docs_matrix.toolchains import locks

__all__ = ["NOXFILE", "WORKFLOW", "Begun", "action_here", "begin", "refuse_what_is_there", "workflow"]

TREE = "docs"
WORKFLOW = ".github/workflows/docs-matrix.yml"
NOXFILE = 'from docs_matrix.nox import sessions\n\nsessions("matrix.yaml")\n'

_ACTION = re.compile(r"[\w.-]+/[\w.-]+(?:/[\w./-]+)?@[0-9a-f]{40}")
_GITHUB = re.compile(r"(?:https://|git@|ssh://git@)github\.com[/:]([\w.-]+/[\w.-]+?)(?:\.git)?/?$")


@dataclass(frozen=True)
class Begun:
    """What was made: the files `written`, relative to the project; the names of the cells `kept`; why the others were
    `left` out; how many diagnostics are `accepted`."""

    written: tuple[str, ...]
    kept: tuple[str, ...]
    left: dict[str, str]
    accepted: int


def refuse_what_is_there(folder: Path, *, nox: bool) -> None:
    """Raise `InputError` where one of the files that `begin` writes is there: nobody's work is written over."""
    names = ("matrix.yaml", f"baselines/{TREE}.yaml", WORKFLOW, *(("noxfile.py",) if nox else ()))
    there = next((name for name in names if (folder / name).exists()), None)
    if there == "noxfile.py":
        raise InputError(f"{folder / there} is there already; leave out --nox, and add to it: {NOXFILE.strip()!r}")
    if there:
        raise InputError(f"{folder / there} is there already; remove it to begin anew")


def begin(
    folder: Path,
    project: ProjectFacts,
    candidates: Sequence[Cell],
    texts: dict[str, str],
    store: Path,
    *,
    jobs: int,
    offline: bool,
    progress: Callable[[Sequence[Cell]], Progress],
) -> Begun:
    """Write the matrix, the locks and the baseline of `project` into `folder`, and beside them `texts` by their path.

    The cells are those of `candidates` whose Sphinx and docutils the project allows, that can be resolved with its
    requirements, and whose build comes to its end here. Raises `InputError` where there is none, with the reasons.
    """
    left = {cell.name: why for cell in candidates if (why := _not_wanted(cell, project))}
    cells = [cell for cell in candidates if cell.name not in left]
    with tempfile.TemporaryDirectory(prefix="docs-matrix-") as name:
        scratch = Path(name)
        requirements, unresolved = _resolved(cells, project, scratch / "locks", offline=offline)
        cells = [cell for cell in cells if cell.name not in unresolved]
        bench = Workbench(_matrix(scratch, folder, cells, requirements, project.recipe), store, offline=offline)
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
        contents = {
            "matrix.yaml": _as_yaml(kept, requirements, project.recipe),
            f"baselines/{TREE}.yaml": (scratch / "baseline.yaml").read_text("utf-8"),
            **{f"locks/{name}": (scratch / "locks" / name).read_text("utf-8") for name in named},
            **texts,
        }
    for name, text in contents.items():
        files.write_whole(folder / name, text)
    matrix.load(folder / "matrix.yaml")
    return Begun(tuple(contents), tuple(cell.name for cell in kept), left, len(accepted.now.entries))


def _not_wanted(cell: Cell, project: ProjectFacts) -> str:
    for name, release in (("sphinx", cell.sphinx), ("docutils", cell.docutils)):
        allowed = project.allowed[name]
        if not allowed.contains(release, prereleases=True):
            return f"the project wants {name} {allowed}"
    return ""


def _resolved(
    cells: Sequence[Cell], project: ProjectFacts, folder: Path, *, offline: bool
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Lock `cells` in `folder`: the requirements that they are locked with, and why some cannot be.

    Where no cell can be locked with the project itself, it is tried without: it may not be on the package index.
    """
    attempts = [project.requirements]
    if project.own:
        attempts.insert(0, (*project.requirements, *project.own))
    for number, attempt in enumerate(attempts, start=1):
        requirements = matrix.normalised(attempt)
        outcomes = locks.write_all(cells, [requirements], folder, offline=offline)
        unresolved = {outcome.cell: str(outcome.error) for outcome in outcomes if outcome.error}
        for outcome in outcomes:
            if isinstance(outcome.error, MachineError):
                raise outcome.error
        if len(unresolved) < len(cells) or number == len(attempts):
            break
    return requirements, unresolved


def _matrix(
    scratch: Path, folder: Path, cells: Sequence[Cell], requirements: tuple[str, ...], recipe: Recipe
) -> Matrix:
    tree = NamedTree(TREE, folder.absolute(), recipe, requirements, scratch / "baseline.yaml")
    return Matrix(scratch / "matrix.yaml", tuple(cells), {TREE: tree}, TREE)


def _as_yaml(cells: Sequence[Cell], requirements: tuple[str, ...], recipe: Recipe) -> str:
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
    builder = f", builder: {recipe.builder}" if recipe.builder != Recipe.builder else ""
    lines += [
        "trees:",
        f"  {TREE}:",
        "    path: .",
        f"    recipe: {{sphinx: {{source: {json.dumps(recipe.source)}{builder}}}}}",
        f"    requirements: {json.dumps(list(requirements))}",
        f"    baseline: baselines/{TREE}.yaml",
    ]
    return "\n".join(lines) + "\n"


def workflow(folder: Path, action: str) -> str:
    """The workflow of the project at `folder`, which takes docs-matrix from `action` (`owner/repository@commit`).

    Raises `InputError` where that is not pinned by a commit.
    """
    if not _ACTION.fullmatch(action):
        raise InputError(f"--action {action}: must be owner/repository@commit, with all 40 digits of the commit")
    text = Path(__file__).with_name("workflow.yml").read_text("utf-8")
    branch = json.dumps(_branch(folder))
    return text.replace("@BRANCH@", branch).replace("@ACTION@", f"{action} # docs-matrix {__version__}")


def action_here() -> str:
    """The action that this docs-matrix is: the repository on GitHub and the commit that it was installed from.

    Raises `InputError` where neither pip nor a clone knows them.
    """
    told = json.loads(importlib.metadata.distribution("docs-matrix").read_text("direct_url.json") or "{}")
    address, commit = str(told.get("url", "")), str(told.get("vcs_info", {}).get("commit_id", ""))
    if address.startswith("file://"):
        clone = Path(address.removeprefix("file://"))
        address, commit = _git(clone, "remote", "get-url", "origin"), _git(clone, "rev-parse", "HEAD")
    known = _GITHUB.match(address)
    if known is None or not commit:
        raise InputError(
            "--action is missing: where on GitHub the workflow takes docs-matrix from, as owner/repository@commit "
            "(this docs-matrix was not installed from there)"
        )
    return f"{known[1]}@{commit}"


def _branch(folder: Path) -> str:
    """The branch that pull requests go to: the remote's default one, else the one that is checked out, else main."""
    remote = _git(folder, "symbolic-ref", "--short", "refs/remotes/origin/HEAD").removeprefix("origin/")
    return remote or _git(folder, "symbolic-ref", "--short", "HEAD") or "main"


def _git(folder: Path, *words: str) -> str:
    """What git says at `folder`; empty where it knows nothing."""
    if not folder.is_dir():
        return ""
    done = process.run(["git", "-C", folder, *words], timeout=60)
    return "" if done.returncode else done.text.strip()
