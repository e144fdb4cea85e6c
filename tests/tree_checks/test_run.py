"""Checks as they run: real commands on small trees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from docs_matrix.config.tree_check import TreeCheck
from docs_matrix.confinement.confinement import choose
from docs_matrix.tree_checks.run import Checked, CheckRunner
from docs_matrix.trees import Trees

Write = Callable[[str, Mapping[str, str]], Path]

GREP = TreeCheck("grep", ("grep", "-rnH", "bad", "docs"), reads=("docs",), category="grep")
FILES = {"docs/a.rst": "good\nbad\n", "src/x.c": "bad\n"}


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Checked]:
    """Run a check on a folder: `run(check, folder, "docs/a.rst")`."""
    trees = Trees(tmp_path / "store")

    def answer(check: TreeCheck, folder: Path, *named: str) -> Checked:
        return CheckRunner(trees, tmp_path / "store", choose()).run(check, trees.open(folder), named, None)

    return answer


def test_what_a_command_prints_is_its_answer(run: Callable[..., Checked], write: Write) -> None:
    answer = run(GREP, write("project", FILES))
    assert (answer.fresh, answer.build.status) == (True, "ok")
    assert [(said.path, said.line, said.message) for said in answer.build.diagnostics] == [("docs/a.rst", 2, "bad")]
    assert answer.build.read == ("docs/a.rst",)
    assert answer.log.startswith("$ grep -rnH bad docs\n")


def test_a_version_that_differs_in_what_is_not_read_is_not_read_again(
    run: Callable[..., Checked], write: Write
) -> None:
    run(GREP, write("project", FILES))
    assert not run(GREP, write("project", {"src/x.c": "other\n"})).fresh
    assert run(GREP, write("project", {"docs/b.rst": "bad\n"})).fresh


def test_another_command_is_another_answer(run: Callable[..., Checked], write: Write) -> None:
    folder = write("project", FILES)
    run(GREP, folder)
    assert run(replace(GREP, command=("grep", "-rnH", "good", "docs")), folder).build.diagnostics[0].line == 1


def test_a_check_reads_the_files_that_are_named_behind_it(run: Callable[..., Checked], write: Write) -> None:
    check = TreeCheck("grep", ("grep", "-nH", "bad"), files=("*.rst",), reads=("docs",))
    folder = write("project", {**FILES, "docs/b.rst": "bad\n"})
    answer = run(check, folder, "docs/b.rst").build
    assert ([said.path for said in answer.diagnostics], answer.read, answer.documents) == (
        ["docs/b.rst"],
        ("docs/b.rst",),
        2,
    )
    nothing = run(check, folder)
    assert (nothing.fresh, nothing.build.status, nothing.build.read, nothing.build.documents) == (False, "ok", (), 2)


def test_a_check_of_what_holds_a_text_reads_no_other_file(run: Callable[..., Checked], write: Write) -> None:
    check = TreeCheck("grep", ("grep", "-rnH", "."), reads=("docs",), holding="bad")
    folder = write("project", {**FILES, "src/y.c": "good\n"})
    assert run(check, folder).build.read == ("docs/a.rst", "src/x.c")
    assert not run(check, write("project", {"src/y.c": "better\n"})).fresh
    assert run(check, write("project", {"src/y.c": "bad\n"})).build.read == ("docs/a.rst", "src/x.c", "src/y.c")
    assert run(check, write("project", {"src/x.c": "good\n"})).build.read == ("docs/a.rst", "src/y.c")


def test_a_command_line_has_no_more_files_than_the_system_takes(
    run: Callable[..., Checked], write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docs_matrix.tree_checks.run.MOST_FILES", 1)
    check = TreeCheck("grep", ("grep", "-nH", "bad"), files=("*",))
    answer = run(check, write("project", FILES), "docs/a.rst", "src/x.c")
    assert [said.path for said in answer.build.diagnostics] == ["docs/a.rst", "src/x.c"]
    assert answer.log.count("$ grep -nH bad") == 2


@pytest.mark.parametrize(
    ("script", "status", "reason"),
    [
        ("echo 'usage: x' >&2; exit 2", "failed", "ended with status 2: usage: x"),
        ("exit 1", "failed", "ended with status 1, and no line has the form of a message: it printed nothing"),
        ("echo a.rst:1: bad; kill -9 $$", "failed", "ended by signal 9"),
        ("echo a.rst:1: bad; echo 'Traceback (most recent call last):' >&2; exit 1", "failed", "ended with status 1"),
        ("echo 'not a git tree'", "failed", "not a git tree"),
        ("sleep 60", "timeout", "stopped at the time limit of 1 s"),
    ],
)
def test_a_check_that_could_not_run_is_never_clean(
    run: Callable[..., Checked], write: Write, script: str, status: str, reason: str
) -> None:
    limit = 1.0 if status == "timeout" else 60.0
    check = TreeCheck("x", ("sh", "-c", script), time_limit=limit, broken="not a git tree")
    folder = write("project", FILES)
    build = run(check, folder).build
    assert (build.status, (build.reason or "").startswith(reason)) == (status, True), build.reason
    assert run(check, folder).fresh, "it is tried again"


def test_a_program_that_is_not_there_is_a_failure(run: Callable[..., Checked], write: Write) -> None:
    build = run(TreeCheck("x", ("no-such-program",)), write("project", FILES)).build
    assert (build.status, "no-such-program" in (build.reason or "")) == ("failed", True)


def test_a_script_of_the_tree_is_found_there_and_writes_nothing_of_the_users(
    run: Callable[..., Checked], write: Write
) -> None:
    folder = write("project", {**FILES, "tools/lint": "#!/bin/sh\necho docs/a.rst:2: bad\ntouch written\n"})
    (folder / "tools/lint").chmod(0o755)
    assert run(TreeCheck("lint", ("tools/lint",)), folder).build.diagnostics[0].line == 2
    assert not (folder / "written").exists()


def test_git_knows_the_files_of_a_tree_without_a_history(run: Callable[..., Checked], write: Write) -> None:
    check = TreeCheck("git", ("git", "grep", "-n", "bad"), git=True, statuses=(0,))
    answer = run(check, write("project", FILES)).build
    assert [said.path for said in answer.diagnostics] == ["docs/a.rst", "src/x.c"]


def test_a_program_that_counts_a_line_too_many_in_later_files_is_put_right(
    run: Callable[..., Checked], write: Write
) -> None:
    """Linux 6.12's kernel-doc does so; its makefile gives it one file at a time."""
    script = 'FNR == 1 {n++} /bad/ {at = FNR + (n > 1); print FILENAME ":" at ": bad on line " at " of 3"}'
    check = TreeCheck("awk", ("awk", script), files=("*.rst",), ahead=True)
    build = run(check, write("project", {**FILES, "docs/b.rst": "\n\nbad\n"}), "docs/a.rst", "docs/b.rst").build
    assert [(said.path, said.line, said.message) for said in build.diagnostics] == [
        ("docs/a.rst", 2, "bad on line 2 of 3"),
        ("docs/b.rst", 3, "bad on line 3 of 3"),
    ]
    assert build.diagnostics[1].printed == "docs/b.rst:3: bad on line 3 of 3"
