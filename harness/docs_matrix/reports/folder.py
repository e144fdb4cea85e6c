"""The folder of a run's reports, and the module that makes each of its files.

For people:

- `report.html` (`html`), `summary.md` (`markdown`), `logs/<cell>.log`
- `report.txt` in the form of the kernel's robot (`robot_form`), with its `reproduce.sh` (`reproduce_script`)

For programs:

- `findings.json` (`findings_json`), `junit.xml` (`junit`)
- `findings.sarif` and `code-scanning.sarif` (`sarif`), `gl-code-quality-report.json` (`gitlab`)
- `patchwork-check.json` (`patchwork`), `kcidb.json` (`kcidb`)
"""

from __future__ import annotations

import json
from pathlib import Path

from docs_matrix import __version__
from docs_matrix.check.rerun import Rerun
from docs_matrix.diagnostics.findings import Run, file_name
from docs_matrix.files import cannot_write, write_json, write_whole
from docs_matrix.nofollow import remove
from docs_matrix.reports.escaping import visible
from docs_matrix.reports.findings_json import document
from docs_matrix.reports.gitlab import code_quality
from docs_matrix.reports.html import page
from docs_matrix.reports.junit import junit
from docs_matrix.reports.kcidb import kcidb
from docs_matrix.reports.markdown import summary
from docs_matrix.reports.outcome import Outcome
from docs_matrix.reports.patchwork import patchwork_check
from docs_matrix.reports.reproduce_script import NAME, script
from docs_matrix.reports.robot_form import report_text
from docs_matrix.reports.sarif import sarif

__all__ = ["prepare", "write", "write_outcome"]

PATCHWORK, KCIDB = "patchwork-check.json", "kcidb.json"
REPORTS = (
    "junit.xml",
    "findings.json",
    "report.txt",
    NAME,
    "report.html",
    "summary.md",
    "findings.sarif",
    "code-scanning.sarif",
    "gl-code-quality-report.json",
    PATCHWORK,
    KCIDB,
)


def prepare(out: Path, *, keep: bool) -> None:
    """Make the folder `out` before anything is built. Remove the reports of an earlier run, unless `keep`.

    The folder gets a `.gitignore`, so that reports inside a tree are not part of the tree. Raises `MachineError` if `out`
    cannot be written.
    """
    try:
        write_whole(out / ".gitignore", "*\n")
        for name in () if keep else REPORTS:
            remove(out / name)
    except OSError as error:
        raise cannot_write(out, error) from error


def write_outcome(run: Run, outcome: Outcome, out: Path, *, url: str = "", origin: str | None = None) -> None:
    """Write `outcome` into the folder `out`, in the forms that the clients of patchwork and KCIDB send.

    `url` is the address of the report. `origin` is the name of the CI system for KCIDB; without it, no KCIDB file is written.
    Raises `MachineError` if a file cannot be written.
    """
    write_json(out / PATCHWORK, patchwork_check(outcome, url))
    if origin is not None:
        write_json(out / KCIDB, kcidb(run, outcome, origin, url))


def write(run: Run, out: Path, *, strict: bool = False, below: str = "", rerun: Rerun | None = None) -> None:
    """Write the reports of `run` into the folder `out`.

    Each file is written completely or not at all. Other files in the folder stay.

    - `strict`: write JUnit that the schema of Jenkins' xUnit plugin allows.
    - `below`: the path of the tree inside its repository. Forges want paths that start there.
    - `rerun`: the data for `reproduce.sh`. Without it, this script is not written.

    Raises `MachineError` if a file cannot be written.
    """
    for cell in run.cells:
        write_whole(out / "logs" / f"{file_name(cell.name)}.log", visible(cell.log))
    write_json(out / "findings.json", document(run))
    write_whole(out / "report.txt", report_text(run))
    if rerun is not None:
        write_whole(out / NAME, script(rerun))
    write_whole(out / "summary.md", summary(run))
    write_whole(out / "report.html", page(run))
    forges = {
        "findings.sarif": sarif(run, version=__version__, folder=below),
        "code-scanning.sarif": sarif(run, version=__version__, folder=below, uploading=True),
        "gl-code-quality-report.json": code_quality(run, below),
    }
    for name, report in forges.items():  # each on one line, which is faster to write; no person reads them
        write_whole(out / name, json.dumps(report) + "\n")
    write_whole(out / "junit.xml", junit(run, strict=strict))
