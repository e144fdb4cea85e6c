"""The verbs that judge: `check`, `merge`, `series`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from docs_matrix import files, store
from docs_matrix.check import cell_files, check, revision_records, subject, verify
from docs_matrix.check.rerun import rerun_of
from docs_matrix.check.workbench import Bench
from docs_matrix.cli import common
from docs_matrix.config.matrix import Cell, Matrix
from docs_matrix.diagnostics.findings import Run, Verdict
from docs_matrix.errors import InputError, MachineError
from docs_matrix.questions.series import series, series_report
from docs_matrix.reports import folder, github_step, terminal
from docs_matrix.reports.escaping import harmless
from docs_matrix.trees import user_repository

__all__ = ["run_check", "run_merge", "run_series"]


def run_check(options: argparse.Namespace) -> int:
    """What is new in a tree: build its cells, write the reports, tell. Returns the exit status."""
    with github_step.commands_stopped({} if options.json else os.environ):
        answer, status = _checked(options)
    if options.github:
        github_step.tell(answer, status, os.environ, folder=_folder_of(answer, common.matrix_of(options)))
    return 0 if options.exit_zero and status == 1 else status


def _checked(options: argparse.Namespace) -> tuple[Run, int]:
    folder.prepare(options.out, keep=options.join)
    bench = common.bench(options)
    store.sweep(bench.store, common.limit())
    found = subject.resolve(common.asked_of(options), bench)
    if options.ratchet and found.baseline is None:
        raise InputError("--ratchet: there is no baseline file to shrink; the head is held against " + found.against)
    cells = common.cells(bench.matrix, options.cell, found.cells)
    console = Console(stderr=True)
    with terminal.Progress(console, [cell.name for cell in cells]) as progress:
        answer = check.check(found, cells, bench, jobs=options.jobs, progress=progress, repeat=options.repeat)
        if options.verify:
            answer, agrees = _verified(answer, found, cells, bench, options.jobs, progress)
    names = [cell.name for cell in cells]
    past = revision_records.around(found, subject.source(found.name, bench), names, bench.store)
    answer = replace(answer, history=past)
    out: Path = options.out
    order = [cell.name for cell in bench.matrix.cells]
    with files.locked(out / ".lock") if options.join else nullcontext():
        cell_files.forget(out, but=cell_files.question(answer) if options.join else None)
        cell_files.keep(answer, out)
        whole = cell_files.gather([out], order, cell_files.question(answer)) if options.join else answer
        rerun = rerun_of(found, answer, tuple(cells), bench)
        folder.write(whole, out, strict=options.strict_junit, below=_folder_of(whole, bench.matrix), rerun=rerun)
    expected = {cell.name for cell in common.cells(bench.matrix, None, found.cells)}
    common.tell(whole, options, part=options.join and not expected <= {cell.name for cell in whole.cells})
    if options.ratchet and answer.count(Verdict.FIXED):
        print("docs-matrix: accepted diagnostics are fixed; docs-matrix baseline prune takes them out", file=sys.stderr)
    if options.verify and not agrees:
        return whole, MachineError.exit_status
    return whole, check.exit_status(answer, named=options.cell or (), ci=common.in_ci(), ratchet=options.ratchet)


def _verified(
    answer: Run, found: subject.Subject, cells: Sequence[Cell], bench: Bench, jobs: int, progress: check.Progress
) -> tuple[Run, bool]:
    """`answer` with what builds of all documents from nothing say of it in its notes, and whether they agree."""
    lines = verify.verify(answer, found, cells, bench, jobs=jobs, progress=progress)
    told = f"verified against builds of all documents from nothing: {len(lines) or 'no'} differences"
    return replace(answer, notes=(*answer.notes, told, *lines)), not lines


def run_merge(options: argparse.Namespace) -> int:
    """One report from the folders that many jobs left. Returns the exit status."""
    configuration = common.matrix_of(options)
    with github_step.commands_stopped({} if options.json else os.environ):
        whole = _merged(options, configuration)
        folder.write(whole, options.out, strict=options.strict_junit, below=_folder_of(whole, configuration))
        common.tell(whole, options, part=False)
        status = check.exit_status(whole, named=(), ci=common.in_ci())
    if options.github:
        github_step.tell(whole, status, os.environ, folder=_folder_of(whole, configuration))
    return status


def _merged(options: argparse.Namespace, configuration: Matrix) -> Run:
    """The run that the jobs' folders hold, with a failed cell for each that had to leave a result and did not."""
    order = [cell.name for cell in configuration.cells]
    expected = [cell.name for cell in common.cells(configuration, options.cell, None)] if options.cell else []
    if options.all_cells and not cell_files.left(options.folder):
        tree = options.tree or common.default_tree(configuration)
        whole = Run(tree=tree, identity="", base="nothing: no job left a result", cells=(), findings=())
    else:
        whole = cell_files.gather(options.folder, order)
    if options.all_cells:
        named = configuration.trees.get(whole.tree)
        expected += [cell.name for cell in common.cells(configuration, None, named.cells if named else None)]
    return cell_files.with_missing(whole, dict.fromkeys(expected))


def _folder_of(answer: Run, configuration: Matrix) -> str:
    """Where the tree of `answer` lies in its git repository; empty where it is the repository, or in none."""
    named = configuration.trees.get(answer.tree)
    place = named.path if named else Path(answer.tree)
    repository = user_repository.find(place) if place.is_dir() else None
    return repository.prefix if repository else ""


def run_series(options: argparse.Namespace) -> int:
    """Which patch of a series brings what. Returns the exit status."""
    bench = common.bench(options)
    wanted = common.asked_of(options)
    supported = subject.supported(wanted.tree, bench)
    cells = common.cells(bench.matrix, options.cell, supported)
    with terminal.Progress(Console(stderr=True), [cell.name for cell in cells]) as progress:
        answer = series.examine(wanted, cells, bench, jobs=options.jobs, progress=progress, repeat=options.repeat)
    out: Path = options.out
    files.write_whole(out / ".gitignore", "*\n")
    files.write_json(out / "series.json", answer.to_json())
    for step in answer.steps:
        folder.write(step.run, out / series_report.folder_name(step), strict=False)
    if options.json:
        print(json.dumps(answer.to_json(), indent=2))
    else:
        for line in series_report.lines(answer):
            print(harmless(line))
        print(f"reports: {out}")
    return series.exit_status(answer, named=options.cell or (), ci=common.in_ci())
