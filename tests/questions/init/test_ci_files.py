"""The files by which GitHub, GitLab and nox find docs-matrix; nothing is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml
from docs_matrix.errors import InputError
from docs_matrix.questions.init.ci_files import NOXFILE, ci_files, write_files

from tests.support.git import git

Write = Callable[[str, Mapping[str, str]], Path]
ACTION = f"owner/docs-matrix@{'0123456789' * 4}"


@pytest.fixture
def repository(write: Write) -> Path:
    folder = write("repository", {"docs/conf.py": "", "two/docs/conf.py": ""})
    git(folder, "init", "-q", "-b", "trunk")
    return folder


def test_the_workflow_takes_the_action_and_is_for_the_branch_that_is_checked_out(repository: Path) -> None:
    ((path, text),) = ci_files(repository, action=ACTION, gitlab=False, nox=False).texts([]).items()
    assert path == repository / ".github/workflows/docs-matrix.yml"
    workflow = yaml.safe_load(text)
    assert workflow[True]["push"]["branches"] == ["trunk"]
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"]]
    assert used.count(ACTION) == 3


def test_the_workflow_of_a_project_in_a_folder_lies_where_github_runs_it_and_works_in_the_folder(
    repository: Path,
) -> None:
    ((path, text),) = ci_files(repository / "two", action=ACTION, gitlab=False, nox=False).texts([]).items()
    assert path == repository / ".github/workflows/docs-matrix-two.yml"
    workflow = yaml.safe_load(text)
    given = [step["with"] for job in workflow["jobs"].values() for step in job["steps"] if step["uses"] == ACTION]
    assert [step["folder"] for step in given] == ["two"] * 3
    assert workflow["concurrency"]["group"].startswith("docs-matrix-two-")


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        (None, "origin is not on GitHub"),
        ("https://gitlab.com/a/b.git", "origin is not on GitHub"),
        ("git@github.com:a/b.git", "--action OWNER/REPO@COMMIT says where"),
    ],
)
def test_without_an_action_no_workflow_is_written_and_the_reason_is_said(
    repository: Path, origin: str | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docs_matrix.questions.init.ci_files._action_here", lambda: None)
    if origin:
        git(repository, "remote", "add", "origin", origin)
    found = ci_files(repository, action=None, gitlab=False, nox=False)
    assert found.texts([]) == {}
    assert said in found.notices[0]


def test_outside_of_git_no_workflow_is_written(write: Write) -> None:
    found = ci_files(write("plain", {"conf.py": ""}), action=None, gitlab=False, nox=True)
    assert list(found.texts([]).values()) == [NOXFILE]
    assert "in no git repository" in found.notices[0]


def test_gitlab_gets_a_job_for_each_cell_and_the_file_that_includes_them(repository: Path) -> None:
    found = ci_files(repository / "two", action=None, gitlab=True, nox=False)
    texts = {path.name: yaml.safe_load(text) for path, text in found.texts(["a", "b"]).items()}
    assert texts[".gitlab-ci.yml"] == {"include": [{"local": "docs-matrix-two.gitlab-ci.yml"}]}
    jobs = texts["docs-matrix-two.gitlab-ci.yml"]
    assert jobs["docs-matrix-two-cell"]["parallel"]["matrix"] == [{"CELL": ["a", "b"]}]
    assert "cd two" in jobs[".docs-matrix-two"]["before_script"][1].replace('"', "")


def test_a_gitlab_file_of_the_project_stays_and_the_line_to_add_is_said(repository: Path) -> None:
    (repository / ".gitlab-ci.yml").write_text("mine:\n  script: [x]\n")
    found = ci_files(repository, action=None, gitlab=True, nox=False)
    assert [path.name for path in found.texts([])] == ["docs-matrix.gitlab-ci.yml"]
    assert 'include: [{local: "docs-matrix.gitlab-ci.yml"}]' in found.notices[0]


@pytest.mark.parametrize("action", ["owner/docs-matrix@v1", "docs-matrix", f"{ACTION}0"])
def test_an_action_is_pinned_by_its_commit(repository: Path, action: str) -> None:
    with pytest.raises(InputError, match="must be owner/repository@commit"):
        ci_files(repository, action=action, gitlab=False, nox=False)


def test_nothing_is_written_through_a_link_out_of_the_project(tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    project.mkdir()
    outside.mkdir()
    (project / ".github").symlink_to(outside)
    texts = {project / "matrix.yaml": "", project / ".github" / "workflows" / "docs-matrix.yml": ""}
    with pytest.raises(InputError, match="a link leads out of the project"):
        write_files(texts, project)
    assert list(outside.iterdir()) == []
    assert [path.name for path in project.iterdir()] == [".github"]
    (project / ".github").unlink()
    write_files(texts, project)
    assert (project / ".github" / "workflows" / "docs-matrix.yml").exists()
