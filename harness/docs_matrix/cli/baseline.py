"""The verbs of baseline files: `baseline write`, `show`, `prune`, `merge`, `driver`."""

from __future__ import annotations

import argparse
import json
import sys

from rich.console import Console

from docs_matrix.baselines import baseline_file, git_driver
from docs_matrix.baselines.update import What
from docs_matrix.check import accept, subject
from docs_matrix.cli import common
from docs_matrix.reports import terminal
from docs_matrix.reports.escaping import one_line

__all__ = ["merge_baselines", "prune_baseline", "set_driver", "show_baseline", "write_baseline"]


def write_baseline(options: argparse.Namespace) -> int:
    """Accept what the tree says. Returns the exit status."""
    return _accept("new" if options.new else "all", options)


def prune_baseline(options: argparse.Namespace) -> int:
    """Accept no longer what no cell says. Returns the exit status."""
    return _accept("said", options)


def _accept(what: What, options: argparse.Namespace) -> int:
    bench = common.bench(options)
    path = common.baseline_path(options, bench.matrix)
    kept = baseline_file.read(path) if path.exists() or what == "said" else baseline_file.Baseline()
    found = subject.resolve(common.asked_of(options), bench)
    cells = common.cells(bench.matrix, options.cell, found.cells)
    every = common.cells(bench.matrix, None, found.cells)
    reason = getattr(options, "reason", None)
    with terminal.Progress(Console(stderr=True), [cell.name for cell in cells]) as progress:
        accepted = accept.accept(
            what,
            kept,
            found,
            cells,
            every,
            bench,
            jobs=options.jobs,
            progress=progress,
            repeat=options.repeat,
            reason=reason,
        )
    for name, why in {**accepted.broken, **accepted.skipped}.items():
        print(one_line(f"docs-matrix: {name}: nothing changes for this cell: {why}"), file=sys.stderr)
    if accepted.built:
        baseline_file.write(path, accepted.now)
        before, now = set(baseline_file.identities(kept.entries)), set(baseline_file.identities(accepted.now.entries))
        print(
            f"{path}: {len(now)} accepted diagnostics ({len(now - before)} added, {len(before - now)} removed), "
            f"from {len(accepted.built)} of {len(every)} cells"
        )
    missed = accepted.skipped and (
        common.in_ci() or not accepted.built or set(accepted.skipped) & set(options.cell or ())
    )
    return 3 if accepted.broken or missed else 0


def show_baseline(options: argparse.Namespace) -> int:
    """Tell what is accepted. Returns the exit status."""
    path = common.baseline_path(options, common.matrix_of(options))
    kept = baseline_file.read(path)
    if options.json:
        print(json.dumps([entry.to_json() for entry in kept.entries], indent=2))
        return 0
    for entry in kept.entries:
        told = [f"in {', '.join(entry.cells)}"] if entry.cells is not None else []
        told += ["flaky"] if entry.flaky else []
        told += [entry.reason] if entry.reason else []
        more = "; ".join(told)
        print(one_line(f"{entry.diagnostic()} ({more})" if more else str(entry.diagnostic())))
    print(f"{path}: {len(kept.entries)} accepted diagnostics")
    return 0


def merge_baselines(options: argparse.Namespace) -> int:
    """Merge three files entry by entry. Returns the exit status."""
    return 0 if git_driver.merge_files(options.base, options.ours, options.theirs) else 1


def set_driver(options: argparse.Namespace) -> int:
    """Let git merge the file entry by entry. Returns the exit status."""
    path = common.baseline_path(options, common.matrix_of(options))
    print(f"{path}: git merges it entry by entry in this clone, by {git_driver.set_driver(path)}")
    return 0
