"""How a project begins: what `init` writes, and what it refuses."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

import pytest
import yaml

from tests.conftest import MIDDLE, NEWEST, Command
from tests.support.git import git

pytestmark = pytest.mark.builds

Write = Callable[[str, Mapping[str, str]], Path]
PROJECT = {"docs/conf.py": "project = 'x'\n", "docs/index.rst": "Index\n=====\n\n*open\n"}
ACTION = f"owner/docs-matrix@{'0123456789' * 4}"
COMMIT = "0123456789" * 4


def begin(docs_matrix: Command, folder: Path, *more: str) -> dict[str, object]:
    answer = docs_matrix("init", folder, "--action", ACTION, "--json", *more)
    assert answer.status == 0, answer.stderr
    told: dict[str, object] = json.loads(answer.stdout)
    return told


def test_a_project_gets_matrix_locks_baseline_workflow_and_noxfile_and_its_first_run_is_green(
    docs_matrix: Command, write: Write
) -> None:
    folder = write("project", {**PROJECT, "docs/conf.py": f"project = '{uuid.uuid4()}'\n"})
    git(folder, "init", "-q", "-b", "trunk")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    told = begin(docs_matrix, folder, "--cell", NEWEST, "--cell", MIDDLE, "--nox")
    assert told["kept"] == [MIDDLE, NEWEST]
    assert told["accepted"] == 1
    assert told["written"] == [
        "matrix.yaml",
        "baselines/docs.yaml",
        f"locks/{MIDDLE}.txt",
        f"locks/{NEWEST}.txt",
        ".github/workflows/docs-matrix.yml",
        "noxfile.py",
    ]
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "begin")
    answer = docs_matrix("check", cwd=folder, CI="true")
    assert answer.status == 0, answer.stdout
    assert answer.places("known") == [("docs/index.rst", 4)]
    assert "nothing was built: the store had it all" in answer.stdout
    assert docs_matrix("lock", "--check", "--offline", cwd=folder).status == 0
    workflow = yaml.safe_load((folder / ".github/workflows/docs-matrix.yml").read_text())
    assert workflow[True]["push"]["branches"] == ["trunk"]
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"]]
    assert used.count(ACTION) == 3
    listed = subprocess.run(
        [sys.executable, "-m", "nox", "-l"], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
    assert f"docs-matrix({NEWEST})" in listed
    assert "docs-report" in listed
    assert len((folder / "noxfile.py").read_text().splitlines()) == 3


def test_a_cell_that_cannot_build_it_is_left_out_and_says_why(docs_matrix: Command, write: Write) -> None:
    conf = "import sphinx\nassert sphinx.version_info > (8,), 'too old'\n"
    told = begin(docs_matrix, write("project", {**PROJECT, "docs/conf.py": conf}), "--cell", NEWEST, "--cell", MIDDLE)
    assert told["kept"] == [NEWEST]
    assert "too old" in str(told["left"])


def test_the_package_of_a_module_that_a_build_lacks_is_added_if_it_is_known(docs_matrix: Command, write: Write) -> None:
    folder = write("project", {**PROJECT, "docs/conf.py": "__import__('sphinx_copybutton')\n"})
    told = begin(docs_matrix, folder, "--cell", NEWEST)
    assert told["kept"] == [NEWEST]
    notice = f"{NEWEST}: sphinx-copybutton is added, since its build lacked it and no file names it"
    assert notice in str(told["notices"])
    assert yaml.safe_load((folder / "matrix.yaml").read_text())["cells"][0]["requirements"] == ["sphinx-copybutton"]


def test_releases_that_the_project_does_not_want_are_left_out(docs_matrix: Command, write: Write) -> None:
    folder = write("project", {**PROJECT, "docs/requirements.txt": "sphinx<6\n"})
    told = begin(docs_matrix, folder, "--cell", NEWEST, "--cell", MIDDLE)
    assert told["kept"] == [MIDDLE]
    assert told["left"] == {NEWEST: "the project wants sphinx <6"}


def test_the_sphinx_that_a_project_pins_is_a_cell_and_the_cells_of_the_matrix_stay(
    docs_matrix: Command, write: Write
) -> None:
    pins = "sphinx==8.1.3\ndocutils==0.21.2\nalabaster==1.0.0\n"
    hosted = "build: {tools: {python: '3.13'}}\n"
    folder = write("project", {**PROJECT, "docs/requirements.txt": pins, ".readthedocs.yaml": hosted})
    own = "py3.13-docutils0.21.2-sphinx8.1.3-pinned"
    told = begin(docs_matrix, folder, "--cell", own, "--cell", MIDDLE)
    assert told["kept"] == [MIDDLE, own]
    assert told["loosened"] == {MIDDLE: {"alabaster==1.0.0": "was released on 2024-07-26, after the date of the cell"}}
    cells = {
        cell["why"]: cell.get("requirements") for cell in yaml.safe_load((folder / "matrix.yaml").read_text())["cells"]
    }
    assert cells == {"Debian 12": None, "the project pins docutils==0.21.2 and sphinx==8.1.3": ["alabaster==1.0.0"]}
    assert docs_matrix("check", cwd=folder, CI="true").status == 0
    assert docs_matrix("lock", "--check", "--offline", cwd=folder).status == 0


def test_a_requirement_without_a_release_at_the_date_of_a_cell_is_the_one_reason(
    docs_matrix: Command, write: Write
) -> None:
    folder = write("project", {**PROJECT, "docs/requirements.txt": "pyyaml>=6.0.2\n"})
    told = begin(docs_matrix, folder, "--cell", NEWEST, "--cell", MIDDLE)
    assert told["left"] == {MIDDLE: "there was no pyyaml>=6.0.2 for Python 3.11 at the date of the cell, 2023-06-10"}


def test_a_project_that_no_cell_has_packages_for_at_its_date_gets_one_of_today(
    docs_matrix: Command, write: Write
) -> None:
    folder = write("project", {**PROJECT, "docs/requirements.txt": "pyyaml>=6.0.2\n"})
    told = begin(docs_matrix, folder, "--cell", MIDDLE)
    (kept,) = cast("list[str]", told["kept"])
    assert re.fullmatch(rf"{MIDDLE}-\d{{4}}-\d\d-\d\d", kept)
    assert f"{kept}: dated today, since no cell has what the project requires at its own date" in str(told["notices"])


def test_what_the_package_of_the_project_needs_is_a_reason_as_well(docs_matrix: Command, write: Write) -> None:
    project = '[tool.setuptools]\npy-modules = ["x"]\n[project]\nname = "x"\nversion = "1"\n'
    files = {**PROJECT, "docs/conf.py": "extensions = ['sphinx.ext.autodoc']\n", "x.py": ""}
    folder = write("project", {**files, "pyproject.toml": f'{project}dependencies = ["pyyaml>=6.0.2"]\n'})
    told = begin(docs_matrix, folder, "--cell", NEWEST, "--cell", MIDDLE)
    assert told["left"] == {MIDDLE: "there was no pyyaml>=6.0.2 for Python 3.11 at the date of the cell, 2023-06-10"}
    (folder / "pyproject.toml").write_text(f'{project}requires-python = ">=3.12"\n')
    for name in ("matrix.yaml", "baselines/docs.yaml"):
        (folder / name).unlink()
    told = begin(docs_matrix, folder, "--cell", NEWEST, "--cell", MIDDLE)
    assert told["left"] == {MIDDLE: "the project wants Python >=3.12"}


def test_a_package_whose_backend_is_younger_than_all_cells_is_built(docs_matrix: Command, write: Write) -> None:
    backend = '[build-system]\nrequires = ["flit_core>=3.11"]\nbuild-backend = "flit_core.buildapi"\n'
    project = '[project]\nname = "x"\nversion = "1"\ndescription = "x"\n'
    files = {"docs/conf.py": "extensions = ['sphinx.ext.autodoc']\n", "x.py": "", "pyproject.toml": backend + project}
    told = begin(docs_matrix, write("project", {**PROJECT, **files}), "--cell", MIDDLE)
    assert told["kept"] == [MIDDLE]


def test_what_an_outage_gives_is_not_accepted_and_it_is_said(docs_matrix: Command, write: Write) -> None:
    conf = "extensions = ['sphinx.ext.intersphinx']\nintersphinx_mapping = {'o': ('http://127.0.0.1:9/', None)}\n"
    folder = write("project", {**PROJECT, "docs/conf.py": conf, "docs/index.rst": "Index\n=====\n\n:ref:`o:there`\n"})
    answer = docs_matrix("init", folder, "--cell", NEWEST)
    assert "1 of 1 cells build it; 0 diagnostics of today accepted" in answer.stdout
    assert "not accepted: 2 messages of today, since an inventory of another project could not be" in answer.stdout
    assert docs_matrix("check", cwd=folder).status == 0


def test_where_no_cell_can_build_it_nothing_is_written(docs_matrix: Command, write: Write) -> None:
    folder = write("project", {**PROJECT, "docs/conf.py": "raise SystemExit(4)\n"})
    answer = docs_matrix("init", folder, "--action", ACTION, "--cell", NEWEST)
    assert answer.status == 2
    assert "no cell of the matrix can build this documentation" in answer.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["docs"]
