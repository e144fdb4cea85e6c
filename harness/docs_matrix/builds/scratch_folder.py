"""Fills the scratch folder of a build (with the probe in place of `sphinx-build`), and makes its environment variables.

The variables are an allow-list: nothing of the user's session reaches the code of a documentation build.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from docs_matrix import files
from docs_matrix.builds import git_answers, host_tools, inventories, recipes
from docs_matrix.builds.build_output import RECORDS
from docs_matrix.builds.generator_outputs import GeneratorOutputs
from docs_matrix.builds.order import Order
from docs_matrix.builds.packages.own_package import FOLDER as PACKAGES
from docs_matrix.builds.warm_store import WarmState
from docs_matrix.probe import probe
from docs_matrix.toolchains.environments import Environment
from docs_matrix.trees import Workspace

__all__ = ["fill", "fill_for_check", "script", "variables"]


def fill(
    order: Order,
    workspace: Workspace,
    store: Path,
    state: WarmState | None,
    again: tuple[str, ...],
    outputs: GeneratorOutputs | None,
) -> recipes.BuildFolders:
    """Fill the scratch folder of a build with the probe's settings, HOME and TMPDIR, and `sphinx-build`; return the folders.

    `state` is the warm state to start from, with the documents `again` to read in any case. `outputs` is None for a build without
    shortcuts.
    """
    scratch = workspace.scratch
    watched = bool(order.reading and order.reading.watched)
    python = order.environment.python
    kind = recipes.KINDS[order.recipe.kind]
    shortcuts = recipes.Shortcuts()
    if outputs:
        shortcuts = kind.shortcuts(workspace.root, python, outputs.known, outputs.new)
    for name in ("home", "tmp", "bin"):
        (scratch / name).mkdir()
    git = git_answers.recorder(workspace, python)
    config = {
        "records": str(scratch / RECORDS),
        "root": str(workspace.root),
        "places": [
            (str(scratch / "home"), "<home>"),
            (str(scratch / "tmp"), "<tmp>"),
            (str(scratch / "output"), "<output>"),
            (str(scratch / PACKAGES), "<packages>"),
            (str(scratch), "<scratch>"),
        ],
        "documents": None if order.documents is None else list(order.documents),
        "plain": order.plain,
        "quiet": not (order.all_pages or order.plain),
        "keep": str(scratch / "warm") if order.keep and order.answers_for_all else None,
        "start": str(state.folder) if state else None,
        "again": list(again),
        "companions": dict(shortcuts.companions),
        "order": vars(order.reading) if order.reading else None,
        "watch": watched,
        "sealed": kind.seals,
        "git": git[0] if git else None,
        "inventories": inventories.put(order.inventories, store, scratch / "inventories"),
    }
    files.write_json(scratch / "probe.json", config)
    sphinx_build = scratch / "bin" / "sphinx-build"
    # A makefile may tell Python to store bytecode in the output folder, which is empty: each build would compile all of Sphinx.
    options = () if order.plain else ("-X", "pycache_prefix")
    _program(sphinx_build, recipes.exec_line(python, *options, probe.__file__, scratch / "probe.json"))
    for name, text in {**shortcuts.programs, **({"git": git[1]} if git else {})}.items():
        _program(scratch / "bin" / name, text)
    return recipes.BuildFolders(workspace.root, scratch, sphinx_build, workspace.top)


def fill_for_check(workspace: Workspace, environment: Environment | None) -> Mapping[str, str]:
    """Make HOME and TMPDIR for a tree check, and return its environment variables."""
    where = recipes.BuildFolders(
        workspace.root, workspace.scratch, workspace.scratch / "bin" / "sphinx-build", workspace.top
    )
    for name in ("home", "tmp", "bin"):
        (workspace.scratch / name).mkdir()
    return variables(environment, where)


def _program(path: Path, text: str) -> None:
    """Write the shell script `path` that runs `text`."""
    files.write_whole(path, script(text).decode())
    path.chmod(0o755)


def script(text: str) -> bytes:
    """Return the shell script that runs `text`."""
    return f"#!/bin/sh\n{text}\n".encode()


def variables(
    environment: Environment | None, where: recipes.BuildFolders, folders: Sequence[str] = ()
) -> Mapping[str, str]:
    """Return all variables of a build. PATH starts with `bin` of the virtual environment; no variable comes from the user.

    Python looks into `folders` before its own. A tree check may have no `environment`.
    """
    own = (str(environment.bin),) if environment else ()
    path = (str(where.sphinx_build.parent), *own, *host_tools.folders())
    return {
        "PATH": os.pathsep.join(path),
        "HOME": str(where.scratch / "home"),
        "TMPDIR": str(where.scratch / "tmp"),
        "LC_ALL": "C.UTF-8",  # Sphinx 8 and 9 crash at the start on a locale that the system lacks
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",  # else the lines of a child come before earlier lines of its parent
        **({"VIRTUAL_ENV": str(environment.folder)} if environment else {}),
        **git_answers.git_variables(where.top or where.root),
        **({"PYTHONPATH": os.pathsep.join(folders)} if folders else {}),
    }
