"""The arguments of the command `docs-matrix`, and which function answers each verb."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from docs_matrix import __version__
from docs_matrix.cli.baseline import merge_baselines, prune_baseline, set_driver, show_baseline, write_baseline
from docs_matrix.cli.check import run_check, run_merge, run_series
from docs_matrix.cli.isolate_shrink import run_isolate, run_shrink
from docs_matrix.cli.machine import empty_store, run_doctor, run_init, run_lock, show_cells, show_store
from docs_matrix.cli.questions import run_bisect, run_compare, run_history, run_read, run_reproduce
from docs_matrix.questions.bisect import asked

__all__ = ["parser"]

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
    "history": "docs-matrix history --tree example",
    "init": "docs-matrix init . --nox",
    "isolate": "docs-matrix isolate --tree linux --find 'Unexpected section title' --path driver-api/target.rst",
    "lock": "docs-matrix lock --check",
    "merge": "docs-matrix merge docs-matrix-report",
    "doctor": "docs-matrix doctor",
    "read": "docs-matrix read report.txt --json",
    "series": "docs-matrix series --tree linux --patch v2.mbox",
    "reproduce": "docs-matrix reproduce report.txt --tree linux --patch fix.patch",
    "shrink": "docs-matrix shrink --tree linux --find 'Unexpected section title' --path driver-api/target.rst",
    "store": "docs-matrix store show",
}


def parser() -> argparse.ArgumentParser:
    """The parser of the command: `verb` of what it parses is the function that answers."""
    whole = argparse.ArgumentParser(
        prog="docs-matrix",
        description="Build a documentation tree under pinned toolchains, and say exactly which warnings are new.",
    )
    whole.add_argument("--version", action="version", version=f"docs-matrix {__version__}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--matrix", type=Path, metavar="FILE", help="matrix.yaml; default: here, above, or the shipped one"
    )
    common.add_argument("--offline", action="store_true", help="ask no package index for anything")
    common.add_argument("--debug", action="store_true", help="show tracebacks and unclassified lines")
    verbs = whole.add_subparsers(title="verbs", required=True, metavar="VERB")

    verb = _verb(verbs, common, "check", run_check, "which diagnostics are new, in which cells")
    _tree_options(verb)
    verb.add_argument(
        "--patch", type=Path, action="append", metavar="FILE", help="a diff or an mbox to judge; repeatable"
    )
    _onto_option(verb)
    verb.add_argument("--base", metavar="REV", help="judge the change from this revision of a git tree")
    verb.add_argument("--head", metavar="REV", help="... to this one; default: the work tree")
    verb.add_argument("--baseline", type=Path, metavar="FILE", help="a file of accepted diagnostics")
    verb.add_argument(
        "--verify", action="store_true", help="build all documents from nothing too, and hold them against it"
    )
    verb.add_argument("--ratchet", action="store_true", help="fail on accepted diagnostics that are fixed")
    _repeat_option(verb)
    verb.add_argument(
        "--docs",
        action="append",
        metavar="D",
        help="read only this document or folder; or 'affected', or 'all'; repeatable",
    )
    verb.add_argument("--in-order", action="store_true", help="read the documents in the order of --docs")
    text = "read in N processes, or each document in a process of its own"
    verb.add_argument("--readers", type=_readers, metavar="N|each", help=text)
    _out_options(verb)
    verb.add_argument("--exit-zero", action="store_true", help="end with 0 where something is new: a merge judges")
    verb.add_argument(
        "--join", action="store_true", help="keep the results that other cells left in --out, report on all"
    )

    verb = _verb(verbs, common, "bisect", run_bisect, "the release that changed a diagnostic")
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
    verb = _verb(verbs, common, "compare", run_compare, text)
    verb.add_argument("one", metavar="CELL")
    verb.add_argument("other", metavar="CELL")
    _tree_options(verb, cells=False)
    verb.add_argument("--patch", type=Path, action="append", metavar="FILE", help="a diff or an mbox; repeatable")
    verb.add_argument("--docs", action="append", metavar="D", help="read only this document or folder; repeatable")
    _form_options(verb)

    verb = _verb(verbs, common, "read", run_read, "what a report of the 0-day robot says, as data")
    _report_option(verb)
    verb.add_argument("--json", action="store_true", help="the answer as JSON")

    text = "does a report reproduce, in which cells, and which toolchain really made it"
    verb = _verb(verbs, common, "reproduce", run_reproduce, text)
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
    verb = _verb(verbs, common, "series", run_series, text)
    _tree_options(verb)
    verb.add_argument("--patch", type=Path, action="append", metavar="MBOX", help="the series, in order; repeatable")
    _onto_option(verb)
    verb.add_argument("--docs", action="append", metavar="D", help="read only this document or folder; repeatable")
    _repeat_option(verb)
    verb.add_argument("--out", type=Path, default=Path("docs-matrix-series"), metavar="DIR", help="where reports go")
    verb.add_argument("--json", action="store_true", help="the answer as JSON")

    verb = _verb(verbs, common, "history", run_history, "warnings a cell over revisions, from the store")
    verb.add_argument("--tree", metavar="T", help="a tree of matrix.yaml, a folder, a git repository or an archive")
    verb.add_argument("--cell", action="append", metavar="CELL", help="only this cell; repeatable")
    verb.add_argument("--rev", metavar="REV", help="only this revision of a git tree, and what it was made from")
    verb.add_argument("--json", action="store_true", help="the answer as JSON")
    text = "which documents must be read before another one for it to say what it says"
    verb = _verb(verbs, common, "isolate", run_isolate, text)
    _tree_options(verb)
    _message_options(verb)
    verb.add_argument("--json", action="store_true", help="the answer as JSON")

    verb = _verb(verbs, common, "shrink", run_shrink, "the smallest Sphinx project that still gives a message")
    _tree_options(verb, cells=False)
    _message_options(verb)
    verb.add_argument("--cell", metavar="CELL", help="the cell that builds; default: the newest that can run here")
    verb.add_argument(
        "--out", type=Path, default=Path("docs-matrix-small"), metavar="DIR", help="where the project goes"
    )
    verb.add_argument("--json", action="store_true", help="the answer as JSON")

    verb = _verb(verbs, common, "merge", run_merge, "one report from the results of many jobs")
    verb.add_argument("folder", type=Path, nargs="+", metavar="DIR")
    verb.add_argument("--cell", action="append", metavar="CELL", help="a cell that must have a result; repeatable")
    verb.add_argument("--all-cells", action="store_true", help="every cell of the tree must have a result")
    verb.add_argument("--tree", metavar="T", help="the tree, where --all-cells finds no result that would name it")
    _out_options(verb)

    baselines = verbs.add_parser("baseline", help="the accepted diagnostics", description="The accepted diagnostics.")
    nested = baselines.add_subparsers(title="verbs", required=True, metavar="VERB")
    for name, function, text in (
        ("write", write_baseline, "accept what the tree says now"),
        ("show", show_baseline, "what is accepted"),
        ("prune", prune_baseline, "accept no longer what no cell says any more"),
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
    verb = _verb(nested, common, "merge", merge_baselines, text, example="baseline merge")
    for name in ("base", "ours", "theirs"):
        verb.add_argument(name, type=Path, metavar=name.upper())
    text = "let git merge the file entry by entry in this clone"
    verb = _verb(nested, common, "driver", set_driver, text, example="baseline driver")
    verb.add_argument("--tree", metavar="T", help="a tree of matrix.yaml")
    verb.add_argument("--baseline", type=Path, metavar="FILE", help="the file; default: the one that matrix.yaml names")

    verb = _verb(verbs, common, "cells", show_cells, "the matrix, and whether each cell can be built here")
    verb.add_argument("--format", choices=("table", "json", "github"), default="table")
    verb.add_argument("--tree", metavar="T", help="only the cells that this tree of matrix.yaml supports")
    verb.add_argument(
        "--requirement", action="append", metavar="REQ", help="what a tree needs beside the pins; repeatable"
    )

    text = "a project's own matrix.yaml, locks, baseline and workflow, from what it has"
    verb = _verb(verbs, common, "init", run_init, text)
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

    verb = _verb(verbs, common, "lock", run_lock, "(re)resolve the locks")
    verb.add_argument("cell", nargs="*", metavar="CELL")
    verb.add_argument(
        "--check", action="store_true", help="only say, offline, whether each lock still answers its cell"
    )

    verb = _verb(verbs, common, "doctor", run_doctor, "what is missing on this machine, and the command that mends it")
    verb.add_argument("--json", action="store_true", help="the answer as JSON")

    stores = verbs.add_parser("store", help="where everything is kept", description="Where everything is kept.")
    nested = stores.add_subparsers(title="verbs", required=True, metavar="VERB")
    _verb(nested, common, "show", show_store, "where the store is, what it holds, its size", example="store")
    _verb(nested, common, "empty", empty_store, "remove all that is kept", example="store")
    return whole


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


def _message_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--patch", type=Path, action="append", metavar="FILE", help="a diff or an mbox; repeatable")
    parser.add_argument(
        "--find", metavar="TEXT", required=True, help="a part of what was printed; /.../ is an expression"
    )
    parser.add_argument("--path", metavar="P", required=True, help="the document that says it")


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


def _readers(text: str) -> int | str:
    return text if text == "each" else _positive(text)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
