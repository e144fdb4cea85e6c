"""Plant mistakes, and hold what `docs-matrix check` answers against plain builds: `python -m tests.planted --help`."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.planted.difference import Difference
from tests.planted.mistakes import KINDS
from tests.planted.projects import PROJECTS
from tests.planted.trial import Trial, run

ROOT = Path(__file__).parents[2]


def main(words: Sequence[str] | None = None) -> int:
    """Print a line for each project, cell and kind, what is wrong, and sums; return 1 where anything is, or nothing is right."""
    options = _options(words)
    sums: dict[str, Difference] = defaultdict(Difference)
    for project, cell, kind in _asked(options):
        trial = run(PROJECTS[project], kind, cell, options.work, options.seed)
        print(f"{project:16} {kind:20} {cell:34} {_in_words(trial)}", flush=True)
        found = trial.difference or Difference()
        for name in ("missed", "false", "misplaced"):
            for line in getattr(found, name):
                print(f"    {name}: {line}", flush=True)
        for whole in (f"kind {kind}", f"project {project}", f"cell {cell}", "all"):
            sums[whole].add(found)
    print("", *(f"{name:50} {sums[name]}" for name in sorted(sums)), sep="\n")
    return 0 if sums["all"].good and sums["all"].right else 1


def _asked(options: argparse.Namespace) -> Iterator[tuple[str, str, str]]:
    for project in options.project or PROJECTS:
        for cell in options.cell or PROJECTS[project].cells:
            for kind in options.kind or KINDS:
                yield project, cell, kind


def _in_words(trial: Trial) -> str:
    if trial.difference is None:
        return trial.notes
    return f"{trial.difference} ({trial.notes}{'' if trial.effect else '; plain builds say the same'})"


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description=__doc__)
    parser.add_argument("--project", action="append", choices=PROJECTS, help="only this project; repeatable")
    parser.add_argument("--kind", action="append", choices=KINDS, help="only this kind of change; repeatable")
    parser.add_argument("--cell", action="append", help="only this cell; repeatable")
    parser.add_argument("--seed", type=int, default=0, help="another number plants elsewhere")
    parser.add_argument("--work", type=Path, default=ROOT / ".planted", help="where trees and plain builds are kept")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
