"""The baseline verbs: what a tree's builds say becomes what is accepted.

A cell whose build did not come to its end changes nothing of what is accepted for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from packaging.version import Version

from docs_matrix.baselines import update
from docs_matrix.baselines.baseline_file import Baseline
from docs_matrix.baselines.update import What
from docs_matrix.builds.runner import Made
from docs_matrix.check import check
from docs_matrix.check.check import Progress
from docs_matrix.check.subject import Subject
from docs_matrix.check.workbench import Bench
from docs_matrix.config.matrix import Cell
from docs_matrix.errors import HarnessError, MissingInterpreterError

__all__ = ["Accepted", "accept"]


@dataclass(frozen=True)
class Accepted:
    """What is accepted from now on: `now` takes the place of the file's content, made from the cells `built`.

    `broken` and `skipped` say for the other cells why they have nothing to say: a build that failed, a missing
    interpreter.
    """

    now: Baseline
    built: tuple[str, ...]
    broken: dict[str, str]
    skipped: dict[str, str]


def accept(
    what: What,
    kept: Baseline,
    subject: Subject,
    cells: Sequence[Cell],
    every: Sequence[Cell],
    bench: Bench,
    *,
    jobs: int,
    progress: Progress,
    repeat: int = 1,
    reason: str | None = None,
) -> Accepted:
    """Build `subject` in `cells` and accept `what` they say beside or instead of `kept`; `every` are the tree's cells.

    The order of neither matters: what an entry looks like is what the newest release says.
    """
    found = {}
    whole: list[Made] = []
    broken: dict[str, str] = {}
    skipped: dict[str, str] = {}
    for name, made in check.heads(subject, cells, bench, jobs=jobs, progress=progress, repeat=repeat).items():
        if isinstance(made, HarnessError):
            (skipped if isinstance(made, MissingInterpreterError) else broken)[name] = str(made)
        elif made.build.status != "ok":
            broken[name] = f"{made.build.status}: {made.build.reason}"
        else:
            found[name] = check.observed(made)
            whole.append(made)
        progress.done(name, broken.get(name) or skipped.get(name) or "built")
    anchors = check.anchors_of(subject, bench)
    now = update.accept(
        what,
        kept,
        found,
        [cell.name for cell in sorted(every, key=_age)],
        anchors,
        reason=reason,
        was_read=lambda path: any(check.was_read(path, made, subject) for made in whole),
    )
    return Accepted(now if found else kept, tuple(found), broken, skipped)


def _age(cell: Cell) -> tuple[Version, Version, Version, str]:
    return (Version(cell.sphinx), Version(cell.docutils), Version(cell.python), cell.name)
