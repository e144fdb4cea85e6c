"""Baseline files: what is written is read back, an unreadable one is an error, and git merges them as they are."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from docs_matrix.baselines import baseline_file
from docs_matrix.baselines.anchors import Anchor
from docs_matrix.baselines.baseline_file import Baseline, Entry
from docs_matrix.errors import InputError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.git import git

TEXTS = st.text(st.characters(exclude_categories=()))  # lone surrogates too
ENTRIES = st.builds(
    Entry,
    st.sampled_from(["a.rst", None]) | TEXTS,
    st.sampled_from(["WARNING", "ERROR"]),
    st.none() | TEXTS,
    TEXTS | st.sampled_from(["x", "x\n\ny", "x\n\n", "\n x", "# 0123456789ab\n- path: x", "...", "---\n...\n"]),
    st.none() | st.just(("old",)),
    st.none() | st.builds(Anchor, TEXTS, TEXTS, TEXTS),
    st.booleans(),
    st.none() | TEXTS,
)


def many() -> tuple[Entry, ...]:
    """The entries of a tree with much to fix: several documents, several equal messages in each."""
    places = itertools.product("abc", ("Inline emphasis start-string.", "Title too short.\n\nText\n=="), range(4))
    return tuple(
        Entry(f"docs/{name}.rst", "WARNING", "docutils", message, anchor=Anchor("Title", f"line {number}", f"{number}"))
        for name, message, number in places
    )


def text_of(entries: Sequence[Entry], path: Path, before: str | None = None) -> str:
    path.unlink(missing_ok=True)
    if before is not None:
        path.write_text(before)
    baseline_file.write(path, Baseline(tuple(entries)))
    return path.read_text()


@settings(deadline=None)
@given(st.lists(ENTRIES, max_size=6))
@example([Entry("", "WARNING", None, ""), Entry("", "WARNING", None, "", reason="")])
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]) -> None:
    path = tmp_path_factory.mktemp("baseline") / "b.yaml"
    baseline_file.write(path, Baseline(tuple(entries)))
    first = path.read_bytes()
    again = baseline_file.read(path)
    assert sorted(again.entries, key=repr) == sorted(entries, key=repr)
    baseline_file.write(path, Baseline(tuple(reversed(entries))))
    assert path.read_bytes() == first


def test_the_file_has_no_line_numbers_and_its_head_is_the_format_alone(tmp_path: Path) -> None:
    entry = Entry("a.rst", "WARNING", "docutils", "x", ("old",), Anchor("Title", "source line", "0123"), reason="r")
    lines = text_of([entry], tmp_path / "b.yaml").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == [
        "docs-matrix-baseline: 1",
        "diagnostics:",
        "- path: a.rst",
        "  level: WARNING",
        "  category: docutils",
        "  message: x",
        "  section: Title",
        "  source: source line",
        "  block: '0123'",
        "  cells:",
        "  - old",
        "  reason: r",
        "...",
    ]


HEAD = "docs-matrix-baseline: 1\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a baseline"),
        ("[1", "is not YAML"),
        ("docs-matrix-baseline: 99\ndiagnostics: []\n...\n", "format 99"),
        ("docs-matrix-baseline: true\ndiagnostics: []\n...\n", "format True"),
        (HEAD + "...\n", "must be a list"),
        (HEAD + "diagnostics: x\n...\n", "must be a list"),
        (HEAD + "diagnostics:\n", "cut short"),
        (HEAD + "commit: abc\ndiagnostics:\n...\n", "commit: no such key"),
        (HEAD + "diagnostics: [x]\n...\n", r"diagnostics\[0\]: must be a mapping"),
        (HEAD + "diagnostics: [{level: WARNING}]\n...\n", r"diagnostics\[0\].message: must be a text"),
        (HEAD + "diagnostics: [{level: LOUD, message: x}]\n...\n", "none of WARNING"),
        (HEAD + "diagnostics: [{level: ERROR, message: x, line: 3}]\n...\n", "no such key"),
        (HEAD + "diagnostics: [{level: ERROR, message: x, source: y}]\n...\n", "go together"),
        (HEAD + "diagnostics: [{level: ERROR, message: x, flaky: 1}]\n...\n", "true or false"),
        (HEAD + "diagnostics:\n- level: ERROR\n  message: x\n  message: y\n...\n", "'message' is there twice"),
        (HEAD + "diagnostics:\n<<<<<<< ours\n- level: ERROR\n=======\n>>>>>>> theirs\n...\n", "merge conflict.*--ours"),
    ],
)
def test_an_unreadable_baseline_is_an_error_that_names_the_place(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "b.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=reason):
        baseline_file.read(path)


def test_a_missing_baseline_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        baseline_file.read(tmp_path / "none.yaml")


def test_a_baseline_that_was_cut_anywhere_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    text = text_of(many()[:2], path)
    for size in range(len(text) - 1):
        path.write_text(text[:size])
        with pytest.raises(InputError):
            baseline_file.read(path)


def test_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    text = text_of(many()[:3], path)
    path.write_bytes(text.replace("\n", "\r\n").encode())
    assert set(baseline_file.read(path).entries) == set(many()[:3])


def test_places_of_removed_entries_are_swept_away_before_they_outweigh_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    entries = [replace(entry, message=f"{number} {entry.message}") for number in range(5) for entry in many()]
    text = text_of(entries, path)
    sizes = []
    while entries:
        entries = entries[2:]
        text = text_of(entries, path, text)
        sizes.append(text.count("\n# ") - 1 - len(entries))
    assert max(sizes) <= 60
    assert sizes[0] == 2


def merged(base: str, ours: str, theirs: str, folder: Path) -> str | None:
    """What git makes of two branches' files without any configuration; None for a conflict."""
    names = ("ours", "base", "theirs")
    for name, text in zip(names, (ours, base, theirs), strict=True):
        (folder / name).write_text(text)
    done = subprocess.run(["git", "merge-file", "-p", *names], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def test_two_branches_that_fix_neighbours_merge(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    entries = list(baseline_file.read(_written(path, many())).entries)
    base = path.read_text()
    for index in range(len(entries) - 1):
        without = [[*entries[:gone], *entries[gone + 1 :]] for gone in (index, index + 1)]
        ours, theirs = (text_of(left, path, base) for left in without)
        both = text_of([*entries[:index], *entries[index + 2 :]], path, base)
        assert merged(base, ours, theirs, tmp_path) == both


def test_branches_that_fix_every_other_entry_one_by_one_merge(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    entries = list(baseline_file.read(_written(path, many())).entries)
    base = path.read_text()
    texts = []
    for start in (0, 1):
        left, text = list(entries), base
        for gone in entries[start::2]:
            left.remove(gone)
            text = text_of(left, path, text)
        texts.append(text)
    both = merged(base, texts[0], texts[1], tmp_path)
    path.write_text(both or "conflict")
    assert baseline_file.read(path).entries == ()


def test_a_branch_that_fixes_and_one_that_accepts_a_neighbour_merge(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    entries = list(baseline_file.read(_written(path, many())).entries)
    for index, added in enumerate(entries):
        rest = [*entries[:index], *entries[index + 1 :]]
        base = text_of(rest, path)
        ours = text_of(entries, path, base)
        for fixed in {max(index - 1, 0), min(index, len(rest) - 1)}:
            left = [*rest[:fixed], *rest[fixed + 1 :]]
            theirs = text_of(left, path, base)
            path.write_text(merged(base, ours, theirs, tmp_path) or "")
            assert set(baseline_file.read(path).entries) == {*left, added}


def test_branches_that_accept_neighbours_on_both_sides_of_an_entry_merge(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    entries = list(baseline_file.read(_written(path, many())).entries)
    for index in range(1, len(entries) - 1):
        base = text_of([*entries[: index - 1], entries[index], *entries[index + 2 :]], path)
        ours = text_of([*entries[: index + 1], *entries[index + 2 :]], path, base)
        theirs = text_of([*entries[: index - 1], *entries[index:]], path, base)
        path.write_text(merged(base, ours, theirs, tmp_path) or "")
        assert set(baseline_file.read(path).entries) == set(entries)


def test_two_entries_accepted_in_one_place_are_a_conflict_and_never_a_wrong_baseline(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    entries = list(baseline_file.read(_written(path, many())).entries)
    for index in range(len(entries) - 1):
        rest = [*entries[:index], *entries[index + 2 :]]
        base = text_of(rest, path)
        ours, theirs = (text_of([*rest, added], path, base) for added in entries[index : index + 2])
        assert merged(base, ours, theirs, tmp_path) is None


def test_two_reasons_for_one_entry_are_a_conflict(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    first, *rest = many()
    base = text_of(many(), path)
    ours, theirs = (text_of([replace(first, reason=reason), *rest], path, base) for reason in ("one", "other"))
    assert merged(base, ours, theirs, tmp_path) is None


def test_git_merges_two_branches_in_a_repository(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    entries = list(baseline_file.read(_written(path, many())).entries)
    git(tmp_path, "init", "-q")
    _commit(tmp_path)
    for branch, gone in (("one", 7), ("other", 8)):
        git(tmp_path, "checkout", "-q", "-b", branch, "main")
        baseline_file.write(path, Baseline((*entries[:gone], *entries[gone + 1 :])))
        _commit(tmp_path)
    git(tmp_path, "merge", "-q", "-m", "both", "one")
    assert list(baseline_file.read(path).entries) == [*entries[:7], *entries[9:]]


def _written(path: Path, entries: Sequence[Entry]) -> Path:
    text_of(entries, path)
    return path


def _commit(folder: Path) -> None:
    git(folder, "add", "b.yaml")
    git(folder, "commit", "-qm", "x")


def test_an_entry_whose_message_ends_with_its_category_means_the_message_without(tmp_path: Path) -> None:
    """Baselines from before have messages of MyST so."""
    path = _written(tmp_path / "b.yaml", [Entry("a.md", "WARNING", "myst.header", "A level is left out [myst.header]")])
    assert [entry.message for entry in baseline_file.read(path).entries] == ["A level is left out"]


@pytest.mark.parametrize("name", ["pkg/tools.py:docstring of pkg.tools.wrap", "pkg/tools.py:4:<translated>"])
def test_an_entry_in_a_docstring_or_a_translation_means_its_file(tmp_path: Path, name: str) -> None:
    path = _written(tmp_path / "b.yaml", [Entry(name, "WARNING", "docutils", "x")])
    assert [entry.path for entry in baseline_file.read(path).entries] == ["pkg/tools.py"]
