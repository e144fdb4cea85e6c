"""A second `init`: missing files and cells are added, and nothing that exists is changed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import yaml

from docs_matrix.baselines import baseline_file
from docs_matrix.check.accept import Accepted
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Cell, Matrix
from docs_matrix.errors import InputError
from docs_matrix.questions.init.accepting_builds import AcceptingBuilds
from docs_matrix.questions.init.ci_files import CiFiles, write_files
from docs_matrix.questions.init.equip import equip
from docs_matrix.questions.init.init_report import kinds_of
from docs_matrix.questions.init.matrix_text import cell_lines
from docs_matrix.questions.init.project_facts import ProjectFacts
from docs_matrix.questions.init.short_reason import short_reason

__all__ = ["Updated", "missing_requirements", "update", "with_cells"]


@dataclass(frozen=True)
class Updated:
    """The files `written`, relative to the project; the names of the cells `added`; why others were `left` out.

    `kinds` has the number of accepted diagnostics of the added cells, by kind.
    """

    written: tuple[str, ...]
    added: tuple[str, ...]
    left: Mapping[str, str]
    untouched: tuple[str, ...]
    kinds: Mapping[str, int]


def update(
    configuration: Matrix,
    project: ProjectFacts,
    wanted: Sequence[Cell],
    dates: Mapping[str, datetime | str],
    beside: CiFiles,
    builds: AcceptingBuilds,
) -> Updated:
    """Add those cells of `wanted` that build the default tree of `configuration`, and the missing files of `beside`.

    The diagnostics of the new cells are accepted in the baseline; no diagnostic of the other cells is. Raises `InputError` if
    the file has no default tree with a baseline, or if a cell cannot be added to it.
    """
    tree = configuration.trees.get(configuration.tree or "")
    if tree is None or tree.baseline is None:
        raise InputError(f"{configuration.path}: has no default tree with a baseline; init changes nothing in it")
    equipped = equip(wanted, project, dates, offline=builds.offline)
    left = {one.cell.name: one.reason for one in equipped if one.reason}
    cells = [one.cell for one in equipped if not one.reason]
    texts: dict[Path, str] = {}
    added: list[Cell] = []
    kinds: Mapping[str, int] = {}
    if cells:
        accepted = builds.accept(replace(configuration, cells=(*configuration.cells, *cells)), cells)
        left |= {name: short_reason(why) for name, why in accepted.failures.items()}
        added = [cell for cell in cells if cell.name in accepted.built]
        if added:
            names = {cell.name for cell in added}
            said = [one for one in accepted.now.entries if one.cells is None or names & set(one.cells)]
            kinds = kinds_of(said, len(configuration.cells) + len(added))
            texts = _texts(configuration, tree.baseline, added, accepted)
    others = beside.texts([cell.name for cell in (*configuration.cells, *added)])
    texts |= {path: text for path, text in others.items() if not path.exists()}
    write_files(texts, configuration.folder, beside.top)
    folder = configuration.folder
    return Updated(
        tuple(os.path.relpath(path, folder) for path in texts),
        tuple(cell.name for cell in added),
        left,
        tuple(os.path.relpath(path, folder) for path in others if path not in texts),
        kinds,
    )


def _texts(configuration: Matrix, baseline: Path, added: Sequence[Cell], accepted: Accepted) -> dict[Path, str]:
    """Return the new texts of the matrix and the baseline, and the locks of the cells `added`."""
    text = with_cells(configuration.path, configuration.path.read_text("utf-8"), added)
    with tempfile.TemporaryDirectory(prefix="docs-matrix-") as name:
        scratch = Path(name)
        (scratch / "matrix.yaml").write_text(text, "utf-8")
        matrix.load(scratch / "matrix.yaml")
        baseline_file.write(scratch / "baseline.yaml", accepted.now)
        written = (scratch / "baseline.yaml").read_text("utf-8")
    names = [cell.name for cell in added]
    built = [one for one in accepted.cells.values() if one.provided and one.cell.name in names]
    locks = [one.provided.environment.lock for one in built if one.provided]
    return {
        configuration.path: text,
        baseline: written,
        **{configuration.folder / "locks" / lock.path.name: lock.text for lock in locks},
    }


def with_cells(path: Path, text: str, cells: Sequence[Cell]) -> str:
    """Return `text`, the matrix at `path`, with `cells` at the end of its list; all other lines are not changed.

    Raises `InputError` if the cells are not a list with one entry below the other.
    """
    root = yaml.compose(text, yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    listed = next((value for key, value in pairs if key.value == "cells"), None)
    if not isinstance(listed, yaml.SequenceNode) or listed.flow_style or not listed.value:
        names = ", ".join(cell.name for cell in cells)
        raise InputError(f"{path}: the cells are not a list with one entry in each line; add these by hand: {names}")
    lines = text.splitlines()
    end = _last_line(listed.value[-1]) + 1
    new: list[str] = []
    for cell in cells:
        new += ["", *(" " * listed.start_mark.column + line[2:] for line in cell_lines(cell))]
    return "\n".join([*lines[:end], *new, *lines[end:]]) + "\n"


def _last_line(node: yaml.Node) -> int:
    """Return the number of the last line of `node`, without comments and empty lines after it."""
    if isinstance(node, yaml.MappingNode) and node.value and not node.flow_style:
        return _last_line(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        return _last_line(node.value[-1])
    return int(node.end_mark.line) - (
        1 if node.end_mark.column == 0 and node.end_mark.line > node.start_mark.line else 0
    )


def missing_requirements(configuration: Matrix, project: ProjectFacts) -> tuple[str, ...]:
    """Return the requirements of the project that the default tree of `configuration` does not list."""
    tree = configuration.trees.get(configuration.tree or "")
    listed = (tree.requirements if tree else None) or ()
    return tuple(one for one in matrix.normalised(project.requirements) if one not in listed)
