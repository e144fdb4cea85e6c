"""The verbs of baseline files: `baseline write`, `show`, `prune`, `merge`, `driver`."""

from __future__ import annotations

import argparse
import json
import sys

from rich.console import Console

from harness.diagnostics.baselines import baseline
from harness.diagnostics.baselines.accepting import What
from harness.investigate import accepting, merging, subject
from harness.reports import terminal
from harness.reports.text import one_line
from harness.verbs import common

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
    kept = baseline.read(path) if path.exists() or what == "said" else baseline.Baseline()
    found = subject.resolve(common.asked_of(options), bench)
    cells = common.cells(bench.matrix, options.cell, found.cells)
    every = common.cells(bench.matrix, None, found.cells)
    reason = getattr(options, "reason", None)
    with terminal.Progress(Console(stderr=True), [cell.name for cell in cells]) as progress:
        accepted = accepting.accept(
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
        baseline.write(path, accepted.now)
        before, now = set(baseline.identities(kept.entries)), set(baseline.identities(accepted.now.entries))
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
    kept = baseline.read(path)
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
    return 0 if merging.merge_files(options.base, options.ours, options.theirs) else 1


def set_driver(options: argparse.Namespace) -> int:
    """Let git merge the file entry by entry. Returns the exit status."""
    path = common.baseline_path(options, common.matrix_of(options))
    print(f"{path}: git merges it entry by entry in this clone, by {merging.set_driver(path)}")
    return 0
