"""One trial: a kind of change made to a project, built plainly before and after, and judged by `check` in one cell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from tests.planted import answers, plain
from tests.planted.difference import Difference, compare, unsteady
from tests.planted.mistakes import KINDS, Site
from tests.planted.projects import Project, git, make_base

__all__ = ["Trial", "run"]

BY_PATCH = ("code", "included", "label-removed")
"""The kinds that are given as a patch, not as a changed folder."""


@dataclass(frozen=True)
class Trial:
    """How a trial went: the difference, None where the kind does not apply; `notes` say that, or what was read."""

    difference: Difference | None
    notes: str
    effect: bool = False
    """Whether plain builds say anything else after the change."""


def run(project: Project, kind: str, cell: str, work: Path, seed: int = 0) -> Trial:
    """Plant a kind of mistake into a project, and compare the answer of one cell; `seed` chooses where."""
    tree = make_base(project, work)
    place, reason = _environment(tree, cell, project.requirements)
    if place is None:
        return Trial(Difference(missed=[f"the cell cannot be built: {reason[:200]}"]), "nothing")

    def built(number: int = 1) -> plain.Plain:
        return plain.build(tree, project.source, place, work / "plain", package=project.package, number=number)

    base = built()
    if base.status:
        return Trial(Difference(missed=[f"the base cannot be built: {base.end}"]), "nothing")
    places = KINDS[kind](Site(tree, project.source, base.entries), Random(f"{project.name} {kind} {seed}"))
    if places is None:
        return Trial(None, "does not apply")
    head = built()
    change = _change(kind, project, tree, work)
    answer = answers.ask(tree, change, cell, project.requirements)
    found = compare(base, head, answer, places)
    if not found.good:  # only then it matters what equal builds do not all say
        if change[0] == "--patch":
            git(tree, "apply", change[1])
        left_out = unsteady(head, built(2))
        make_base(project, work)
        found = compare(base, head, answer, places, left_out | unsteady(base, built(2)))
    package = ", describes its installed package" if project.package else ""
    return Trial(found, f"{answer.read} read{package}", bool(head.status) or set(head.said) != set(base.said))


def _change(kind: str, project: Project, tree: Path, work: Path) -> tuple[str | Path, ...]:
    """How the change is given: the folder as it is, or restored and a patch beside it."""
    if kind not in BY_PATCH:
        return ("--base", "HEAD")
    git(tree, "add", "--all", "--force")
    patch = work / f"{project.name}.patch"
    patch.write_text(git(tree, "diff", "--cached", "--binary"), "utf-8")
    make_base(project, work)
    return ("--patch", patch)


@cache
def _environment(tree: Path, cell: str, requirements: tuple[str, ...]) -> tuple[Path | None, str]:
    """The environment of a cell, made by a first check where it has to be; or why it cannot be."""
    place = answers.environment(cell, requirements)
    if place is not None:
        return place, ""
    first = answers.ask(tree, ("--base", "HEAD"), cell, requirements)
    return answers.environment(cell, requirements), first.reason
