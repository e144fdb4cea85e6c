"""Repositories from strangers: nothing that they name is run, nothing is fetched, and a failure of git is an error."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from docs_matrix.errors import HarnessError, InputError
from docs_matrix.trees import Trees, user_repository
from docs_matrix.trees.patches import Patch

from tests.trees.conftest import Git, commit, lines, write


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """A program that leaves the file `ran`."""
    program = tmp_path / "strange program"
    program.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\ncat\n")
    program.chmod(0o755)
    return tmp_path / "ran"


def configure(project: Path, ran: Path, text: str) -> None:
    with (project / ".git" / "config").open("a") as config:
        config.write(text.replace("PROGRAM", f"'{ran.parent / 'strange program'}'"))


FILTERS = {
    "clean": '[filter "x.y z"]\n\tclean = "PROGRAM"\n\tsmudge = "PROGRAM"\n\trequired = true\n',
    "process": '[filter "x.y z"]\n\tprocess = "PROGRAM"\n',
}


@pytest.mark.parametrize("kind", FILTERS)
@pytest.mark.parametrize("attributes", [".gitattributes", ".git/info/attributes"])
@pytest.mark.parametrize("time", [1, 4_000_000_000])
def test_no_filter_runs_for_a_file_that_may_have_changed(
    trees: Trees, project: Path, git: Git, ran: Path, kind: str, attributes: str, time: int
) -> None:
    before = trees.revision(project, "HEAD")
    write(project, {attributes: '* filter="x.y z"\n'})
    configure(project, ran, FILTERS[kind])
    os.utime(project / "README.rst", (time, time))  # git has to look at its content
    os.utime(project / ".git" / "index", (1, 1))  # and so of all files
    tree = trees.open(project)
    changes = trees.changed_paths(before, tree)
    assert {change.head_path for change in changes} <= {".gitattributes"}
    trees.patched(trees.revision(project, "HEAD"), [Patch("p", Path("p"), NEW_FILE)])
    assert not ran.exists()


NEW_FILE = b"diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+n\n"

PROMISORS = {
    "upload-pack": "\turl = URL\n\tuploadpack = PROGRAM;\n",
    "ssh": "\turl = ssh://nowhere.invalid/x\n[core]\n\tsshCommand = PROGRAM\n",
    "ext": "\turl = ext::PROGRAM %S\n[protocol]\n\tallow = always\n",
    "helper": "\turl = URL\n\tvcs = ext\n[protocol]\n\tallow = always\n",
}


@pytest.fixture
def partial(project: Path, git: Git) -> Callable[[str], str]:
    """Makes the project a partial clone that lacks the blob of docs/index.rst, or the commit HEAD~1."""

    def make(what: str) -> str:
        write(project, {"docs/index.rst": lines(11)})
        commit(git, project)
        lost = git(project, "rev-parse", what).strip()
        (project / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
        return lost

    return make


@pytest.mark.parametrize("kind", PROMISORS)
@pytest.mark.parametrize("lost", ["HEAD~1", "HEAD:docs/index.rst", "HEAD~1:docs", "HEAD^{tree}"])
def test_what_a_partial_clone_lacks_is_never_fetched_and_an_error(
    trees: Trees, project: Path, ran: Path, partial: Callable[[str], str], kind: str, lost: str
) -> None:
    gone = partial(lost)
    configure(project, ran, "[extensions]\n\tpartialClone = o\n[core]\n\trepositoryformatversion = 1\n")
    configure(project, ran, '[remote "o"]\n\tpromisor = true\n' + PROMISORS[kind].replace("URL", str(project)))
    repository = user_repository.find(project)
    assert repository
    blob = gone if "index" in lost else "0123456"
    for question in (
        lambda: trees.open(project),
        lambda: trees.read(trees.revision(project, "HEAD"), "docs/index.rst"),
        lambda: trees.revision(project, "HEAD~1"),
        lambda: user_repository.in_order(repository, [gone], "HEAD"),
        lambda: user_repository.has(repository, gone),
        lambda: user_repository.holding(repository, {"docs/index.rst": blob}),
        lambda: user_repository.branch_point(repository),
        lambda: user_repository.is_unchanged(repository),
    ):
        with suppress(HarnessError):
            question()
    assert not ran.exists()
    with pytest.raises(HarnessError):
        trees.read(trees.revision(project, "HEAD~1" if "~" in lost else "HEAD"), "docs/index.rst")


def test_settings_that_somebody_wrote_into_the_store_are_replaced(
    trees: Trees, project: Path, tmp_path: Path, ran: Path
) -> None:
    store = tmp_path / "store" / "trees.git"
    (store / "info" / "attributes").write_text("* filter=x\n")
    (store / "config").write_text(f'[filter "x"]\n\tsmudge = "\'{ran.parent / "strange program"}\'"\n\tclean = cat\n')
    again = Trees(tmp_path / "store")
    with again.workspace(again.open(project)) as workspace:
        assert (workspace.root / "README.rst").read_text() == "Read me\n"
    assert not ran.exists()


@pytest.mark.parametrize("how", ["exit 1", "exit 128", "kill -9 $$"])
def test_a_git_that_fails_at_any_call_is_an_error_or_changes_nothing(
    trees: Trees, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    (project / "docs" / "index.rst").write_text("changed\n")
    (project / "new.rst").write_text("new\n")
    real = os.environ["PATH"]
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho >> "{tmp_path}/calls"\n'
        f'[ "$(wc -l < "{tmp_path}/calls")" != "$(cat "{tmp_path}/failing")" ] || {how}\n'
        f'PATH="{real}" exec git "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{real}")

    def answer(failing: int) -> str:
        (tmp_path / "failing").write_text(str(failing))
        (tmp_path / "calls").write_text("")
        try:
            mine = Trees(tmp_path / "store")
            tree = mine.open(project)
            base = mine.revision(project, "HEAD")
            return f"{tree.identity} {base.identity} {base.commit} {base.history} {mine.changed_paths(base, tree)}"
        except HarnessError:
            return "error"

    right = answer(0)
    count = len((tmp_path / "calls").read_text().splitlines())
    assert count > 10
    wrong = [number for number in range(1, count + 1) if answer(number) not in (right, "error")]
    assert wrong == []


@pytest.fixture
def private(tmp_path: Path, git: Git) -> Path:
    """Another repository of the user."""
    root = write(tmp_path / "private", {"key": "a secret\n"})
    git(root, "init", "-q", "-b", "main")
    commit(git, root)
    return root


def by_alternates(project: Path, private: Path) -> None:
    (project / ".git/objects/info/alternates").write_text(f"{private}\n")


def by_quoted_alternates(project: Path, private: Path) -> None:
    (project / ".git/objects/info/alternates").write_text(f'"{private}/.git/objects"\n')


def by_alternates_of_alternates(project: Path, private: Path) -> None:
    (project / ".git/o/info").mkdir(parents=True)
    (project / ".git/o/info/alternates").write_text(f"../../../private/.git/objects\n{private}/.git/objects\n")
    (project / ".git/objects/info/alternates").write_text("../o\n")


def by_a_link_in_the_place_of_alternates(project: Path, private: Path) -> None:
    (private / "list").write_text(f"{private}/.git/objects\n")
    (project / ".git/objects/info/alternates").symlink_to(private / "list")


def by_many_alternates(project: Path, private: Path) -> None:
    names = "".join(f"n{number}\n" for number in range(40))
    (project / ".git/objects/info/alternates").write_text(names + f"{private}\n")


def by_a_link_in_the_place_of_objects(project: Path, private: Path) -> None:
    (project / ".git/objects").rename(project / ".git/o")
    (project / ".git/objects").symlink_to(private)


def by_commondir(project: Path, private: Path) -> None:
    (project / ".git/commondir").write_text(f"{private}/.git\n")


def by_a_pointer(project: Path, private: Path) -> None:
    (project / ".git").rename(project / "was")
    (project / ".git").write_text(f"gitdir: {private}/.git\n")


def by_a_pointer_to_a_work_tree(project: Path, private: Path) -> None:
    by_a_pointer(project, private)
    own = private / ".git/worktrees/x"
    own.mkdir(parents=True)
    for name, text in {"HEAD": "ref: refs/heads/main", "commondir": "../..", "gitdir": f"{private}/../x/.git"}.items():
        (own / name).write_text(f"{text}\n")
    (project / ".git").write_text(f"gitdir: {own}\n")


def by_a_link_in_the_place_of_git(project: Path, private: Path) -> None:
    (project / ".git").rename(project / "was")
    (project / ".git").symlink_to(private / ".git")


def by_the_work_tree(project: Path, private: Path) -> None:
    (project / "docs/x.rst").symlink_to(private / "key")
    with (project / ".git/config").open("a") as config:
        config.write("[core]\n\tworktree = ../..\n")


@pytest.mark.parametrize(
    "naming",
    [
        by_alternates,
        by_quoted_alternates,
        by_alternates_of_alternates,
        by_a_link_in_the_place_of_alternates,
        by_many_alternates,
        by_a_link_in_the_place_of_objects,
        by_commondir,
        by_a_pointer,
        by_a_pointer_to_a_work_tree,
        by_a_link_in_the_place_of_git,
        by_the_work_tree,
    ],
)
@pytest.mark.parametrize("below", [".", "docs"])
def test_a_repository_that_names_another_place_as_its_own_is_refused(
    trees: Trees, project: Path, private: Path, naming: Callable[[Path, Path], None], below: str
) -> None:
    trees.open(project / below)
    naming(project, private)
    with pytest.raises(InputError):
        trees.open(project / below)
    with pytest.raises(InputError):
        trees.revision(project / below, "HEAD")


def test_what_the_user_names_is_theirs(
    trees: Trees, project: Path, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "clone", "-q", "--shared", str(project), "clone")
    with pytest.raises(InputError, match=r"export GIT_ALTERNATE_OBJECT_DIRECTORIES=.*project/\.git/objects"):
        trees.open(tmp_path / "clone")
    monkeypatch.setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", f"/nowhere:{project}/.git/objects")
    assert trees.open(tmp_path / "clone").identity == trees.open(project).identity


def test_a_repository_apart_from_its_work_tree_has_to_name_it(
    trees: Trees, project: Path, git: Git, tmp_path: Path
) -> None:
    before = trees.open(project).identity
    git(project, "init", "-q", f"--separate-git-dir={tmp_path / 'apart'}")
    with pytest.raises(InputError, match=r"core\.worktree") as refused:
        trees.open(project)
    git(project, *str(refused.value).partition(": git ")[2].split())
    assert trees.open(project).identity == trees.revision(project, "HEAD").identity == before
