"""The verb `check`: print which diagnostics of a tree are new, in which cells."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from docs_matrix import files, store
from docs_matrix.check import cell_files, check, exactness, revision_records, subject, verify
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.exit_status import exit_status
from docs_matrix.check.lanes import lane_name
from docs_matrix.check.make_rerun import rerun_of
from docs_matrix.cli import b4_series, common, options, patch_files, project, variables
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.cell_age import age
from docs_matrix.diagnostics.findings import Run, Verdict
from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import InputError, MachineError
from docs_matrix.reports import folder, github_step, terminal

__all__ = ["add_arguments", "run"]

EXAMPLE = "docs-matrix check --tree linux --patch fix.patch --docs driver-api/vfio.rst"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    options.add_every(parser, example=EXAMPLE)
    options.add_tree(parser)
    options.add_cell(parser)
    options.add_patch(parser, "a diff or an mbox to check; repeatable")
    options.add_onto(parser)
    options.add_revisions(parser)
    parser.add_argument("--baseline", type=Path, metavar="FILE", help="a file of accepted diagnostics")
    parser.add_argument(
        "--verify", action="store_true", help="also run plain builds of all documents, and compare the answers"
    )
    parser.add_argument(
        "--ratchet",
        action="store_true",
        help="also fail if an accepted diagnostic is fixed and still in the baseline file",
    )
    options.add_repeat(parser)
    options.add_docs(parser, "read only this document or folder, or 'affected', or 'all'; repeatable")
    parser.add_argument("--in-order", action="store_true", help="read the documents in the order of --docs")
    text = "read in N processes, or each document in a process of its own"
    parser.add_argument("--readers", type=_readers, metavar="N|each", help=text)
    options.add_kernel_doc(parser)
    options.add_out(parser)
    parser.add_argument(
        "--exit-zero",
        action="store_true",
        help="end with 0 also if something is new; docs-matrix merge, which runs later, ends with 1",
    )
    parser.add_argument(
        "--join",
        action="store_true",
        help="keep the results of other cells that are in --out, and report on all of them",
    )
    text = "print one line for each cell, and no report; docs-matrix merge prints it later"
    parser.add_argument("--briefly", action="store_true", help=text)


def run(args: argparse.Namespace) -> int:
    """Build the cells, write the reports, print the answer, and return the exit status."""
    with github_step.commands_stopped({} if args.json or args.format else os.environ):
        answer, status = _checked(args)
    if args.github:
        github_step.tell(answer, status, os.environ, folder=common.folder_in_repository(answer, common.matrix_of(args)))
    return 0 if args.exit_zero and status == 1 else status


def _checked(args: argparse.Namespace) -> tuple[Run, int]:
    if not args.join:
        cell_files.remove_results(args.out)  # a run that ends early must not leave the answer of an earlier one
    if args.out.exists():
        folder.prepare(args.out, keep=args.join)
    store.sweep(variables.store_folder(), variables.store_limit())
    bench = common.bench(args)
    is_project = bench.matrix.tree == subject.HERE
    look = project.subject_of if is_project else subject.resolve
    asked = common.asked_of(args, "check")
    if args.patch == [patch_files.STDIN] and args.format == "b4":  # b4 hands over one patch of a series
        asked = b4_series.after_earlier_patches(asked, bench.store)
    found = look(asked if asked.docs else replace(asked, docs=("all",)), bench)
    found = replace(found, asked=replace(found.asked, docs=asked.docs))
    folder.prepare(args.out, keep=args.join)  # a question that cannot be asked leaves no folder
    if args.ratchet and found.baseline is None:
        raise InputError(
            "--ratchet: needs a baseline file (--baseline FILE), but the head is compared with " + found.against
        )
    cells = common.cells(bench.matrix, args.cell, found.cells)
    if not (asked.docs or variables.in_ci()):
        built = project.first(cells) if is_project and not args.cell else cells
        found = exactness.limit_to_time(found, built, bench, args.jobs, times=args.repeat)
    names = [cell.name for cell in cells]
    cell_files.remove_results(args.out, lambda part: part.result.name not in names)
    if (
        variables.in_ci()
        and args.cell
        and max(common.cells(bench.matrix, None, found.cells), key=age).name not in names
    ):
        found = replace(found, checks=())  # each check runs once in a matrix of jobs: beside the newest cell
    lanes = [lane_name(one) for one in found.checks]
    with terminal.CellProgress(common.progress_console(args), [*names, *lanes]) as progress:
        runner = CellRunner(found, bench, args.jobs, progress, args.repeat)
        answer = project.check_newest(runner, cells) if is_project and not args.cell else check.check(runner, cells)
        names = [cell.name for cell in answer.builds]
        cells = [cell for cell in cells if cell.name in names]
        if args.verify:
            answer, agrees = _verified(answer, runner, cells)
    if is_project:
        answer = replace(
            answer, notes=(project.note(subject.source_path(found.name, bench), answer, found), *answer.notes)
        )
    past = revision_records.history_of(found, subject.source_path(found.name, bench), names, bench.store)
    answer = replace(answer, history=past)
    out: Path = args.out
    order = [cell.name for cell in bench.matrix.cells]
    with files.locked(out / ".lock") if args.join else nullcontext():
        question = cell_files.question_digest(answer)
        cell_files.remove_results(out, lambda part: part.question == question)
        cell_files.keep(answer, out)
        whole = cell_files.gather([out], order, question) if args.join else answer
        rerun = rerun_of(found, answer, tuple(cells), bench)
        folder.write(
            whole, out, strict=args.strict_junit, below=common.folder_in_repository(whole, bench.matrix), rerun=rerun
        )
    expected = {cell.name for cell in common.cells(bench.matrix, None, found.cells)}
    worse = answer.count(Verdict.NEW) or (args.ratchet and answer.count(Verdict.FIXED))
    status = exit_status(answer.statuses, new=bool(worse), named=args.cell or (), ci=variables.in_ci())
    status = MachineError.exit_status if args.verify and not agrees else status
    common.write_outcome(whole, args, status)
    if not args.briefly:
        common.tell(whole, args, status, part=args.join and not expected <= {cell.name for cell in whole.cells})
    if args.ratchet and answer.count(Verdict.FIXED):
        lines = "accepted diagnostics no longer appear, so --ratchet fails; remove them: docs-matrix baseline prune"
        print(f"docs-matrix: {lines}", file=sys.stderr)
    return whole, status


def _verified(answer: Run, runner: CellRunner, cells: Sequence[Cell]) -> tuple[Run, bool]:
    """Compare `answer` with plain builds of all documents. Return it with the differences as notes, and whether there are none."""
    lines = verify.verify(answer, runner, cells)
    told = (Note("verified", (str(len(lines) or "no"),)), *(Note("differs", (line,)) for line in lines))
    return replace(answer, notes=(*answer.notes, *told)), not lines


def _readers(text: str) -> int | str:
    return text if text == "each" else options.positive(text)
