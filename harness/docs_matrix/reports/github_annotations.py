"""A run as annotations of GitHub Actions: one line for each finding, which the runner shows on the changed line.

GitHub shows at most ten annotations of a kind for one step. So at most ten are printed, and the others are counted. Values are
escaped as GitHub documents it for workflow commands: no message can end a property or begin a command.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from docs_matrix.diagnostics.findings import Finding, Run, Verdict, is_lane
from docs_matrix.reports import wording
from docs_matrix.reports.escaping import cut, one_line, plural, visible

__all__ = ["LIMIT", "annotate", "command", "within"]

LIMIT = 10
"""GitHub shows at most this many annotations of one kind for one step."""

_LONGEST = 4_000
_NEAREST_FIRST = ("line", "file", "elsewhere")


def annotate(run: Run, folder: str = "") -> tuple[str, ...]:
    """Return the workflow commands for `run`: a warning for each new finding, an error for each cell that was not built.

    `folder` is the path of the tree inside its repository. Findings on touched lines come first. If there are more than
    `LIMIT`, a notice says how many are not shown.
    """
    new = sorted((finding for finding in run.findings if finding.verdict is Verdict.NEW), key=_nearness)
    broken = [cell for cell in run.cells if cell.status != "ok"]
    warnings = dict.fromkeys(_warning(finding, run, folder) for finding in new)  # equal annotations are shown once
    lines = list(warnings)[:LIMIT]
    for cell in broken[:LIMIT]:
        said = f"{cell.name}: {cell.status}: {cell.reason or 'no reason was given'}"
        title = "a check could not run" if is_lane(cell.name) else "a cell was not built"
        lines.append(command("error", {"title": f"docs-matrix: {title}"}, one_line(said)))
    lines += _rest(len(warnings), len(broken))
    return tuple(lines)


def command(kind: Literal["warning", "error", "notice"], properties: dict[str, str], data: str) -> str:
    r"""Return a workflow command as one line.

    >>> command("warning", {"file": "a,b.rst", "line": "3"}, "50 %\n::error::x")
    '::warning file=a%2Cb.rst,line=3::50 %25%0A::error::x'
    """
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    said = f"{told}::{_data(visible(cut(data, _LONGEST)))}"
    return f"::{kind}{' ' if told else ''}{said}".replace("##[", "##\\x5b")  # it is read inside of lines, too


def within(folder: str, path: str) -> str:
    """Return the path in the repository of the file `path` of a tree; `folder` is the path of the tree in the repository.

    >>> within("examples/kernel-like/", "index.rst"), within("", "index.rst")
    ('examples/kernel-like/index.rst', 'index.rst')
    """
    return f"{folder.rstrip('/')}/{path}" if folder.strip("/") else path


def _warning(finding: Finding, run: Run, folder: str) -> str:
    file = wording.file(finding, run)
    properties = {
        "file": within(folder, file) if file else "",
        "line": str(finding.line) if file and finding.line else "",
        "title": cut(one_line(f"{finding.level}: {finding.category or 'documentation'}"), 200),
    }
    return command(
        "warning", properties, f"{wording.message(finding, run)[:3_000]}\n({'; '.join(wording.facts(finding, run))})"
    )


def _rest(new: int, broken: int) -> Iterator[str]:
    told = [plural(new - LIMIT, "more new diagnostic")] if new > LIMIT else []
    if broken > LIMIT:
        told.append(f"{broken - LIMIT} more {'cells that were' if broken > LIMIT + 1 else 'cell that was'} not built")
    if told:
        yield command("notice", {"title": "docs-matrix"}, f"{' and '.join(told)}: see the job's summary and its report")


def _nearness(finding: Finding) -> int:
    near = _NEAREST_FIRST
    return near.index(finding.reason) if finding.reason in near else len(near)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(one_line(text)).replace(":", "%3A").replace(",", "%2C")
