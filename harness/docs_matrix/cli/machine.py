"""The verbs that look after what builds stand on: `cells`, `lock`, `doctor`, `init`, `store`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console

from docs_matrix import store
from docs_matrix.cli import common
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Matrix
from docs_matrix.errors import InputError
from docs_matrix.questions.init import init, project_facts
from docs_matrix.reports import github_step, terminal
from docs_matrix.reports.escaping import cut, one_line
from docs_matrix.toolchains import doctor, interpreters, locks

__all__ = ["empty_store", "run_doctor", "run_init", "run_lock", "show_cells", "show_store"]


def show_cells(options: argparse.Namespace) -> int:
    """The matrix, and what can be built here. Returns the exit status."""
    configuration = common.matrix_of(options)
    tree = configuration.trees.get(options.tree or configuration.tree or "")
    if options.tree and tree is None:
        raise InputError(f"--tree {options.tree}: {configuration.path} names no such tree")
    needed = options.requirement or (tree.requirements if tree else None) or ()
    among = interpreters.installed()
    states = [
        doctor.state(
            cell, matrix.normalised(needed), committed=configuration.folder / "locks", store=common.store(), among=among
        )
        for cell in common.cells(configuration, None, tree.cells if tree else None)
    ]
    if options.format == "github":
        print(json.dumps(_jobs(states)))
        return 0
    if options.format == "json":
        print(json.dumps([_state(state) for state in states], indent=2))
        return 0
    rows = [(state.cell.name, _buildable(state), str(state.environment or ""), state.cell.why) for state in states]
    terminal.tell_table(("cell", "here", "environment", "stands for"), rows, Console())
    return 0


def _jobs(states: Sequence[doctor.CellState]) -> dict[str, list[Any]]:
    """A job a cell, as GitHub's `strategy.matrix` takes them; `lock` is what a cache of environments is known by."""
    if len(states) > github_step.JOBS:
        left = len(states) - github_step.JOBS
        print(
            f"docs-matrix: GitHub makes {github_step.JOBS} jobs of a matrix; {left} cells are left out", file=sys.stderr
        )
    jobs = states[: github_step.JOBS]
    include = [
        {"cell": job.cell.name, "python": job.cell.python, "lock": job.lock.digest[:32] if job.lock else "none"}
        for job in jobs
    ]
    return {"cell": [job.cell.name for job in jobs], "include": include}


def _state(state: doctor.CellState) -> dict[str, object]:
    cell = state.cell
    return {
        "name": cell.name,
        "python": cell.python,
        "docutils": cell.docutils,
        "sphinx": cell.sphinx,
        "date": cell.date.isoformat(),
        "why": cell.why,
        "interpreter": str(state.interpreter.path) if state.interpreter else None,
        "notice": state.notice,
        "lock": str(state.lock.path) if state.lock else None,
        "environment": str(state.environment) if state.environment else None,
        "made": state.made,
        "lacks": [lack.what for lack in state.lacks],
    }


def _buildable(state: doctor.CellState) -> str:
    if state.lacks:
        return "; ".join(lack.what.removeprefix(f"cell {state.cell.name}: ") for lack in state.lacks)
    python = state.interpreter.version if state.interpreter else ""
    return f"Python {python}, {'environment made' if state.made else 'environment to be made'}"


def run_lock(options: argparse.Namespace) -> int:
    """Resolve the locks, or say whether they answer their cells. Returns the exit status."""
    configuration = common.matrix_of(options)
    cells = common.cells(configuration, options.cell or None, None)
    where = configuration.folder / "locks"
    sets = set(locks.requirement_sets(configuration.cells, where))
    sets |= {tree.requirements for tree in configuration.trees.values() if tree.requirements is not None}
    if options.check:
        outcomes = locks.check_all(configuration.cells, sorted(sets), where)
        outcomes = tuple(outcome for outcome in outcomes if not options.cell or outcome.cell in options.cell)
    else:
        outcomes = locks.write_all(cells, sorted(sets), where, offline=options.offline)
    errors = [outcome.error for outcome in outcomes if outcome.error]
    for outcome in outcomes:
        if outcome.state == "written":
            print(f"{outcome.path}: written")
    for error in errors:
        print(f"docs-matrix: {error}", file=sys.stderr)
    print(f"{len(outcomes) - len(errors)} of {len(outcomes)} locks answer their cells")
    return max((error.exit_status for error in errors), default=0)


def run_doctor(options: argparse.Namespace) -> int:
    """What is missing on this machine. Returns the exit status."""
    configuration = common.matrix_of(options)
    lacks = doctor.examine(
        configuration,
        _default_requirements(configuration),
        committed=configuration.folder / "locks",
        store=common.store(),
        offline=options.offline,
    )
    if options.json:
        print(json.dumps([vars(lack) for lack in lacks], indent=2))
        return _lacking(lacks)
    rows = [("needed" if lack.needed else "for some trees", lack.what, lack.mend) for lack in lacks]
    if rows:
        terminal.tell_table(("", "what is missing", "what mends it"), rows, Console())
    print(
        "nothing that the default matrix needs is missing"
        if not _lacking(lacks)
        else "the default matrix cannot run whole"
    )
    return _lacking(lacks)


def _lacking(lacks: Sequence[doctor.Lack]) -> int:
    return 3 if any(lack.needed for lack in lacks) else 0


def _default_requirements(configuration: Matrix) -> tuple[str, ...]:
    """What the default tree needs beside the cells' pins."""
    return (configuration.trees[configuration.tree].requirements or ()) if configuration.tree else ()


def show_store(options: argparse.Namespace) -> int:
    """What is kept. Returns the exit status."""
    everything = store.kept(common.store())
    rows = []
    for kind in ("trees", "copy", "environment", "build", "warm", "revision"):
        sizes = [entry.size for entry in everything if entry.kind == kind]
        rows.append((kind, str(len(sizes)), f"{sum(sizes) / 2**20:.0f} MiB"))
    terminal.tell_table(("what", "how many", "size"), rows, Console())
    print(
        f"{common.store()}: {sum(entry.size for entry in everything) / 2**30:.1f} GiB of {common.limit() / 2**30:.0f}"
    )
    return 0


def empty_store(options: argparse.Namespace) -> int:
    """Remove what is kept. Returns the exit status."""
    store.empty(common.store())
    print(f"{common.store()}: emptied")
    return 0


def run_init(options: argparse.Namespace) -> int:
    """Write what a project needs. Returns the exit status."""
    folder: Path = options.folder
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    init.refuse_what_is_there(folder, nox=options.nox)
    texts = {init.WORKFLOW: init.workflow(folder, options.action or init.action_here())}
    if options.nox:
        texts["noxfile.py"] = init.NOXFILE
    project = project_facts.look(folder)
    candidates = common.cells(
        matrix.load(options.matrix or common.shipped_matrix() or common.find_matrix()), options.cell, None
    )
    console = Console(stderr=True)
    with ExitStack() as stack:
        begun = init.begin(
            folder,
            project,
            candidates,
            texts,
            common.store(),
            jobs=options.jobs,
            offline=options.offline,
            progress=lambda cells: stack.enter_context(terminal.Progress(console, [cell.name for cell in cells])),
        )
    if options.json:
        print(json.dumps({**begun.to_json(), "notices": list(project.notices)}, indent=2))
        return 0
    for notice in project.notices:
        print(one_line(notice))
    for name, why in begun.left.items():
        print(cut(one_line(f"{name}: left out: {why}"), 400))
    print(f"{len(begun.kept)} of {len(candidates)} cells build it; {begun.accepted} diagnostics of today are accepted")
    for name in begun.written:
        print(f"{folder / name}: written")
    return 0
