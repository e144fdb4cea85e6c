"""The verbs that take a message apart: `isolate` and `shrink`."""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from docs_matrix import files
from docs_matrix.check import subject
from docs_matrix.cli import common
from docs_matrix.config.matrix import Cell
from docs_matrix.errors import InputError
from docs_matrix.questions.bisect import asked, bisect, bisect_report
from docs_matrix.questions.isolate import isolate, isolate_report
from docs_matrix.questions.isolate.isolation import Isolation
from docs_matrix.questions.shrink import shrink, shrink_report
from docs_matrix.reports.escaping import harmless

__all__ = ["run_isolate", "run_shrink"]


def run_isolate(options: argparse.Namespace) -> int:
    """Which documents must be read before another one for it to say what it says. Returns the exit status."""
    bench = common.bench(options)
    wanted = asked.wanted(options.find, None)
    found = subject.resolve(replace(common.asked_of(options), docs=(options.path,)), bench)
    cells = common.cells(bench.matrix, options.cell, found.cells)
    cell = bisect.newest_here(cells, bench)
    here = bisect.all_here(cells, bench)
    question = isolate.Question(wanted, options.find, cell, tuple(here if options.cell else _spread(here)))
    answer = isolate.isolate(question, found, bench, progress=bisect_report.Steps(Console(stderr=True)))
    answer = _with_commands(answer, options)
    if options.json:
        print(json.dumps(answer.to_json(), indent=2))
    else:
        for line in isolate_report.lines(answer):
            print(harmless(line))
    return 0


def run_shrink(options: argparse.Namespace) -> int:
    """The smallest project that still gives a message, as a folder. Returns the exit status."""
    out: Path = options.out
    if out.exists() and any(out.iterdir()):
        raise InputError(f"{out}: there is something in it; --out names a folder that is new or empty")
    bench = common.bench(options)
    wanted = asked.wanted(options.find, None)
    found = subject.resolve(replace(common.asked_of(options), docs=(options.path,)), bench)
    cell = bisect.newest_here(common.cells(bench.matrix, [options.cell] if options.cell else None, found.cells), bench)
    question = isolate.Question(wanted, options.find, cell, ())
    answer = shrink.shrink(question, found, bench, progress=bisect_report.Steps(Console(stderr=True)))
    for path, content in shrink_report.folder(answer).items():
        files.write_whole(out / path, content)
    if options.json:
        print(json.dumps(answer.to_json(), indent=2))
    else:
        for line in shrink_report.lines(answer, str(out)):
            print(harmless(line))
    return 0 if answer.finished else 130


def _spread(cells: Sequence[Cell]) -> list[Cell]:
    """The oldest, the middle and the newest."""
    return list(dict.fromkeys((cells[0], cells[len(cells) // 2], cells[-1])))


def _with_commands(answer: Isolation, options: argparse.Namespace) -> Isolation:
    """`answer` with the commands that show the message and that do not, in the cells where that is proven."""
    words = ["docs-matrix", "check", "--tree", answer.tree]
    given = (
        ("--matrix", [options.matrix] if options.matrix else []),
        ("--patch", options.patch or []),
        ("--requirement", options.requirement or []),
        ("--cell", [proof.cell for proof in answer.proofs if proof.holds] or [answer.cell]),
    )
    words += [word for option, values in given for value in values for word in (option, str(value))]
    before = [word for name in (*answer.before, answer.document) for word in ("--docs", name)]
    shows = shlex.join((*words, *before, "--in-order"))
    return replace(answer, shows=shows, hides=shlex.join((*words, "--docs", answer.document)))
