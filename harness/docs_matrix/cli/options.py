"""The options that several verbs have, each with one text."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = [
    "FORMATS",
    "add_cell",
    "add_confinement",
    "add_docs",
    "add_every",
    "add_format",
    "add_jobs",
    "add_json",
    "add_kernel_doc",
    "add_message",
    "add_nested",
    "add_onto",
    "add_out",
    "add_patch",
    "add_repeat",
    "add_report",
    "add_report_forms",
    "add_revisions",
    "add_tree",
    "positive",
    "sentence",
]

TREE = "a tree of matrix.yaml, a folder, a git repository or an archive"
JSON = "the answer as JSON"
FORMATS = ("b4", "terse")
"""The forms of `--format`, for other tools. A run of cells has also `ktap` (`docs_matrix.reports.formats`)."""
CONFINE = ("auto", "bubblewrap", "landlock", "none")
"""The same as `docs_matrix.confinement.confinement.Choice`, which is not imported only to print a help text."""


def add_every(parser: argparse.ArgumentParser, *, example: str) -> None:
    """Add what every verb has: the example at the end of its help, `--matrix`, `--offline` and `--debug`."""
    parser.epilog = f"Example: {example}"
    parser.add_argument(
        "--matrix",
        type=Path,
        metavar="FILE",
        help="matrix.yaml; default: the one in this folder or above it, or the shipped one",
    )
    parser.add_argument(
        "--offline", action="store_true", help="do not use the package index, and fetch no inventory of another project"
    )
    parser.add_argument("--debug", action="store_true", help="show tracebacks and unclassified lines")


def add_nested(verbs: Any, name: str, line: str, *, example: str) -> argparse.ArgumentParser:
    """Add the verb `name` below another one, with the options of every verb, and return its parser."""
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=line, description=sentence(line))
    add_every(parser, example=example)
    return parser


def sentence(line: str) -> str:
    """Return `line` with a capital letter and a full stop."""
    return f"{line[0].upper()}{line[1:]}."


def add_tree(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a tree and say how it is built: `--tree`, `--requirement`, `--jobs`, and the confinement."""
    parser.add_argument("--tree", metavar="T", help=TREE)
    parser.add_argument(
        "--requirement",
        action="append",
        metavar="REQ",
        help="what the tree needs beside the pins of the cell (PEP 508); repeatable",
    )
    add_jobs(parser)
    add_confinement(parser)


def add_confinement(parser: argparse.ArgumentParser) -> None:
    """Add `--confine` and `--network`: they say what a build may do on this machine, since it runs the code of a tree."""
    text = "how builds are kept away from the rest of this machine; default: auto, the strongest way that works here"
    parser.add_argument("--confine", choices=CONFINE, default="auto", help=text)
    parser.add_argument(
        "--network", choices=("on", "off"), default="off", help="whether builds have the network; default: off"
    )


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Add `--jobs`."""
    parser.add_argument(
        "--jobs",
        type=positive,
        default=_cores(),
        metavar="N",
        help="how many builds run at a time; default: the number of cores",
    )


def add_cell(parser: argparse.ArgumentParser, text: str = "only this cell; repeatable") -> None:
    """Add `--cell`, which may be given several times."""
    parser.add_argument("--cell", action="append", metavar="CELL", help=text)


def add_patch(
    parser: argparse.ArgumentParser, text: str = "a diff or an mbox; repeatable", metavar: str = "FILE"
) -> None:
    """Add `--patch` and `--before`, which may be given several times."""
    more = "- for standard input; lore:MESSAGE-ID for a mail that b4 fetches"
    parser.add_argument("--patch", action="append", metavar=metavar, help=f"{text}; {more}")
    text = "a diff or an mbox that comes before --patch: applied to both sides; repeatable"
    parser.add_argument("--before", action="append", metavar="FILE", help=text)


def add_docs(parser: argparse.ArgumentParser, text: str = "read only this document or folder; repeatable") -> None:
    """Add `--docs`, which may be given several times."""
    parser.add_argument("--docs", action="append", metavar="D", help=text)


def add_onto(parser: argparse.ArgumentParser) -> None:
    """Add `--onto`: where a patch is applied."""
    text = "apply the patch to this revision; if repeated, to the one of them that it was made for"
    parser.add_argument("--onto", action="append", metavar="REV", help=text)


def add_revisions(parser: argparse.ArgumentParser) -> None:
    """Add `--base` and `--head`: the two ends of a change in a git tree."""
    parser.add_argument("--base", metavar="REV", help="compare with this revision of a git tree")
    parser.add_argument("--head", metavar="REV", help="with --base: check this revision; default: the work tree")


def add_kernel_doc(parser: argparse.ArgumentParser) -> None:
    """Add `--kernel-doc`."""
    text = "for a kernel: check the kernel-doc comments of changed source files (changed; default), or of all source files (all)"
    parser.add_argument("--kernel-doc", choices=("changed", "all"), help=text)


def add_repeat(parser: argparse.ArgumentParser) -> None:
    """Add `--repeat`."""
    parser.add_argument(
        "--repeat",
        type=positive,
        default=1,
        metavar="N",
        help="run each build N times; a message that differs is flaky",
    )


def add_report(parser: argparse.ArgumentParser) -> None:
    """Add the positional REPORT: a robot's mail."""
    more = "- for standard input; lore:MESSAGE-ID for a thread that b4 fetches"
    text = f"a file with a robot's report: text, mail, mbox, archive page or thread; {more}"
    parser.add_argument("report", metavar="REPORT", help=text)


def add_message(parser: argparse.ArgumentParser) -> None:
    """Add `--patch`, and the two options that name one message: `--find` and `--path`."""
    add_patch(parser)
    parser.add_argument(
        "--find", metavar="TEXT", required=True, help="a part of the printed message; /.../ is a regular expression"
    )
    parser.add_argument(
        "--path", metavar="P", required=True, help="the document that gives the message, or the file of a finding"
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json` alone."""
    parser.add_argument("--json", action="store_true", help=JSON)


def add_format(parser: argparse.ArgumentParser, forms: Sequence[str], *, json: str = JSON) -> None:
    """Add `--json` or `--format`, which takes one of `forms`, and `--url`, which some of them show."""
    printed = parser.add_mutually_exclusive_group()
    printed.add_argument("--json", action="store_true", help=json)
    printed.add_argument("--format", choices=forms, help="print the answer for a tool: " + ", ".join(forms))
    parser.add_argument(
        "--url", default="", metavar="URL", help="where the report can be seen: for b4, patchwork and KCIDB"
    )


def add_report_forms(parser: argparse.ArgumentParser) -> None:
    """Add `--json` and `--markdown`, of which one at most can be given."""
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=JSON)
    form.add_argument("--markdown", action="store_true", help="the answer as Markdown, for a bug report")


def add_out(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the reports go, and in which forms."""
    parser.add_argument(
        "--out", type=Path, default=Path("docs-matrix-report"), metavar="DIR", help="the folder for the reports"
    )
    add_format(parser, (*FORMATS, "ktap"), json="print findings.json")
    parser.add_argument(
        "--kcidb",
        type=_origin,
        metavar="ORIGIN",
        help="also write kcidb.json; ORIGIN is the name of the CI system that submits it",
    )
    parser.add_argument(
        "--github",
        action="store_true",
        help="in GitHub Actions: print annotations, and write the summary and the outputs of the step",
    )
    parser.add_argument(
        "--strict-junit", action="store_true", help="write only what Jenkins' schema for junit.xml allows"
    )


def positive(text: str) -> int:
    """Return `text` as a whole number. Raise `argparse.ArgumentTypeError` if it is none, or less than 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _origin(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9_]+", text):
        raise argparse.ArgumentTypeError(f"{text!r}: the name of a CI system has only a-z, 0-9 and _")
    return text


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
