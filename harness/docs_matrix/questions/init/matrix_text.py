"""The text of a new matrix.yaml, for people to read and change."""

from __future__ import annotations

import json
from collections.abc import Sequence

from docs_matrix.config.matrix import Cell, Recipe
from docs_matrix.questions.init.project_facts import ProjectFacts

__all__ = ["TREE", "cell_lines", "matrix_text"]

TREE = "docs"
"""The name of the tree."""


def matrix_text(cells: Sequence[Cell], requirements: tuple[str, ...], project: ProjectFacts) -> str:
    """Return the matrix for the documentation of `project`, with these `requirements` in `cells`."""
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
    lines += [
        "trees:",
        f"  {TREE}:",
        "    path: .",
        f"    recipe: {_recipe(project.recipe)}",
        f"    requirements: {json.dumps(list(requirements))}",
        *_install(project),
        *(["    setup:", *(f"      - {json.dumps(text)}" for text in project.setup)] if project.setup else []),
        f"    baseline: baselines/{TREE}.yaml",
    ]
    return "\n".join(lines) + "\n"


def _install(project: ProjectFacts) -> list[str]:
    """Return the line with the packages of the tree; none if there are none, and the user did not say so."""
    if project.install.folders:
        return [f"    install: {json.dumps(list(project.install.folders))}"]
    word = "release" if project.install.release else "none"
    return [f"    install: {word}"] if project.install.release or project.named_install else []


def _recipe(recipe: Recipe) -> str:
    """Return a recipe as in matrix.yaml, on one line, without default values."""
    usual = Recipe(recipe.kind, recipe.source, recipe.source)
    given: dict[str, object] = {"source": recipe.source}
    names = ("config", "folder", "builder", "options") if recipe.kind == "sphinx" else ("target",)
    given |= {name: value for name in names if (value := getattr(recipe, name)) != getattr(usual, name)}
    pairs = (f"{name}: {json.dumps(value)}" for name, value in given.items())
    return f"{{{recipe.kind}: {{{', '.join(pairs)}}}}}"


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
