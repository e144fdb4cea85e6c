"""A warm state is used only if it is as its build left it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from docs_matrix import nofollow
from docs_matrix.builds import warm_store
from docs_matrix.builds.build_output import RECORDS
from docs_matrix.builds.warm_store import DamagedStateError, WarmState


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    (folder / "warm/sub").mkdir(parents=True)
    (folder / "warm/environment.pickle").write_bytes(b"pickle")
    (folder / "warm/sub/a.doctree").write_bytes(b"doctree")
    return folder


def keep(store: Path, scratch: Path) -> Path:
    with nofollow.folder(scratch) as descriptor:
        warm_store.keep(store, "key", descriptor, b"records", "0", None)
    return store / "warm/key"


def test_a_kept_state_is_found_with_the_slot_of_its_tree(tmp_path: Path, scratch: Path) -> None:
    store = tmp_path / "store"
    assert warm_store.find(store, "key") is None
    folder = keep(store, scratch)
    assert warm_store.find(store, "key") == WarmState(folder, "0")
    assert (folder / RECORDS).read_bytes() == b"records"


def test_documents_that_were_not_read_again_come_from_the_state_that_a_build_started_from(
    tmp_path: Path, scratch: Path
) -> None:
    store = tmp_path / "store"
    start = WarmState(keep(store, scratch), "0")
    (scratch / "warm").mkdir()
    (scratch / "warm/environment.pickle").write_bytes(b"another")
    (scratch / "warm/handed-on.json").write_text('["sub/a"]')
    with nofollow.folder(scratch) as descriptor:
        warm_store.keep(store, "next", descriptor, b"records", "0", start)
    found = warm_store.find(store, "next")
    assert found is not None
    assert (found.folder / "sub/a.doctree").read_bytes() == b"doctree"
    assert not (found.folder / "handed-on.json").exists()


@pytest.mark.parametrize("names", ['["../../../outside"]', '["sub/b"]', "[1]", "{", '[["sub/a"]]'])
def test_a_build_cannot_have_other_files_handed_on(tmp_path: Path, scratch: Path, names: str) -> None:
    store = tmp_path / "store"
    (tmp_path / "outside.doctree").write_bytes(b"secret")
    start = WarmState(keep(store, scratch), "0")
    (scratch / "warm").mkdir()
    (scratch / "warm/handed-on.json").write_text(names)
    with nofollow.folder(scratch) as descriptor:
        warm_store.keep(store, "next", descriptor, b"records", "0", start)
    assert warm_store.find(store, "next") is None


HARMS: dict[str, Callable[[Path], object]] = {
    "empty records": lambda folder: (folder / RECORDS).write_bytes(b""),
    "records cut short": lambda folder: (folder / RECORDS).write_bytes(b"record"),
    "other records": lambda folder: (folder / RECORDS).write_bytes(b"RECORDS"),
    "a doctree of the same size": lambda folder: (folder / "sub/a.doctree").write_bytes(b"DOCTREE"),
    "no pickle": lambda folder: (folder / "environment.pickle").unlink(),
    "one file more": lambda folder: (folder / "b.doctree").write_bytes(b""),
    "a link": lambda folder: (folder / "b.doctree").symlink_to(RECORDS),
    "a FIFO": lambda folder: os.mkfifo(folder / "b.doctree"),
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "an empty manifest": lambda folder: (folder / "manifest.json").write_bytes(b""),
    "a manifest cut short": lambda folder: os.truncate(folder / "manifest.json", 80),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_state_that_is_not_as_it_was_kept_is_removed(tmp_path: Path, scratch: Path, harm: str) -> None:
    store = tmp_path / "store"
    HARMS[harm](keep(store, scratch))
    with pytest.raises(DamagedStateError):
        warm_store.find(store, "key")
    assert warm_store.find(store, "key") is None


@pytest.mark.parametrize("name", ["records.jsonl", "manifest.json", "sub/a.doctree", "."])
def test_a_link_that_a_build_left_in_its_state_is_not_followed(tmp_path: Path, scratch: Path, name: str) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "thesis").write_text("years")
    place = scratch / "warm" / name
    if name == ".":
        place.rename(tmp_path / "away")
    else:
        place.unlink(missing_ok=True)
    place.symlink_to(victim if name == "." else victim / "thesis")
    keep(tmp_path / "store", scratch)
    assert [path.name for path in victim.iterdir()] == ["thesis"]
    assert (victim / "thesis").read_text() == "years"
    assert (warm_store.find(tmp_path / "store", "key") is None) == (name in (".", "sub/a.doctree"))
