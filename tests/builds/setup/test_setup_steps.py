"""The commands of `setup:`: what they make, when they run again, how they fail."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from docs_matrix.builds.setup.setup_steps import SetupSteps
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Recipe
from docs_matrix.confinement.confinement import Confinement, choose
from docs_matrix.errors import InputError, MissingInterpreterError
from docs_matrix.toolchains.environments import Environment
from docs_matrix.trees import Tree, Trees

from tests.conftest import NEWEST, ROOT
from tests.support.git import git
from tests.support.machine import lacks

pytestmark = pytest.mark.builds

COUNTED = "echo ran >> {log}; cat src.h > docs/out.rst"


class Project:
    """A tree in `folder`, and commands that run for it; each run leaves a line in `log`, which is outside of the tree."""

    def __init__(self, folder: Path, store: Path, environment: Environment) -> None:
        self.folder, self.log, self.environment = folder / "tree", folder / "log", environment
        self.trees = Trees(store)
        self._store = store
        self._confinement = choose()
        (self.folder / "docs").mkdir(parents=True)
        self.write("src.h", "one\n")

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def commit(self) -> None:
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "-m", "A change")

    def prepared(self, *commands: str, **variables: str) -> Tree:
        """The tree as it is now, with what the commands make of it; nothing is remembered from before but the store."""
        if any("{log}" in command for command in commands):
            self._confinement = Confinement()  # or it could not write there
        told = tuple(command.replace("{log}", str(self.log)) for command in commands)
        recipe = Recipe("sphinx", "docs", "docs", setup=told, environment=variables)
        return self.steps.prepared(self.trees.open(self.folder), recipe, self.environment)

    @property
    def steps(self) -> SetupSteps:
        return SetupSteps(self.trees, self._store, 60.0, self._confinement)

    def content(self, tree: Tree) -> dict[str, str]:
        return {path: (self.trees.read(tree, path) or b"").decode() for path in self.trees.paths(tree)}

    @property
    def runs(self) -> int:
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0


@pytest.fixture
def project(tmp_path: Path, store: Path) -> Project:
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    try:
        environment = bench.provide(next(one for one in bench.matrix.cells if one.name == NEWEST), ()).environment
    except MissingInterpreterError as missing:
        lacks(missing)
    made = Project(tmp_path, store, environment)
    made.write("docs/unique.rst", str(tmp_path))  # no store has this
    return made


def test_what_a_command_writes_and_removes_is_in_the_tree(project: Project) -> None:
    project.write("docs/news.rst", "old\n")
    made = project.prepared("mkdir -p docs/static docs/api && cat src.h > docs/api/out.rst && rm docs/news.rst")
    content = project.content(made)
    assert content["docs/api/out.rst"] == "one\n"
    assert "docs/news.rst" not in content
    assert made.empty_folders == ("docs/static",)
    assert not (project.folder / "docs/api").exists()


def test_a_later_command_sees_what_an_earlier_one_made(project: Project) -> None:
    made = project.prepared("echo first > a", "cat a a > docs/b.rst")
    assert project.content(made)["docs/b.rst"] == "first\nfirst\n"


def test_a_tree_without_commands_is_itself(project: Project) -> None:
    tree = project.trees.open(project.folder)
    assert project.steps.prepared(tree, Recipe("sphinx", "docs", "docs"), project.environment) is tree


def test_the_second_time_nothing_runs(project: Project) -> None:
    first, second = project.prepared(COUNTED), project.prepared(COUNTED)
    assert (project.runs, first) == (1, second)


def test_a_confined_command_runs_again_only_if_what_it_opened_has_changed(project: Project) -> None:
    command = "cat src.h /proc/sys/kernel/random/uuid > docs/out.rst"
    first = project.content(project.prepared(command))["docs/out.rst"]
    project.write("docs/unique.rst", "changed")
    assert project.content(project.prepared(command))["docs/out.rst"] == first
    project.write("src.h", "two\n")
    assert project.content(project.prepared(command))["docs/out.rst"] != first


def test_a_command_writes_nothing_outside_of_the_tree(project: Project) -> None:
    with pytest.raises(InputError, match="setup step 1 of 1"):
        project.prepared(f"echo escaped > {project.log}")
    assert not project.log.exists()


def test_a_file_that_the_command_did_not_open_makes_nothing_again_and_stays(project: Project) -> None:
    project.prepared(COUNTED)
    project.write("docs/unique.rst", "changed")
    content = project.content(project.prepared(COUNTED))
    assert (project.runs, content["docs/unique.rst"], content["docs/out.rst"]) == (1, "changed", "one\n")


def test_a_file_that_the_command_opened_makes_it_run_again(project: Project) -> None:
    project.prepared(COUNTED)
    project.write("src.h", "two\n")
    assert project.content(project.prepared(COUNTED))["docs/out.rst"] == "two\n"
    assert project.runs == 2


def test_a_file_that_came_makes_it_run_again(project: Project) -> None:
    listing = "echo ran >> {log}; ls > docs/out.rst"
    project.prepared(listing)
    project.write("new.h", "")
    assert "new.h" in project.content(project.prepared(listing))["docs/out.rst"]


def test_a_file_that_the_command_moved_without_opening_it_makes_it_run_again(project: Project) -> None:
    project.prepared("mv src.h docs/moved.rst")
    project.write("src.h", "two\n")
    assert project.content(project.prepared("mv src.h docs/moved.rst"))["docs/moved.rst"] == "two\n"


def test_the_variables_count_and_are_the_tree_s(project: Project) -> None:
    write = 'echo "$EDITION" > docs/out.rst'
    assert project.content(project.prepared(write, EDITION="a"))["docs/out.rst"] == "a\n"
    assert project.content(project.prepared(write, EDITION="b"))["docs/out.rst"] == "b\n"


def test_python_is_that_of_the_cell(project: Project) -> None:
    made = project.prepared("python -c 'import sphinx; print(sphinx.__version__)' > docs/out.rst")
    assert project.content(made)["docs/out.rst"] == "9.2.0\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux reports what is opened")
def test_a_command_that_uses_no_python_runs_once_for_all_environments(project: Project) -> None:
    project.prepared(COUNTED, "python -c 1; echo python >> {log}")
    interpreter = replace(project.environment.interpreter, version="3.13.99")
    project.environment = replace(project.environment, interpreter=interpreter)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("docs_matrix.toolchains.environments.is_whole", lambda *_: True)
        project.prepared(COUNTED, "python -c 1; echo python >> {log}")
    assert project.log.read_text() == "ran\npython\npython\n"


def test_the_whole_tree_counts_where_the_system_does_not_report_what_is_opened(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    project.prepared(COUNTED)
    project.prepared(COUNTED)
    assert project.runs == 1
    project.write("docs/unique.rst", "changed")
    project.prepared(COUNTED)
    assert project.runs == 2


def test_a_command_that_fails_is_named_with_its_last_words(project: Project) -> None:
    with pytest.raises(InputError, match=r"setup step 2 of 2, 'echo no input >&2; exit 3': .*status 3: no input"):
        project.prepared("true", "echo no input >&2; exit 3")


def test_each_line_of_a_command_must_succeed(project: Project) -> None:
    with pytest.raises(InputError, match=r"setup step 1 of 1, false: it ended with status 1"):
        project.prepared("false\ntrue")


def test_what_git_answers_counts_and_its_commit_does_not(project: Project, tmp_path: Path) -> None:
    git(project.folder, "init", "--quiet")
    project.commit()
    git(project.folder, "tag", "v1")
    named = "echo ran >> {log}; git describe --tags --abbrev=0 > docs/out.rst"
    assert project.content(project.prepared(named))["docs/out.rst"] == "v1\n"
    project.write("docs/unique.rst", "changed")
    project.commit()
    assert project.content(project.prepared(named))["docs/out.rst"] == "v1\n"
    assert project.runs == 1
    git(project.folder, "tag", "v2")
    assert project.content(project.prepared(named))["docs/out.rst"] == "v2\n"


def test_a_link_out_of_the_tree_is_left_out(project: Project) -> None:
    made = project.prepared("ln -s /etc docs/etc; ln -s ../src.h docs/inside.h")
    assert "docs/etc" not in project.content(made)
    assert "docs/inside.h" in project.content(made)
