"""A change of what the documentation requires: base and head have each what their own files state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docs_matrix.check.stated_requirements import StatedRequirements, stated_requirements
from docs_matrix.config.matrix import Cell, Recipe
from docs_matrix.diagnostics.findings import REQUIREMENTS
from docs_matrix.diagnostics.notes import Note
from docs_matrix.trees import Tree, Trees

from tests.conftest import ROOT, Command
from tests.support.git import git

Write = Callable[[str, Mapping[str, str]], Path]
Of = Callable[[str, str], tuple[tuple[str, ...], tuple[str, ...]]]

RECIPE = Recipe("sphinx", "docs", "docs")


def cell(*pins: str) -> Cell:
    return Cell("cell", "3.13", "0.21.2", "8.1.3", datetime(2026, 1, 1, tzinfo=UTC), pins)


@pytest.fixture
def stated(tmp_path: Path, write: Write) -> Callable[..., tuple[StatedRequirements, Tree, Tree]]:
    """What two versions of `docs/requirements.txt` state, where matrix.yaml lists `listed`; with base and head."""

    def run(before: str, after: str, *listed: str) -> tuple[StatedRequirements, Tree, Tree]:
        trees = Trees(tmp_path / "store")
        base, head = (
            trees.open(write(name, {"docs/conf.py": "", "docs/requirements.txt": text}))
            for name, text in (("base", before), ("head", after))
        )
        return stated_requirements(base, head, RECIPE, listed, trees), base, head

    return run


def test_each_version_requires_what_its_own_file_states(
    stated: Callable[..., tuple[StatedRequirements, Tree, Tree]],
) -> None:
    found, base, head = stated("furo\nplain\n", "furo>=2025\nmore\nplain\n", "furo", "plain")
    assert found.of(base, cell(), ("furo", "plain")).requirements == ("furo", "plain")
    assert found.of(head, cell(), ("furo", "plain")).requirements == ("furo>=2025", "more", "plain")
    assert found.notes == (Note("requirements changed", ("furo>=2025", "more")),)


def test_what_the_change_writes_into_the_matrix_too_is_not_of_the_base(
    stated: Callable[..., tuple[StatedRequirements, Tree, Tree]],
) -> None:
    found, base, head = stated("furo\nold\n", "furo\nmore\n", "furo", "more")
    assert found.of(base, cell(), ("furo", "more")).requirements == ("furo", "old")
    assert found.of(head, cell(), ("furo", "more")).requirements == ("furo", "more")
    assert found.notes == ()


def test_what_somebody_wrote_into_the_matrix_counts_for_both(
    stated: Callable[..., tuple[StatedRequirements, Tree, Tree]],
) -> None:
    found, base, head = stated("furo\n", "furo>=2025\n", "furo<2025")
    wanted = [found.of(tree, cell(), ("furo<2025",)).requirements for tree in (base, head)]
    assert wanted == [("furo<2025",), ("furo<2025",)]
    assert found.notes == (Note("requirements by hand", ("furo<2025",)),)


def test_a_pin_that_holds_in_a_cell_is_the_versions_own(
    stated: Callable[..., tuple[StatedRequirements, Tree, Tree]],
) -> None:
    found, base, head = stated("furo==1\nplain==3\n", "furo==2\nplain==3\nnew==5\n", "furo", "plain")
    here = cell("furo==1", "plain==3")
    assert found.of(base, here, ("furo", "plain")).cell == here
    wanted = found.of(head, here, ("furo", "plain"))
    assert (wanted.cell.requirements, wanted.requirements) == (
        ("furo==2", "new==5", "plain==3"),
        ("furo", "new", "plain"),
    )
    assert wanted.loosened
    assert wanted.loosened.requirements == ("plain==3",)
    assert wanted.cell.name != here.name


def test_a_pin_that_a_cell_could_not_have_stays_loosened(
    stated: Callable[..., tuple[StatedRequirements, Tree, Tree]],
) -> None:
    found, base, head = stated("furo==1\n", "furo==2\n", "furo")
    assert [found.of(tree, cell(), ("furo",)).cell for tree in (base, head)] == [cell(), cell()]


def test_a_head_that_wants_another_sphinx_is_told(stated: Callable[..., tuple[StatedRequirements, Tree, Tree]]) -> None:
    found, base, _ = stated("sphinx==8.1.3\nfuro\n", "sphinx==8.2.3\nfuro\n", "furo")
    assert found.notes == (Note("toolchain wanted", ("sphinx==8.2.3",)),)
    assert found.of(base, cell(), ("furo",)).requirements == ("furo",)


SAYS = """
import importlib.metadata
import logging

project = "p"
extensions = []
for name in ("iniconfig", "zipp"):
    try:
        logging.getLogger("sphinx.conf").warning("%s is %s", name, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        pass
"""


@pytest.mark.builds
def test_a_finding_that_comes_from_a_changed_requirement_is_said_to(write: Write, docs_matrix: Command) -> None:
    matrix = (ROOT / "matrix.yaml").read_text().partition("\ncells:")[0].replace("tree: example", "tree: docs")
    matrix += """
cells:
  - python: "3.13"
    docutils: "0.21.2"
    sphinx: "8.1.3"
    date: "2025-08-09T00:00:00Z"
    requirements: ["iniconfig==2.0.0"]
    why: what the project pins
trees:
  docs: {path: ., recipe: {sphinx: {source: docs}}, requirements: [iniconfig]}
"""
    files = {
        "docs/conf.py": SAYS,
        "docs/index.rst": "Top\n===\n\nText.\n",
        "docs/requirements.txt": "iniconfig==2.0.0\n",
        "matrix.yaml": matrix,
    }
    folder = write("project", files)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "base")
    write(
        "project",
        {"docs/requirements.txt": "iniconfig==2.1.0\nzipp\n", "docs/index.rst": "Top\n===\n\nText of *mine.\n"},
    )
    answer = docs_matrix("check", "--base", "HEAD", "--docs", "all", cwd=folder)
    assert answer.status == 1, answer.stdout + answer.stderr
    new = {finding["message"].partition(" is 3")[0]: finding.get("reason") for finding in answer.of("new")}
    assert (
        "base and head have different requirements, each has its environment: iniconfig 2.0.0 → 2.1.0" in answer.stdout
    )
    of_text = [reason for message, reason in new.items() if message.startswith("Inline emphasis")]
    of_requirements = {message: reason for message, reason in new.items() if not message.startswith("Inline emphasis")}
    assert of_text == ["line"]
    assert sorted(of_requirements) == ["iniconfig is 2.1.0", "zipp"]
    assert set(of_requirements.values()) == {REQUIREMENTS}
