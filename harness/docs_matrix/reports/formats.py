"""What `--format` names: an answer as text on standard output, for a tool that reads it."""

from __future__ import annotations

import json

from docs_matrix.diagnostics.findings import Run
from docs_matrix.reports.b4 import b4_checks
from docs_matrix.reports.escaping import harmless
from docs_matrix.reports.ktap import ktap
from docs_matrix.reports.outcome import Outcome

__all__ = ["text"]


def text(form: str, outcome: Outcome, run: Run | None = None, *, url: str = "") -> str:
    """Return `outcome` in the form that `--format` names; `ktap` has the cells of `run`.

    `terse` is a line for each new message and each cell that was not built, and nothing else.
    """
    if form == "b4":  # `##[` is the same to a reader of JSON, and no command to GitHub's runner
        return json.dumps(b4_checks(outcome, url), indent=2).replace("##[", "##\\u005b") + "\n"
    if form == "ktap" and run is not None:
        return "".join(f"{harmless(line)}\n" for line in ktap(run, outcome).splitlines())
    return "".join(f"{harmless(str(line))}\n" for line in outcome.lines)
