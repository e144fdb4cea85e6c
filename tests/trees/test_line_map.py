from __future__ import annotations

from pathlib import Path

import pytest
from docs_matrix.trees import Trees
from docs_matrix.trees.line_map import Hunk, LineMap
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trees.conftest import Git, commit, lines, write


def test_an_edit_moves_the_lines_below_it(trees: Trees, tmp_path: Path) -> None:
    root = write(tmp_path / "folder", {"a.rst": lines(10), "b.rst": "b"})
    base = trees.open(root)
    text = lines(10).replace("line 3\nline 4\n", "line three\n").replace("line 8\n", "line 8\nmore\nmore\n")
    write(root, {"a.rst": text})
    changes = trees.changes(base, trees.open(root))
    assert [changes.head_line("a.rst", line) for line in range(1, 12)] == [1, 2, None, None, 4, 5, 6, 7, 10, 11, 12]
    assert [changes.base_line("a.rst", line) for line in range(1, 12)] == [1, 2, None, 5, 6, 7, 8, None, None, 9, 10]
    assert [changes.base_hunk("a.rst", line) for line in (2, 3, 4, 5)] == [None, 0, 0, None]
    assert [changes.head_hunk("a.rst", line) for line in (2, 3, 4, 8, 9, 10)] == [None, 0, None, 1, 1, None]
    assert changes.touched("a.rst")
    assert not changes.touched("b.rst")
    assert (changes.head_line("b.rst", 1), changes.base_line("b.rst", 1), changes.head_hunk("b.rst", 1)) == (1, 1, None)


def test_a_renamed_file_keeps_its_lines(trees: Trees, project: Path, git: Git) -> None:
    (project / "docs/index.rst").rename(project / "docs/ne w\t\u00e4.rst")
    write(project, {"docs/ne w\t\u00e4.rst": "above\n" + lines(10)})
    commit(git, project)
    changes = trees.changes(trees.revision(project, "HEAD~1"), trees.revision(project, "HEAD"))
    assert changes.head_path("docs/index.rst") == "docs/ne w\t\u00e4.rst"
    assert changes.base_path("docs/ne w\t\u00e4.rst") == "docs/index.rst"
    assert changes.head_line("docs/index.rst", 4) == 5
    assert changes.base_line("docs/ne w\t\u00e4.rst", 1) is None
    assert [change.status for change in changes.files] == ["R"]


def test_an_added_and_a_deleted_file_have_no_other_side(trees: Trees, tmp_path: Path) -> None:
    root = write(tmp_path / "folder", {"old.rst": "one\n", "same.rst": "same\n"})
    base = trees.open(root)
    (root / "old.rst").unlink()
    write(root, {"new.rst": "completely different\n" * 9})
    head = trees.open(root)
    changes = trees.changes(base, head)
    assert [(change.status, change.base_path, change.head_path) for change in trees.changed_paths(base, head)] == [
        ("A", None, "new.rst"),
        ("D", "old.rst", None),
    ]
    assert (changes.head_path("old.rst"), changes.head_line("old.rst", 1), changes.base_hunk("old.rst", 1)) == (
        None,
        None,
        0,
    )
    assert (changes.base_path("new.rst"), changes.base_line("new.rst", 1), changes.head_hunk("new.rst", 1)) == (
        None,
        None,
        0,
    )


def test_a_file_that_git_calls_binary_or_that_has_no_last_newline_has_lines_too(trees: Trees, tmp_path: Path) -> None:
    root = write(tmp_path / "folder", {"a.rst": b"\0\n" + lines(5).encode() + b"last", ".gitattributes": "* -diff"})
    base = trees.open(root)
    write(root, {"a.rst": b"\0\n@@ -9 +9 @@\n" + lines(5).encode() + b"the last"})
    changes = trees.changes(base, trees.open(root))
    assert [changes.head_line("a.rst", line) for line in (1, 2, 6, 7)] == [1, 3, 7, None]


def test_versions_of_different_sources_compare(trees: Trees, project: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other", {"docs/index.rst": "above\n" + lines(10)})
    changes = trees.changes(trees.open(project), trees.open(other))
    assert changes.head_line("docs/index.rst", 3) == 4


@st.composite
def edits(draw: st.DrawFn) -> tuple[tuple[Hunk, ...], int, int]:
    """Hunks with unchanged lines between them, and how many lines both sides have."""
    hunks, base, head = [], 1, 1
    for kept, removed, added in draw(
        st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3), st.integers(0, 3)), max_size=6)
    ):
        base, head = base + kept, head + kept
        if removed or added:
            hunks.append(Hunk(base, removed, head, added))
        base, head = base + removed, head + added
    return tuple(hunks), base + 2, head + 2


@given(edits())
def test_the_map_there_and_back_is_the_identity_and_hunks_are_the_rest(
    edit: tuple[tuple[Hunk, ...], int, int],
) -> None:
    hunks, base_lines, head_lines = edit
    both = LineMap(hunks)
    for number, hunk in enumerate(hunks):
        assert all(both.base_hunk(hunk.base + offset) == number for offset in range(hunk.base_count))
        assert all(both.head_hunk(hunk.head + offset) == number for offset in range(hunk.head_count))
    kept = [line for line in range(1, base_lines) if both.head_line(line) is not None]
    assert len(kept) == base_lines - 1 - sum(hunk.base_count for hunk in hunks)
    mapped = [both.head_line(line) for line in kept]
    assert [both.base_line(line) for line in mapped if line is not None] == kept
    assert mapped == [line for line in range(1, head_lines) if both.base_line(line) is not None]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["keep", "drop", "add"]), st.integers(1, 4)), min_size=1, max_size=12))
def test_through_git_every_line_goes_where_the_edit_left_it(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    base, head, truth = [], [], {}
    for step, (kind, length) in enumerate(steps):
        for number in range(length):
            if kind != "add":
                base.append(f"line {step}.{number}\n")
            if kind != "drop":
                head.append(f"{'line' if kind == 'keep' else 'new'} {step}.{number}\n")
            if kind != "add":
                truth[len(base)] = len(head) if kind == "keep" else None
    root = tmp_path_factory.mktemp("changes")
    trees = Trees(root / "store")
    sides = [trees.open(write(root / name, {"a.rst": "".join(text)})) for name, text in (("b", base), ("h", head))]
    changes = trees.changes(*sides)
    assert {line: changes.head_line("a.rst", line) for line in truth} == truth
    assert {changes.base_line("a.rst", line): line for line in range(1, len(head) + 1)}.keys() - {None} == {
        line for line, place in truth.items() if place is not None
    }
