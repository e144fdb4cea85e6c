"""The verb `baseline`: write, show and prune files of accepted diagnostics."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from docs_matrix.baselines import baseline_file
from docs_matrix.baselines.update import Acceptance
from docs_matrix.check import accept, subject
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.exit_status import exit_status
from docs_matrix.check.lanes import lane_name
from docs_matrix.cli import common, options, variables
from docs_matrix.cli.printing import complain, print_json, print_lines
from docs_matrix.diagnostics.findings import is_lane
from docs_matrix.reports import terminal
from docs_matrix.reports.escaping import one_line

__all__ = ["VERBS", "add_arguments", "run"]

VERBS = {
    "write": "accept all diagnostics that the tree has now",
    "show": "print the accepted diagnostics",
    "prune": "remove the entries that no cell has any more",
}
EXAMPLES = {
    "write": "docs-matrix baseline write --tree example --new --reason 'the table comes from a vendor'",
    "show": "docs-matrix baseline show --tree example",
    "prune": "docs-matrix baseline prune --tree example",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the three verbs of `VERBS`."""
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    functions = {"write": _write, "show": _show, "prune": _prune}
    nested = {name: options.add_nested(verbs, name, VERBS[name], example=EXAMPLES[name]) for name in functions}
    text = "the file; default: the one that matrix.yaml names"
    for name, function in functions.items():
        nested[name].set_defaults(answer=function)
        options.add_tree(nested[name])
        options.add_cell(nested[name])
        nested[name].add_argument("--baseline", type=Path, metavar="FILE", help=text)
    for name in ("write", "prune"):
        options.add_kernel_doc(nested[name])
        options.add_repeat(nested[name])
        options.add_docs(nested[name], "only this document or folder; repeatable")
    nested["write"].add_argument("--new", action="store_true", help="only add what is new; all else stays as it is")
    nested["write"].add_argument("--reason", metavar="TEXT", help="why what is new is accepted; kept in the file")
    options.add_json(nested["show"])


def run(args: argparse.Namespace) -> int:
    """Run the verb of `VERBS` that was called, and return the exit status."""
    return int(args.answer(args))


def _write(args: argparse.Namespace) -> int:
    """Accept the diagnostics of the tree, and return the exit status."""
    return _accept("new" if args.new else "all", args)


def _prune(args: argparse.Namespace) -> int:
    """Remove the accepted diagnostics that no cell has any more, and return the exit status."""
    return _accept("said", args)


def _accept(acceptance: Acceptance, args: argparse.Namespace) -> int:
    bench = common.bench(args)
    path = common.baseline_path(args, bench.matrix)
    common.refuse_shipped(path, bench.matrix)
    kept = baseline_file.read(path) if path.exists() or acceptance == "said" else baseline_file.Baseline()
    found = subject.resolve(common.asked_of(args, "baseline"), bench)
    cells = common.cells(bench.matrix, args.cell, found.cells)
    every = common.cells(bench.matrix, None, found.cells)
    reason = getattr(args, "reason", None)
    names = [*(cell.name for cell in cells), *(lane_name(check) for check in found.checks)]
    with terminal.CellProgress(Console(stderr=True), names) as progress:
        runner = CellRunner(found, bench, args.jobs, progress, args.repeat)
        accepted = accept.accept(acceptance, kept, runner, cells, every, reason=reason)
    for name, why in accepted.failures.items():
        complain(f"docs-matrix: {name}: nothing changes for this {'check' if is_lane(name) else 'cell'}: {why}")
    if accepted.built:
        baseline_file.write(path, accepted.now)
        before, now = set(baseline_file.identities(kept.entries)), set(baseline_file.identities(accepted.now.entries))
        print(
            f"{path}: {len(now)} accepted diagnostics ({len(now - before)} added, {len(before - now)} removed), "
            f"from {len(accepted.built)} of {len(every)} cells"
        )
    statuses = {name: ended.status for name, ended in accepted.cells.items()}
    statuses |= {lane.name: lane.status for lane in accepted.lanes}
    return exit_status(statuses, new=False, named=args.cell or (), ci=variables.in_ci())


def _show(args: argparse.Namespace) -> int:
    """Print the accepted diagnostics, and return the exit status."""
    path = common.baseline_path(args, common.matrix_of(args))
    kept = baseline_file.read(path)
    if args.json:
        print_json([baseline_file.mapping(entry) for entry in kept.entries])
        return 0
    for entry in kept.entries:
        told = [f"in {', '.join(entry.cells)}"] if entry.cells is not None else []
        told += ["flaky"] if entry.flaky else []
        told += [entry.reason] if entry.reason else []
        more = "; ".join(told)
        print_lines([one_line(f"{entry.diagnostic()} ({more})" if more else str(entry.diagnostic()))])
    print(f"{path}: {len(kept.entries)} accepted diagnostics")
    return 0
