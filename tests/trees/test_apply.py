from __future__ import annotations

import re
from pathlib import Path

import pytest
from docs_matrix.check.subject import patch_notes
from docs_matrix.errors import InputError
from docs_matrix.reports.note_words import words
from docs_matrix.trees import Patched, Trees, patches

from tests.robot.corpus import THREAD
from tests.trees.conftest import Git, commit, lines, snapshot, write
from tests.trees.test_patches import DIFF


def patch_of(git: Git, project: Path, place: Path) -> Path:
    """The uncommitted changes of the project as a patch file; they are undone."""
    git(project, "add", "-A")
    write(place, {"a.patch": git(project, "diff", "--cached", "-M", "--binary").encode("utf-8", "surrogateescape")})
    git(project, "reset", "-q", "--hard")
    return place / "a.patch"


def patched(trees: Trees, source: Path, patch: Path) -> Patched:
    return trees.patched(trees.open(source), patches.read(patch))


def new_file(path: str, content: str = "x", mode: str = "100644") -> bytes:
    return (
        f"diff --git a/{path} b/{path}\nnew file mode {mode}\n--- /dev/null\n+++ b/{path}\n"
        f"@@ -0,0 +1 @@\n+{content}\n\\ No newline at end of file\n"
    ).encode()


def test_a_patch_gives_the_commit_it_was_made_of(trees: Trees, project: Path, tmp_path: Path, git: Git) -> None:
    write(project, {"bin": bytes(range(256)) * 9, "old.rst": lines(20), "gone.rst": "gone"})
    commit(git, project)
    base = trees.open(project)
    write(project, {"bin": bytes(range(255, -1, -1)) * 9, "n\u00e9w dir/a b.rst": "new\n", "empty": ""})
    (project / "gone.rst").unlink()
    (project / "old.rst").rename(project / 'ren"amed.rst')
    write(project, {'ren"amed.rst': lines(21)})
    (project / "README.rst").chmod(0o755)
    wanted = trees.open(project)
    patch = patch_of(git, project, tmp_path)
    before = snapshot(project)
    result = trees.patched(base, patches.read(patch))
    assert result.tree.identity == wanted.identity
    assert snapshot(project) == before
    by_path = {file.head_path or file.base_path: file for file in result.files}
    assert by_path['ren"amed.rst'].base_path == "old.rst"
    assert all(file.base_matches for file in result.files if file.stated_base)
    assert all(file.head_matches for file in result.files if file.stated_head)
    assert by_path["README.rst"].base_matches is None
    assert by_path["n\u00e9w dir/a b.rst"].head_matches


def test_notes_say_whether_the_blobs_are_those_of_the_patch(
    trees: Trees, project: Path, tmp_path: Path, git: Git
) -> None:
    base = git(project, "rev-parse", "HEAD:docs/index.rst").strip()[:12]
    write(project, {"docs/index.rst": lines(10).replace("line 2\n", "x\n")})
    head = git(project, "hash-object", "docs/index.rst").strip()[:12]
    patch = patch_of(git, project, tmp_path)
    assert [words(note) for note in patch_notes(patched(trees, project, patch))] == [
        f"docs/index.rst: base blob {base} as the patch says; result {head} as the patch says"
    ]
    write(project, {"docs/index.rst": lines(11)})
    other = patched(trees, project, patch)
    assert (other.files[0].base_matches, other.files[0].head_matches) == (False, False)
    assert re.fullmatch(
        r"docs/index.rst: base blob [0-9a-f]{12}, where the patch says [0-9a-f]{7}; "
        r"result [0-9a-f]{12}, where the patch says [0-9a-f]{7}",
        words(*patch_notes(other)),
    )


def test_of_a_series_each_patch_is_held_against_the_one_before(
    trees: Trees, project: Path, tmp_path: Path, git: Git
) -> None:
    for number in (2, 7):
        write(project, {"docs/index.rst": (project / "docs/index.rst").read_text().replace(f"line {number}\n", "x\n")})
        commit(git, project)
    write(tmp_path, {"series": git(project, "format-patch", "--stdout", "HEAD~2")})
    result = trees.patched(trees.revision(project, "HEAD~2"), patches.read(tmp_path / "series"))
    assert result.tree.identity == trees.revision(project, "HEAD").identity
    assert [(file.base_matches, file.head_matches) for file in result.files] == [(True, True), (True, True)]


def test_a_patch_that_does_not_apply_names_file_and_hunk(trees: Trees, project: Path, tmp_path: Path) -> None:
    write(tmp_path, {"a.patch": DIFF})
    write(project, {"docs/index.rst": "something else\n"})
    with pytest.raises(InputError, match=r"^a\.patch: docs/index\.rst: hunk at line 1 does not apply$"):
        patched(trees, project, tmp_path / "a.patch")


def test_a_patch_that_the_tree_has_already_is_said_so(trees: Trees, project: Path, tmp_path: Path) -> None:
    write(tmp_path, {"a.patch": DIFF})
    write(project, {"docs/index.rst": lines(10).replace("line 2", "line two")})
    with pytest.raises(InputError, match=r"does not apply \(the tree has this patch already\)$"):
        patched(trees, project, tmp_path / "a.patch")


def test_a_patch_to_a_file_that_is_not_there_names_it(trees: Trees, project: Path, tmp_path: Path) -> None:
    write(tmp_path, {"a.patch": DIFF.replace(b"index.rst", b"missing.rst")})
    with pytest.raises(InputError, match=r"^a\.patch: docs/missing\.rst: does not exist in the tree$"):
        patched(trees, project, tmp_path / "a.patch")


@pytest.mark.parametrize(
    "patch",
    [
        new_file("../out.rst"),
        new_file("docs/../../out.rst"),
        new_file("/tmp/out.rst"),
        b"--- /dev/null\n+++ /tmp/out.rst\n@@ -0,0 +1 @@\n+x\n",
        new_file(".git/config"),
        new_file("docs/.GIT/hooks/pre-commit").replace(b".GIT", b".git"),
        new_file("inside/out.rst"),
        new_file("out", "/etc/passwd", "120000"),
        new_file("docs/out", "../../x", "120000"),
        new_file("docs/link", "../docs", "120000") + new_file("docs/link/a.rst"),
    ],
)
def test_a_patch_that_reaches_out_of_the_tree_is_refused(
    trees: Trees, project: Path, tmp_path: Path, patch: bytes
) -> None:
    (project / "inside").symlink_to("docs")
    write(tmp_path, {"bad.patch": patch})
    with pytest.raises(InputError, match=r"bad\.patch: "):
        patched(trees, project, tmp_path / "bad.patch")
    assert not (tmp_path / "out.rst").exists()
    assert not Path("/tmp/out.rst").exists()


def test_a_link_that_a_patch_turns_outward_is_refused(trees: Trees, project: Path, tmp_path: Path, git: Git) -> None:
    write(project, {"a/b/c.rst": "c"})
    (project / "link").symlink_to("a/b/../../README.rst")
    commit(git, project)
    (project / "a/b/c.rst").unlink()
    (project / "a/b").rmdir()
    (project / "a/b").symlink_to("..")
    patch = patch_of(git, project, tmp_path)
    with pytest.raises(InputError, match=r"a\.patch: link: a link that leads out of the tree"):
        patched(trees, project, patch)


def test_an_empty_folder_that_a_patch_fills_is_empty_no_more(trees: Trees, tmp_path: Path) -> None:
    root = write(tmp_path / "folder", {"a.rst": "a"})
    (root / "_static/css").mkdir(parents=True)
    (root / "_templates").mkdir()
    write(tmp_path, {"a.patch": new_file("_static/css/a.css")})
    tree = patched(trees, root, tmp_path / "a.patch").tree
    assert tree.empty_folders == ("_templates",)
    write(root, {"_static/css/a.css": "x"})
    assert tree.identity == trees.open(root).identity


def test_the_patch_of_a_thread_is_found_in_its_page() -> None:
    [patch] = patches.read(THREAD)
    assert b"index 1a2b3c4d5e6f..6f5e4d3c2b1a" in patch.text
