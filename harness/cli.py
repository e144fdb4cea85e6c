"""The command `docs-matrix`: arguments in, one question asked, its answer told, an exit status out. No logic.

Exit status: 0 nothing new (or: answered) - 1 new diagnostics - 2 the input or the configuration is wrong - 3 a cell
could not be built, or this machine lacks something.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shlex
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import platformdirs
from rich.console import Console

import harness
from harness import files, github, matrix, process, upkeep
from harness.cells import doctor, interpreters, locks
from harness.diagnostics.baselines import baseline
from harness.diagnostics.baselines.accepting import What
from harness.diagnostics.bisection import Bisection
from harness.diagnostics.findings import Run, Verdict
from harness.errors import HarnessError, InputError
from harness.investigate import accepting, beginning, check, merging, parts, projects, series, subject
from harness.investigate.bench import Bench
from harness.investigate.bisecting import asked, bisect, compare_cells
from harness.investigate.reproducing import reproduce
from harness.investigate.rerun import rerun_of
from harness.matrix import Cell, Matrix
from harness.reports import bisection, cell_differences, folder, reproduction, robot, terminal
from harness.reports import series as series_report
from harness.reports.text import cut, harmless, one_line
from harness.trees import revisions
from harness.zeroday.mails import LARGEST
from harness.zeroday.read import read as read_report

__all__ = ["main", "run"]

EXAMPLES = {
    "bisect": "docs-matrix bisect docutils --tree linux --find 'Malformed table' --path Documentation/driver-api/vfio.rst",
    "check": "docs-matrix check --tree linux --patch fix.patch --docs driver-api/vfio.rst",
    "baseline write": "docs-matrix baseline write --tree example --new --reason 'the table comes from a vendor'",
    "baseline show": "docs-matrix baseline show --tree example",
    "baseline prune": "docs-matrix baseline prune --tree example",
    "baseline merge": "docs-matrix baseline merge %O %A %B",
    "baseline driver": "docs-matrix baseline driver --tree example",
    "cells": "docs-matrix cells --format json",
    "compare": "docs-matrix compare py3.13-docutils0.21.2-sphinx8.2.3 py3.13-docutils0.23-sphinx9.2.0 --tree docs",
    "init": "docs-matrix init . --nox",
    "lock": "docs-matrix lock --check",
    "merge": "docs-matrix merge docs-matrix-report",
    "doctor": "docs-matrix doctor",
    "read": "docs-matrix read report.txt --json",
    "series": "docs-matrix series --tree linux --patch v2.mbox",
    "reproduce": "docs-matrix reproduce report.txt --tree linux --patch fix.patch",
    "store": "docs-matrix store show",
}


def run() -> None:
    """Run the command with this process's arguments and leave with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8 must not end the run
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run the command with `arguments`; returns its exit status."""
    options = _parser().parse_args(arguments)
    previous = signal.signal(signal.SIGTERM, _terminated)
    try:
        return int(options.verb(options))
    except HarnessError as error:
        if options.debug:
            raise
        print(f"docs-matrix: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        process.stop_all()
        print("docs-matrix: interrupted; finished builds are kept, the next run goes on from them", file=sys.stderr)
        return 130
    finally:
        signal.signal(signal.SIGTERM, previous)


def _terminated(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


# ---- the verbs -------------------------------------------------------------------------------------------------------


def _check(options: argparse.Namespace) -> int:
    with github.commands_stopped({} if options.json else os.environ):
        answer, status = _checked(options)
    if options.github:
        github.tell(answer, status, os.environ, folder=_folder_of(answer, _matrix(options)))
    return 0 if options.exit_zero and status == 1 else status


def _checked(options: argparse.Namespace) -> tuple[Run, int]:
    folder.prepare(options.out, keep=options.join)
    bench = _bench(options)
    upkeep.sweep(bench.store, _limit())
    found = subject.resolve(_asked(options), bench)
    if options.ratchet and found.baseline is None:
        raise InputError("--ratchet: there is no baseline file to shrink; the head is held against " + found.against)
    cells = _cells(bench.matrix, options.cell, found.cells)
    console = Console(stderr=True)
    with terminal.Progress(console, [cell.name for cell in cells]) as progress:
        answer = check.check(found, cells, bench, jobs=options.jobs, progress=progress, repeat=options.repeat)
    out: Path = options.out
    order = [cell.name for cell in bench.matrix.cells]
    with files.locked(out / ".lock") if options.join else nullcontext():
        parts.forget(out, but=parts.question(answer) if options.join else None)
        parts.keep(answer, out)
        whole = parts.gather([out], order, parts.question(answer)) if options.join else answer
        rerun = rerun_of(found, answer, tuple(cells), bench)
        folder.write(whole, out, strict=options.strict_junit, below=_folder_of(whole, bench.matrix), rerun=rerun)
    expected = {cell.name for cell in _cells(bench.matrix, None, found.cells)}
    _tell(whole, options, part=options.join and not expected <= {cell.name for cell in whole.cells})
    if options.ratchet and answer.count(Verdict.FIXED):
        print("docs-matrix: accepted diagnostics are fixed; docs-matrix baseline prune takes them out", file=sys.stderr)
    return whole, check.exit_status(answer, named=options.cell or (), ci=_in_ci(), ratchet=options.ratchet)


def _merge(options: argparse.Namespace) -> int:
    configuration = _matrix(options)
    with github.commands_stopped({} if options.json else os.environ):
        whole = _merged(options, configuration)
        folder.write(whole, options.out, strict=options.strict_junit, below=_folder_of(whole, configuration))
        _tell(whole, options, part=False)
        status = check.exit_status(whole, named=(), ci=_in_ci())
    if options.github:
        github.tell(whole, status, os.environ, folder=_folder_of(whole, configuration))
    return status


def _merged(options: argparse.Namespace, configuration: Matrix) -> Run:
    """The run that the jobs' folders hold, with a failed cell for each that had to leave a result and did not."""
    order = [cell.name for cell in configuration.cells]
    expected = [cell.name for cell in _cells(configuration, options.cell, None)] if options.cell else []
    if options.all_cells and not parts.left(options.folder):
        tree = options.tree or _default_tree(configuration)
        whole = Run(tree=tree, identity="", base="nothing: no job left a result", cells=(), findings=())
    else:
        whole = parts.gather(options.folder, order)
    if options.all_cells:
        named = configuration.trees.get(whole.tree)
        expected += [cell.name for cell in _cells(configuration, None, named.cells if named else None)]
    return parts.with_missing(whole, dict.fromkeys(expected))


def _folder_of(answer: Run, configuration: Matrix) -> str:
    """Where the tree of `answer` lies in its git repository; empty where it is the repository, or in none."""
    named = configuration.trees.get(answer.tree)
    place = named.path if named else Path(answer.tree)
    repository = revisions.find(place) if place.is_dir() else None
    return repository.prefix if repository else ""


def _baseline_write(options: argparse.Namespace) -> int:
    return _accept("new" if options.new else "all", options)


def _baseline_prune(options: argparse.Namespace) -> int:
    return _accept("said", options)


def _accept(what: What, options: argparse.Namespace) -> int:
    bench = _bench(options)
    path = _baseline_path(options, bench.matrix)
    kept = baseline.read(path) if path.exists() or what == "said" else baseline.Baseline()
    found = subject.resolve(_asked(options), bench)
    cells = _cells(bench.matrix, options.cell, found.cells)
    every = _cells(bench.matrix, None, found.cells)
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
    missed = accepted.skipped and (_in_ci() or not accepted.built or set(accepted.skipped) & set(options.cell or ()))
    return 3 if accepted.broken or missed else 0


def _baseline_show(options: argparse.Namespace) -> int:
    path = _baseline_path(options, _matrix(options))
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


def _baseline_merge(options: argparse.Namespace) -> int:
    return 0 if merging.merge_files(options.base, options.ours, options.theirs) else 1


def _baseline_driver(options: argparse.Namespace) -> int:
    path = _baseline_path(options, _matrix(options))
    print(f"{path}: git merges it entry by entry in this clone, by {merging.set_driver(path)}")
    return 0


def _show_cells(options: argparse.Namespace) -> int:
    configuration = _matrix(options)
    tree = configuration.trees.get(options.tree or configuration.tree or "")
    if options.tree and tree is None:
        raise InputError(f"--tree {options.tree}: {configuration.path} names no such tree")
    needed = options.requirement or (tree.requirements if tree else None) or ()
    among = interpreters.installed()
    states = [
        doctor.state(
            cell, matrix.normalised(needed), committed=configuration.folder / "locks", store=_store(), among=among
        )
        for cell in _cells(configuration, None, tree.cells if tree else None)
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
    if len(states) > github.JOBS:
        left = len(states) - github.JOBS
        print(f"docs-matrix: GitHub makes {github.JOBS} jobs of a matrix; {left} cells are left out", file=sys.stderr)
    jobs = states[: github.JOBS]
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


def _lock(options: argparse.Namespace) -> int:
    configuration = _matrix(options)
    cells = _cells(configuration, options.cell or None, None)
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


def _doctor(options: argparse.Namespace) -> int:
    configuration = _matrix(options)
    lacks = doctor.examine(
        configuration,
        _default_requirements(configuration),
        committed=configuration.folder / "locks",
        store=_store(),
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


def _store_show(options: argparse.Namespace) -> int:
    everything = upkeep.kept(_store())
    rows = []
    for kind in ("trees", "copy", "environment", "build"):
        sizes = [entry.size for entry in everything if entry.kind == kind]
        rows.append((kind, str(len(sizes)), f"{sum(sizes) / 2**20:.0f} MiB"))
    terminal.tell_table(("what", "how many", "size"), rows, Console())
    print(f"{_store()}: {sum(entry.size for entry in everything) / 2**30:.1f} GiB of {_limit() / 2**30:.0f}")
    return 0


def _store_empty(options: argparse.Namespace) -> int:
    upkeep.empty(_store())
    print(f"{_store()}: emptied")
    return 0


def _init(options: argparse.Namespace) -> int:
    folder: Path = options.folder
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    beginning.refuse_what_is_there(folder, nox=options.nox)
    texts = {beginning.WORKFLOW: beginning.workflow(folder, options.action or beginning.action_here())}
    if options.nox:
        texts["noxfile.py"] = beginning.NOXFILE
    project = projects.look(folder)
    candidates = _cells(matrix.load(options.matrix or _shipped_matrix() or _find_matrix()), options.cell, None)
    upkeep.claim(_store())
    console = Console(stderr=True)
    with ExitStack() as stack:
        begun = beginning.begin(
            folder,
            project,
            candidates,
            texts,
            _store(),
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


def _bisect(options: argparse.Namespace) -> int:
    bench = _bench(options)
    wanted = asked.wanted(options.find, options.path)
    if options.find is None and options.path is None:
        raise InputError("what is asked for? give --find TEXT, or --path of a document in which anything may change")
    found = subject.resolve(_asked(options), bench)
    cells = _cells(bench.matrix, [options.cell] if options.cell else None, found.cells)
    question = bisect.Question(
        axis=options.axis,
        first=options.first,
        last=options.last,
        cell=bisect.newest_here(cells, bench),
        wanted=wanted,
        find=options.find,
        what=options.what,
        every=options.all_changes,
        prereleases=options.pre,
    )
    steps = bisection.Steps(Console(stderr=True))
    answer = bisect.bisect(question, found, bench, jobs=options.jobs, progress=steps)
    answer = replace(answer, command=_again(options, answer))
    if options.json:
        print(json.dumps(answer.to_json(), indent=2))
    elif options.markdown:
        print(bisection.markdown(answer), end="")
    else:
        for line in bisection.lines(answer):
            print(harmless(line))
    return 0


def _compare(options: argparse.Namespace) -> int:
    bench = _bench(options)
    found = subject.resolve(_asked(options), bench)
    one, other = (_cells(bench.matrix, [name], found.cells)[0] for name in (options.one, options.other))
    steps = bisection.Steps(Console(stderr=True))
    answer = compare_cells.compare_cells(one, other, found, bench, jobs=options.jobs, progress=steps)
    if options.json:
        print(json.dumps(answer.to_json(), indent=2))
    elif options.markdown:
        print(cell_differences.markdown(answer), end="")
    else:
        for line in cell_differences.lines(answer):
            print(harmless(line))
    return 0


def _read(options: argparse.Namespace) -> int:
    reading = read_report(*_report_bytes(options.report))
    if options.json:
        print(json.dumps(reading.to_json(), indent=2))
    else:
        for line in robot.lines(reading):
            print(harmless(line))
    return 0


def _reproduce(options: argparse.Namespace) -> int:
    reading = read_report(*_report_bytes(options.report))
    if len(reading.reports) > 1 and options.number is None:
        raise InputError(f"{options.report}: holds {len(reading.reports)} reports; say which by --number")
    if (options.number or 1) > len(reading.reports):
        raise InputError(f"--number {options.number}: {options.report} holds {len(reading.reports)}")
    report = reading.reports[(options.number or 1) - 1]
    bench = _bench(options)
    wanted = _asked(options)
    with tempfile.TemporaryDirectory(prefix="docs-matrix-") as folder_name:
        if not wanted.patches:
            files_of = [Path(folder_name) / f"patch-{at}.diff" for at in range(1, len(reading.patches) + 1)]
            for path, text in zip(files_of, reading.patches, strict=True):
                files.write_whole(path, text)
            wanted = replace(wanted, patches=tuple(files_of))
        question = reproduce.Question(
            report,
            replace(wanted, commit=report.base_commit),
            tuple(_cells(bench.matrix, options.cell, None)),
            refine=options.refine,
            repeat=options.repeat,
        )
        steps = bisection.Steps(Console(stderr=True))
        answer = reproduce.reproduce(question, bench, jobs=options.jobs, progress=steps)
    if options.json:
        print(json.dumps(answer.to_json(), indent=2))
    else:
        for line in reproduction.lines(answer):
            print(harmless(line))
    return 0


def _series(options: argparse.Namespace) -> int:
    bench = _bench(options)
    wanted = _asked(options)
    supported = subject.supported(wanted.tree, bench)
    cells = _cells(bench.matrix, options.cell, supported)
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
    return series.exit_status(answer, named=options.cell or (), ci=_in_ci())


def _report_bytes(path: Path) -> tuple[bytes, str]:
    """The content of the report at `path`, `-` for standard input, and its name."""
    if str(path) == "-":
        return sys.stdin.buffer.read(LARGEST + 1), "standard input"
    try:
        with path.open("rb") as stream:
            return stream.read(LARGEST + 1), str(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _again(options: argparse.Namespace, answer: Bisection) -> str:
    """The command that shows the main change of a bisection again, with its two neighbours as the ends."""
    words = ["docs-matrix", "bisect", answer.axis, "--tree", answer.tree]
    for option, values in (("--patch", options.patch), ("--requirement", options.requirement)):
        words += [word for value in values or () for word in (option, str(value))]
    given = (("--matrix", options.matrix), ("--cell", answer.cell), ("--find", answer.find), ("--path", answer.path))
    words += [word for option, value in given if value is not None for word in (option, str(value))]
    return shlex.join((*words, "--from", answer.main.last_without, "--to", answer.main.first))


# ---- what the verbs share --------------------------------------------------------------------------------------------


def _asked(options: argparse.Namespace) -> subject.Asked:
    return subject.Asked(
        tree=options.tree or _default_tree(_matrix(options)),
        patches=tuple(getattr(options, "patch", None) or ()),
        base=getattr(options, "base", None),
        head=getattr(options, "head", None),
        baseline=getattr(options, "baseline", None),
        docs=tuple(getattr(options, "docs", None) or ()),
        onto=tuple(getattr(options, "onto", None) or ()),
        requirements=None if options.requirement is None else matrix.normalised(options.requirement),
    )


def _default_tree(configuration: Matrix) -> str:
    if configuration.tree is None:
        raise InputError(f"--tree is missing, and {configuration.path} names no default tree")
    return configuration.tree


def _baseline_path(options: argparse.Namespace, configuration: Matrix) -> Path:
    """The file of a baseline verb: the one that the user gives, else the tree's."""
    if options.baseline:
        return Path(options.baseline)
    tree = options.tree or _default_tree(configuration)
    named = configuration.trees.get(tree)
    if named is None or named.baseline is None:
        raise InputError(f"{tree}: no baseline is named; give --baseline FILE, or name the tree in matrix.yaml")
    return named.baseline


def _cells(configuration: Matrix, names: Sequence[str] | None, supported: Sequence[str] | None) -> list[Cell]:
    """The cells that the user named, else those that the tree supports, in the matrix's order."""
    known = [cell.name for cell in configuration.cells]
    for name in names or ():
        if name not in known:
            raise InputError(f"--cell {name}: no such cell in {configuration.path}; it has {', '.join(known)}")
    wanted = names or (known if supported is None else supported)
    return [cell for cell in configuration.cells if cell.name in wanted]


def _bench(options: argparse.Namespace) -> Bench:
    configuration = _matrix(options)
    upkeep.claim(_store())
    return Bench(configuration, _store(), offline=options.offline)


def _matrix(options: argparse.Namespace) -> Matrix:
    return matrix.load(options.matrix or _find_matrix())


def _find_matrix() -> Path:
    """matrix.yaml here or in a folder above, else the default matrix that docs-matrix comes with."""
    here = Path.cwd()
    for above in (here, *here.parents):
        if (above / "matrix.yaml").is_file():
            return above / "matrix.yaml"
    return _shipped_matrix() or here / "matrix.yaml"


def _shipped_matrix() -> Path | None:
    """The default matrix that docs-matrix comes with."""
    package = Path(harness.__file__).parent
    shipped = (package / "default" / "matrix.yaml", package.parent / "matrix.yaml")
    return next((path for path in shipped if path.is_file()), None)


def _store() -> Path:
    """The folder that everything is kept in: $DOCS_MATRIX_STORE, else in the user's cache folder."""
    named = os.environ.get("DOCS_MATRIX_STORE")
    return Path(named).expanduser().absolute() if named else platformdirs.user_cache_path("docs-matrix")


def _limit() -> int:
    """The most bytes that the store may have."""
    return upkeep.limit(os.environ.get("DOCS_MATRIX_STORE_LIMIT"))


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def _tell(answer: Run, options: argparse.Namespace, *, part: bool) -> None:
    """Tell `answer` on the terminal; where it is a `part` of what other sessions will complete, its findings in short."""
    if options.json:
        # the same to a reader of JSON, and no command to GitHub's runner, which looks for these inside of lines
        print((options.out / "findings.json").read_text("utf-8").replace("##[", "##\\u005b"), end="")
    else:
        terminal.tell(answer, Console(), briefly=part)
        print(f"reports: {options.out}")
    if options.debug:
        for cell in answer.cells:
            for line in cell.unclassified:
                print(one_line(f"{cell.name}: unclassified: {line}"), file=sys.stderr)


# ---- the arguments ---------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="docs-matrix",
        description="Build a documentation tree under pinned toolchains, and say exactly which warnings are new.",
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--matrix", type=Path, metavar="FILE", help="matrix.yaml; default: here, above, or the shipped one"
    )
    common.add_argument("--offline", action="store_true", help="ask no package index for anything")
    common.add_argument("--debug", action="store_true", help="show tracebacks and unclassified lines")
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")

    verb = _verb(verbs, common, "check", _check, "which diagnostics are new, in which cells")
    _tree_options(verb)
    verb.add_argument(
        "--patch", type=Path, action="append", metavar="FILE", help="a diff or an mbox to judge; repeatable"
    )
    _onto_option(verb)
    verb.add_argument("--base", metavar="REV", help="judge the change from this revision of a git tree")
    verb.add_argument("--head", metavar="REV", help="... to this one; default: the work tree")
    verb.add_argument("--baseline", type=Path, metavar="FILE", help="a file of accepted diagnostics")
    verb.add_argument("--ratchet", action="store_true", help="fail on accepted diagnostics that are fixed")
    _repeat_option(verb)
    verb.add_argument(
        "--docs",
        action="append",
        metavar="D",
        help="read only this document or folder; or 'affected', or 'all'; repeatable",
    )
    _out_options(verb)
    verb.add_argument("--exit-zero", action="store_true", help="end with 0 where something is new: a merge judges")
    verb.add_argument(
        "--join", action="store_true", help="keep the results that other cells left in --out, report on all"
    )

    verb = _verb(verbs, common, "bisect", _bisect, "the release that changed a diagnostic")
    verb.add_argument("axis", metavar="AXIS", help="docutils, sphinx, any package; or python; or date")
    _tree_options(verb, cells=False)
    verb.add_argument("--patch", type=Path, action="append", metavar="FILE", help="a diff or an mbox; repeatable")
    verb.add_argument("--find", metavar="TEXT", help="a part of what was printed; /.../ is an expression")
    verb.add_argument("--path", metavar="P", help="the document or the source that the diagnostic is of")
    verb.add_argument(
        "--from", dest="first", metavar="V", help="the oldest release (or day); default: what is accepted"
    )
    verb.add_argument("--to", dest="last", metavar="V", help="the newest release (or day)")
    verb.add_argument("--cell", metavar="CELL", help="what the rest is held at; default: the newest that can run here")
    verb.add_argument(
        "--what", choices=asked.ASPECTS, help="look at this alone; default: at all but what is only printed"
    )
    verb.add_argument("--all-changes", action="store_true", help="build every release, and report every change")
    verb.add_argument("--pre", action="store_true", help="let pre-releases take part")
    _form_options(verb)

    text = "which diagnostics differ between two cells, and the release behind each"
    verb = _verb(verbs, common, "compare", _compare, text)
    verb.add_argument("one", metavar="CELL")
    verb.add_argument("other", metavar="CELL")
    _tree_options(verb, cells=False)
    verb.add_argument("--patch", type=Path, action="append", metavar="FILE", help="a diff or an mbox; repeatable")
    verb.add_argument("--docs", action="append", metavar="D", help="read only this document or folder; repeatable")
    _form_options(verb)

    verb = _verb(verbs, common, "read", _read, "what a report of the 0-day robot says, as data")
    _report_option(verb)
    verb.add_argument("--json", action="store_true", help="the answer as JSON")

    text = "does a report reproduce, in which cells, and which toolchain really made it"
    verb = _verb(verbs, common, "reproduce", _reproduce, text)
    _report_option(verb)
    _tree_options(verb)
    verb.add_argument(
        "--patch", type=Path, action="append", metavar="FILE", help="the patch; default: the one in REPORT; repeatable"
    )
    _onto_option(verb)
    verb.add_argument("--docs", action="append", metavar="D", help="read this document or folder; repeatable")
    verb.add_argument("--number", type=_positive, metavar="N", help="the Nth report of a file that holds several")
    verb.add_argument("--refine", action="store_true", help="build the one more cell that would tell more")
    _repeat_option(verb)
    verb.add_argument("--json", action="store_true", help="the answer as JSON")

    text = "which patch of a series brings which diagnostic, and which repairs it"
    verb = _verb(verbs, common, "series", _series, text)
    _tree_options(verb)
    verb.add_argument("--patch", type=Path, action="append", metavar="MBOX", help="the series, in order; repeatable")
    _onto_option(verb)
    verb.add_argument("--docs", action="append", metavar="D", help="read only this document or folder; repeatable")
    _repeat_option(verb)
    verb.add_argument("--out", type=Path, default=Path("docs-matrix-series"), metavar="DIR", help="where reports go")
    verb.add_argument("--json", action="store_true", help="the answer as JSON")

    verb = _verb(verbs, common, "merge", _merge, "one report from the results of many jobs")
    verb.add_argument("folder", type=Path, nargs="+", metavar="DIR")
    verb.add_argument("--cell", action="append", metavar="CELL", help="a cell that must have a result; repeatable")
    verb.add_argument("--all-cells", action="store_true", help="every cell of the tree must have a result")
    verb.add_argument("--tree", metavar="T", help="the tree, where --all-cells finds no result that would name it")
    _out_options(verb)

    baselines = verbs.add_parser("baseline", help="the accepted diagnostics", description="The accepted diagnostics.")
    nested = baselines.add_subparsers(title="verbs", required=True, metavar="VERB")
    for name, function, text in (
        ("write", _baseline_write, "accept what the tree says now"),
        ("show", _baseline_show, "what is accepted"),
        ("prune", _baseline_prune, "accept no longer what no cell says any more"),
    ):
        verb = _verb(nested, common, name, function, text, example=f"baseline {name}")
        _tree_options(verb)
        verb.add_argument(
            "--baseline", type=Path, metavar="FILE", help="the file; default: the one that matrix.yaml names"
        )
        if name == "show":
            verb.add_argument("--json", action="store_true", help="the answer as JSON")
        else:
            _repeat_option(verb)
            verb.add_argument("--docs", action="append", metavar="D", help="only this document or folder; repeatable")
        if name == "write":
            verb.add_argument("--new", action="store_true", help="only add what is new; all else stays as it is")
            verb.add_argument("--reason", metavar="TEXT", help="why what is new is accepted; kept in the file")
    text = "merge three files entry by entry into OURS, as git's merge driver"
    verb = _verb(nested, common, "merge", _baseline_merge, text, example="baseline merge")
    for name in ("base", "ours", "theirs"):
        verb.add_argument(name, type=Path, metavar=name.upper())
    text = "let git merge the file entry by entry in this clone"
    verb = _verb(nested, common, "driver", _baseline_driver, text, example="baseline driver")
    verb.add_argument("--tree", metavar="T", help="a tree of matrix.yaml")
    verb.add_argument("--baseline", type=Path, metavar="FILE", help="the file; default: the one that matrix.yaml names")

    verb = _verb(verbs, common, "cells", _show_cells, "the matrix, and whether each cell can be built here")
    verb.add_argument("--format", choices=("table", "json", "github"), default="table")
    verb.add_argument("--tree", metavar="T", help="only the cells that this tree of matrix.yaml supports")
    verb.add_argument(
        "--requirement", action="append", metavar="REQ", help="what a tree needs beside the pins; repeatable"
    )

    text = "a project's own matrix.yaml, locks, baseline and workflow, from what it has"
    verb = _verb(verbs, common, "init", _init, text)
    verb.add_argument("folder", type=Path, nargs="?", default=Path(), metavar="DIR", help="the project; default: here")
    verb.add_argument("--cell", action="append", metavar="CELL", help="only this cell of the matrix; repeatable")
    verb.add_argument("--nox", action="store_true", help="write a noxfile.py of three lines too")
    verb.add_argument(
        "--action",
        metavar="OWNER/REPO@COMMIT",
        help="where on GitHub the workflow takes docs-matrix from; default: where this one was installed from",
    )
    verb.add_argument("--json", action="store_true", help="the answer as JSON")
    _jobs_option(verb)

    verb = _verb(verbs, common, "lock", _lock, "(re)resolve the locks")
    verb.add_argument("cell", nargs="*", metavar="CELL")
    verb.add_argument(
        "--check", action="store_true", help="only say, offline, whether each lock still answers its cell"
    )

    verb = _verb(verbs, common, "doctor", _doctor, "what is missing on this machine, and the command that mends it")
    verb.add_argument("--json", action="store_true", help="the answer as JSON")

    stores = verbs.add_parser("store", help="where everything is kept", description="Where everything is kept.")
    nested = stores.add_subparsers(title="verbs", required=True, metavar="VERB")
    _verb(nested, common, "show", _store_show, "where the store is, what it holds, its size", example="store")
    _verb(nested, common, "empty", _store_empty, "remove all that is kept", example="store")
    return parser


def _verb(
    verbs: Any, common: argparse.ArgumentParser, name: str, function: Any, text: str, *, example: str | None = None
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(
        name,
        parents=[common],
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=f"Example: {EXAMPLES[example or name]}",
    )
    parser.set_defaults(verb=function)
    return parser


def _tree_options(parser: argparse.ArgumentParser, *, cells: bool = True) -> None:
    parser.add_argument("--tree", metavar="T", help="a tree of matrix.yaml, a folder, a git repository or an archive")
    if cells:
        parser.add_argument("--cell", action="append", metavar="CELL", help="only this cell; repeatable")
    parser.add_argument(
        "--requirement",
        action="append",
        metavar="REQ",
        help="what the tree needs beside the cell's pins (PEP 508); repeatable",
    )
    _jobs_option(parser)


def _jobs_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs", type=_positive, default=_cores(), metavar="N", help="builds at a time; default: the cores"
    )


def _report_option(parser: argparse.ArgumentParser) -> None:
    text = "a report as text, a mail, an mbox, an archive's page or a whole thread; - for standard input"
    parser.add_argument("report", type=Path, metavar="REPORT", help=text)


def _onto_option(parser: argparse.ArgumentParser) -> None:
    text = "apply the patch to this revision; of several, the one that it was made for; repeatable"
    parser.add_argument("--onto", action="append", metavar="REV", help=text)


def _repeat_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--repeat", type=_positive, default=1, metavar="N", help="observe each build N times; what differs is flaky"
    )


def _form_options(parser: argparse.ArgumentParser) -> None:
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="the answer as JSON")
    form.add_argument("--markdown", action="store_true", help="the answer as Markdown, for a bug report")


def _out_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("docs-matrix-report"), metavar="DIR", help="where reports go")
    parser.add_argument("--json", action="store_true", help="print findings.json")
    parser.add_argument(
        "--github", action="store_true", help="annotate, and write GitHub's summary and outputs of the step"
    )
    parser.add_argument(
        "--strict-junit", action="store_true", help="junit.xml without what Jenkins' schema does not know"
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
