"""`docs-matrix` where nothing is configured: the project that one stands in, and nothing of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import NEWEST, ROOT, Command
from tests.support.git import git

Write = Callable[[str, Mapping[str, str]], Path]
PROJECT = {"docs/conf.py": "project = 'mine'\n", "docs/index.rst": "Mine\n====\n\nAn *open one.\n"}


@pytest.fixture
def project(write: Write) -> Path:
    folder = write("mine", PROJECT)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    return folder


@pytest.mark.builds
def test_everything_is_checked_where_nothing_changed_since_the_default_branch(
    docs_matrix: Command, project: Path
) -> None:
    answer = docs_matrix("check", cwd=project)
    assert answer.status == 1, answer.stderr
    assert answer.places("new") == [("docs/index.rst", 4)]
    assert NEWEST in answer.findings["cells"]
    assert "no matrix.yaml here or above: checked mine/docs, all of it" in answer.stdout
    assert "\nthis folder, compared with nothing (no diagnostic is accepted): 1 new diagnostic in" in answer.stdout


@pytest.mark.builds
def test_a_tree_that_is_named_is_checked_as_if_one_stood_in_it(docs_matrix: Command, project: Path) -> None:
    (project / "docs/requirements.txt").write_text("sphinx>=9\n")
    git(project, "add", ".")
    git(project, "commit", "-qm", "two")
    here = docs_matrix("check", cwd=project)
    named = docs_matrix("check", "--tree", "mine", cwd=project.parent)
    assert (named.status, named.places("new")) == (1, [("docs/index.rst", 4)]), named.stderr
    assert list(named.findings["cells"]) == list(here.findings["cells"])
    assert "checked mine/docs, all of it" in named.stdout
    assert "nothing was built: the store had it all" in named.stdout


@pytest.mark.builds
def test_a_change_is_compared_with_where_it_left_the_default_branch(docs_matrix: Command, project: Path) -> None:
    git(project, "checkout", "-qb", "topic")
    (project / "docs/index.rst").write_text(f"{PROJECT['docs/index.rst']}\nAnd `another.\n")
    git(project, "commit", "-qam", "two")
    base = git(project, "rev-parse", "--short=12", "main").strip()
    answer = docs_matrix("check", cwd=project / "docs" / "..")
    assert answer.status == 1, answer.stderr
    assert answer.places("new") == [("docs/index.rst", 6)]
    assert f"checked mine/docs, what changed since {base}" in answer.stdout
    assert f"\nthis folder, compared with {base}: 1 new diagnostic in" in answer.stdout


@pytest.mark.builds
def test_newer_cells_that_cannot_build_the_project_are_left_out_and_named(docs_matrix: Command, project: Path) -> None:
    refuse = "import sphinx\nif sphinx.version_info >= (9, 2):\n    raise RuntimeError('too new')\n"
    (project / "docs/conf.py").write_text(refuse)
    git(project, "commit", "-qam", "two")
    answer = docs_matrix("check", cwd=project)
    assert answer.status == 1, answer.stderr
    assert NEWEST not in answer.findings["cells"]
    assert f"{NEWEST} is left out, because it cannot build this project: " in answer.stdout


@pytest.mark.builds
def test_a_change_that_breaks_the_build_of_the_newest_cell_is_not_left_out(docs_matrix: Command, project: Path) -> None:
    refuse = "import sphinx\nif sphinx.version_info >= (9, 2):\n    raise RuntimeError('too new')\n"
    (project / "docs/conf.py").write_text(refuse)
    answer = docs_matrix("check", cwd=project)
    assert answer.status == 3
    assert answer.findings["cells"][NEWEST]["status"] == "failed"


@pytest.mark.parametrize("files", [{}, {"README": "text"}, {"notes.rst": "Notes\n=====\n"}])
def test_a_folder_without_documentation_is_one_line_that_says_what_to_do(
    docs_matrix: Command, tmp_path: Path, write: Write, files: Mapping[str, str]
) -> None:
    (tmp_path / "bare").mkdir()
    write("bare", files)
    answer = docs_matrix("check", cwd=tmp_path / "bare")
    assert (answer.status, answer.stdout, answer.stderr.count("\n")) == (2, "", 1)
    assert "no documentation found" in answer.stderr
    assert "--tree example" in answer.stderr
    assert not answer.out.exists()


@pytest.mark.parametrize("words", [("baseline", "write"), ("baseline", "write", "--tree", "example"), ("lock",)])
def test_nothing_of_ours_is_written_where_nothing_is_configured(
    docs_matrix: Command, project: Path, words: tuple[str, ...]
) -> None:
    kept = {path: path.read_bytes() for folder in ("baselines", "locks") for path in (ROOT / folder).iterdir()}
    answer = docs_matrix(*words, cwd=project)
    assert answer.status == 2
    assert "docs-matrix init" in answer.stderr
    assert {path: path.read_bytes() for folder in ("baselines", "locks") for path in (ROOT / folder).iterdir()} == kept


@pytest.mark.builds
def test_a_tree_given_by_its_path_is_built_by_its_own_matrix(
    docs_matrix: Command, project: Path, tmp_path: Path
) -> None:
    cells = (ROOT / "matrix.yaml").read_text().partition("trees:")[0].replace("tree: example", "tree: docs")
    trees = "trees:\n  docs:\n    path: .\n    recipe: {sphinx: {source: docs}}\n    requirements: []\n"
    own = f"    cells: [{NEWEST}]\n    baseline: accepted.yaml\n"
    (project / "matrix.yaml").write_text(cells + trees + own)
    (tmp_path / "elsewhere").mkdir()
    written = docs_matrix("baseline", "write", "--tree", project, cwd=tmp_path / "elsewhere")
    assert written.status == 0, written.stderr
    assert (project / "accepted.yaml").exists()
    answer = docs_matrix("check", "--tree", project, cwd=tmp_path / "elsewhere")
    assert answer.status == 0, answer.stderr
    assert answer.places("known") == [("docs/index.rst", 4)]


@pytest.mark.builds
def test_the_shipped_example_is_asked_for_by_its_name(docs_matrix: Command, tmp_path: Path) -> None:
    answer = docs_matrix("check", "--tree", "example", "--cell", NEWEST, cwd=tmp_path)
    assert answer.status == 0, answer.stderr
    assert "\nexample, compared with " in answer.stdout
