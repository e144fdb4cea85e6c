"""The forms of `--format`: the answer as text on standard output, for another tool."""

from __future__ import annotations

import json

from docs_matrix.diagnostics.findings import Run
from docs_matrix.reports.b4 import b4_checks
from docs_matrix.reports.escaping import harmless
from docs_matrix.reports.ktap import ktap
from docs_matrix.reports.outcome import Outcome

__all__ = ["text"]


def text(form: str, outcome: Outcome, run: Run | None = None, *, url: str = "") -> str:
    """Return `outcome` in the form `form`, one of the values of `--format`.

    `terse` prints a line for each new message and for each cell that was not built, and nothing else. `b4` prints JSON for b4.
    `ktap` prints KTAP, and needs `run` for its cells. `url` is the address of the report.
    """
    if form == "b4":  # GitHub's runner must not see `##[`; a JSON reader decodes the escape to the same text
        return json.dumps(b4_checks(outcome, url), indent=2).replace("##[", "##\\u005b") + "\n"
    if form == "ktap" and run is not None:
        return "".join(f"{harmless(line)}\n" for line in ktap(run, outcome).splitlines())
    return "".join(f"{harmless(str(line))}\n" for line in outcome.lines)
