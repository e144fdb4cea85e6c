"""What was written into a private copy, laid over a version of the tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_matrix.errors import InputError
from docs_matrix.trees import Tree, Trees, overlay
from docs_matrix.trees.overlay import Overlay, scan


@pytest.fixture
def trees(tmp_path: Path) -> Trees:
    return Trees(tmp_path / "store")


@pytest.fixture
def tree(tmp_path: Path, trees: Trees) -> Tree:
    folder = tmp_path / "tree"
    (folder / "docs").mkdir(parents=True)
    (folder / "static").mkdir()
    (folder / "docs/index.rst").write_text("one\n")
    (folder / "docs/old.rst").write_text("old\n")
    return trees.open(folder)


def changed(trees: Trees, tree: Tree, *texts: tuple[str, str | None]) -> Overlay:
    """What these texts, written into a private copy, are; None removes a file."""
    with trees.workspace(tree) as workspace:
        before = scan(workspace.root)
        for name, text in texts:
            place = workspace.root / name
            if text is None:
                place.unlink()
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text)
        return trees.written(workspace, before)


def test_what_came_and_went_is_laid_over_the_tree(trees: Trees, tree: Tree) -> None:
    wrote = changed(trees, tree, ("docs/new/a.rst", "new\n"), ("docs/old.rst", None), ("docs/index.rst", "two\n"))
    made = trees.laid_over(tree, wrote)
    assert trees.paths(made) == ("docs/index.rst", "docs/new/a.rst")
    assert trees.read(made, "docs/index.rst") == b"two\n"
    assert (made.lineage, made.name) == (tree.lineage, tree.name)


def test_nothing_written_is_the_same_tree(trees: Trees, tree: Tree) -> None:
    assert trees.laid_over(tree, changed(trees, tree)) == tree


def test_a_folder_that_ignores_all_in_it_is_taken_too(trees: Trees, tree: Tree) -> None:
    wrote = changed(trees, tree, ("gen/.gitignore", "*\n"), ("gen/a.rst", "a\n"))
    assert sorted(wrote.files) == ["gen/.gitignore", "gen/a.rst"]


def test_an_empty_folder_that_gets_a_file_is_empty_no_longer(trees: Trees, tree: Tree) -> None:
    assert tree.empty_folders == ("static",)
    assert trees.laid_over(tree, changed(trees, tree, ("static/a.css", ""))).empty_folders == ()


def test_a_build_finds_what_was_laid_over_the_tree(trees: Trees, tree: Tree) -> None:
    made = trees.laid_over(tree, changed(trees, tree, ("docs/new.rst", "new\n")))
    with trees.workspace(made) as workspace:
        assert (workspace.root / "docs/new.rst").read_text() == "new\n"


def test_too_much_is_refused(trees: Trees, tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay, "LARGEST", 3)
    with pytest.raises(InputError, match="it writes more than"):
        changed(trees, tree, ("docs/new.rst", "new\n"))
