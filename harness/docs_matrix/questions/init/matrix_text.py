"""The text of a new matrix.yaml, as people read and change it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from docs_matrix.config.matrix import Cell, Recipe
from docs_matrix.questions.init.project_facts import ProjectFacts

__all__ = ["TREE", "cell_lines", "matrix_text"]

TREE = "docs"
"""The name of the tree."""


def matrix_text(cells: Sequence[Cell], requirements: tuple[str, ...], project: ProjectFacts) -> str:
    """Return the matrix of the documentation of `project` with these `requirements` in `cells`."""
    recipe = project.recipe
    lines = [
        "# The combinations that this documentation is built with (docs-matrix init wrote them; change them as you like,",
        "# then run: docs-matrix lock, and docs-matrix baseline write). Versions are quoted: 3.10 is 3.1 to an editor.",
        "version: 1",
        "",
        "defaults:",
        f"  tree: {TREE}",
        "",
        "cells:",
    ]
    for cell in cells:
        lines += [*cell_lines(cell), ""]
    more = f", builder: {recipe.builder}" if recipe.builder != Recipe.builder else ""
    more += f", folder: {json.dumps(recipe.folder)}" if recipe.folder != Recipe.folder else ""
    more += f", options: {json.dumps(list(recipe.options))}" if recipe.options else ""
    lines += [
        "trees:",
        f"  {TREE}:",
        "    path: .",
        f"    recipe: {{sphinx: {{source: {json.dumps(recipe.source)}{more}}}}}",
        f"    requirements: {json.dumps(list(requirements))}",
        *([f"    install: {json.dumps(list(project.install.folders))}"] if project.install.folders else []),
        *(["    setup:", *(f"      - {json.dumps(text)}" for text in project.setup)] if project.setup else []),
        f"    baseline: baselines/{TREE}.yaml",
    ]
    return "\n".join(lines) + "\n"


def cell_lines(cell: Cell) -> list[str]:
    """Return the lines of `cell` in the list of cells."""
    date = cell.date.strftime("%Y-%m-%dT%H:%M:%SZ")
    pairs = [("python", cell.python), ("docutils", cell.docutils), ("sphinx", cell.sphinx), ("date", date)]
    label = cell.name.removeprefix(f"py{cell.python}-docutils{cell.docutils}-sphinx{cell.sphinx}").removeprefix("-")
    if label:
        pairs.append(("label", label))
    lines = [f"  {'-' if name == 'python' else ' '} {name}: {json.dumps(value)}" for name, value in pairs]
    if cell.requirements:
        lines += ["    requirements:", *(f"      - {json.dumps(text)}" for text in cell.requirements)]
    return [*lines, f"    why: {json.dumps(cell.why)}"]
