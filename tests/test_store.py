"""The store's limit: the least recently used goes, what is in use stays."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

import pytest
from docs_matrix import files
from docs_matrix import store as upkeep
from docs_matrix.cli.main import main
from docs_matrix.errors import InputError, MachineError


def thing(store: Path, name: str, *, days: float) -> Path:
    """A folder of 1 MiB in the store, last used so many days ago."""
    upkeep.claim(store)
    folder = store / name
    folder.mkdir(parents=True)
    (folder / "mark").write_bytes(os.urandom(2**20))
    then = time.time() - days * 24 * 3600
    for path in (folder / "mark", folder):
        os.utime(path, (then, then))
    return folder


def test_the_least_recently_used_goes_until_the_size_is_right(tmp_path: Path) -> None:
    old = thing(tmp_path, "environments/old", days=9)
    older = thing(tmp_path, "work/kernel/0", days=10)
    young = thing(tmp_path, "builds/young", days=2)
    gone = upkeep.sweep(tmp_path, 2 * 2**20)
    assert [entry.path for entry in gone] == [older]
    assert old.exists()
    assert young.exists()
    assert {entry.kind for entry in upkeep.kept(tmp_path)} == {"environment", "build"}


def test_what_was_used_within_a_day_and_the_trees_stay_whatever_the_size(tmp_path: Path) -> None:
    thing(tmp_path, "builds/now", days=0.5)
    thing(tmp_path, "trees.git", days=90)
    assert upkeep.sweep(tmp_path, 0) == ()
    assert len(upkeep.kept(tmp_path)) == 2


def test_what_history_is_told_from_goes_last(tmp_path: Path) -> None:
    record = tmp_path / "revisions/kernel/one.json"
    record.parent.mkdir(parents=True)
    record.write_text("{}")
    (tmp_path / upkeep.MARK).write_text("")
    os.utime(record, (0, 0))
    build = thing(tmp_path, "builds/old", days=2)
    assert [entry.path for entry in upkeep.sweep(tmp_path, 2**20 // 2)] == [build]
    assert record.exists()
    os.utime(tmp_path / "swept", (0, 0))
    assert [entry.path for entry in upkeep.sweep(tmp_path, 0)] == [record]


def test_an_emptied_store_keeps_nothing_of_ours(tmp_path: Path) -> None:
    for name in ("builds/a", "environments/b", "histories/c", "locks/d", "revisions/e", "work/f", "trees.git/g"):
        thing(tmp_path / "store", name, days=1)
    (tmp_path / "store" / upkeep.MARK).write_text("")
    upkeep.empty(tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_the_store_is_swept_once_a_day(tmp_path: Path) -> None:
    upkeep.sweep(tmp_path, 0)
    thing(tmp_path, "builds/old", days=9)
    assert upkeep.sweep(tmp_path, 0) == ()
    os.utime(tmp_path / "swept", (0, 0))
    assert len(upkeep.sweep(tmp_path, 0)) == 1


@pytest.mark.parametrize("text", ["", "much", "-1", "nan", "inf"])
def test_a_limit_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="DOCS_MATRIX_STORE_LIMIT"):
        upkeep.limit(text)


def test_the_limit_is_in_gib() -> None:
    assert upkeep.limit("2") == 2 * 2**30
    assert upkeep.limit(None) > 2**30


def test_a_store_is_claimed_by_many_at_once_and_a_folder_of_others_by_none(tmp_path: Path) -> None:
    for number in range(20):
        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(upkeep.claim, [tmp_path / f"store-{number}"] * 8))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x")
    with pytest.raises(InputError, match="is not a store"):
        upkeep.claim(tmp_path / "mine")


def test_whoever_writes_into_a_store_has_claimed_it(tmp_path: Path) -> None:
    for name in get_args(upkeep.Room):
        place = upkeep.room(tmp_path / name, name)
        assert [entry.name for entry in place.parent.iterdir()] == [upkeep.MARK]
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(InputError, match="is not a store"):
        upkeep.room(tmp_path, "builds")


@pytest.mark.parametrize("file", ["builds/" + "0a" * 32, "trees.lock", "trees.git/HEAD", "builds"])
def test_a_folder_without_the_mark_is_left_alone_whatever_it_holds(tmp_path: Path, file: str) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("x")
    with pytest.raises(InputError, match="is not a store"):
        upkeep.empty(tmp_path)
    assert (tmp_path / file).exists()


def test_what_a_link_in_the_place_of_a_room_leads_to_is_not_swept(tmp_path: Path) -> None:
    store, victim = tmp_path / "store", tmp_path / "victim"
    (victim / "project").mkdir(parents=True)
    (victim / "project/thesis.json").write_text("years")
    for path in (victim / "project", victim / "project/thesis.json"):
        os.utime(path, (0, 0))
    upkeep.claim(store)
    for room in ("builds", "environments", "warm", "work", "revisions"):
        (store / room).symlink_to(victim)
    assert upkeep.sweep(store, 0) == ()
    assert (victim / "project/thesis.json").exists()


def test_a_mark_that_was_about_to_be_written_does_not_keep_a_store_from_being_claimed(tmp_path: Path) -> None:
    (tmp_path / f".{upkeep.MARK}.1a_b").write_text("")
    upkeep.claim(tmp_path)
    upkeep.empty(tmp_path)
    assert not tmp_path.exists()


USER = """import sys, time, pathlib
from docs_matrix import store
store.claim(pathlib.Path(sys.argv[1]))
print(1, flush=True)
time.sleep(600)
"""


@contextmanager
def used_by_another(store: Path) -> Iterator[subprocess.Popen[str]]:
    """Have another process use `store` inside."""
    with subprocess.Popen([sys.executable, "-c", USER, str(store)], stdout=subprocess.PIPE, text=True) as user:
        assert user.stdout is not None
        user.stdout.readline()
        try:
            yield user
        finally:
            user.kill()


def test_a_store_that_is_in_use_is_not_emptied_and_nothing_is_swept(tmp_path: Path) -> None:
    store = tmp_path / "store"
    old = thing(store, "builds/old", days=9)
    with used_by_another(store) as user:
        with pytest.raises(MachineError, match=rf"is in use by process {user.pid} \(-c"):
            upkeep.empty(store)
        assert upkeep.sweep(store, 0) == ()
        assert old.exists()
        assert not (store / "swept").exists()  # the next command tries again
    assert len(upkeep.sweep(store, 0)) == 1
    upkeep.empty(store)
    assert not store.exists()


def test_a_store_is_used_by_many_and_made_again_after_it_was_emptied(tmp_path: Path) -> None:
    store = tmp_path / "store"
    upkeep.claim(store)
    with used_by_another(store):
        upkeep.claim(store)
    upkeep.empty(store)
    upkeep.claim(store)
    assert (store / upkeep.MARK).exists()


def test_a_wait_for_a_lock_names_who_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(files, "FIRST_WAIT", 0.2)
    code = f"""
import pathlib, time
from docs_matrix import files
with files.locked(pathlib.Path({str(tmp_path / "lock")!r})):
    print(1, flush=True)
    time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.send_signal(signal.SIGSTOP)
        timer = threading.Timer(2, holder.kill)  # the system frees the lock of a process that is killed
        timer.start()
        with files.locked(tmp_path / "lock"):
            pass
        timer.join()
    said = capfd.readouterr().err
    assert f"docs-matrix: waiting for process {holder.pid} (" in said
    assert f"it is stopped: kill -CONT {holder.pid}), which has {tmp_path}/lock" in said


def test_every_kind_that_is_kept_has_a_row_where_the_store_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCS_MATRIX_STORE", str(tmp_path))
    for name in (
        "builds/a",
        "environments/a",
        "packages/a",
        "setup/a",
        "warm/a",
        "work/kernel/0",
        "mails/a",
        "trees.git",
    ):
        thing(tmp_path, name, days=1)
    record = tmp_path / "revisions/kernel/one.json"
    record.parent.mkdir(parents=True)
    record.write_text("{}")
    assert main(["store", "show"]) == 0
    table, kinds = capsys.readouterr().out, {entry.kind for entry in upkeep.kept(tmp_path)}
    assert kinds == set(upkeep.KINDS)
    assert {line.split()[0] for line in table.splitlines() if re.search(r"\s1\s+[01] MiB", line)} == kinds
