"""Locks: what is committed, whether it answers, and how it is made anew."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from docs_matrix.config.matrix import Cell
from docs_matrix.errors import InputError, MachineError
from docs_matrix.toolchains import locks
from packaging.version import Version

from tests.support.machine import lacks

LOCKS = Path(__file__).parents[2] / "locks"
KERNEL = ("alabaster", "pyyaml")

CELL = Cell(
    name="py3.13-docutils0.21.2-sphinx8.1.3",
    python="3.13",
    docutils="0.21.2",
    sphinx="8.1.3",
    date=datetime(2025, 8, 9, tzinfo=UTC),
)

TEXT = (LOCKS / f"{CELL.name}.txt").read_text(encoding="utf-8")


def resolved(cell: Cell, requirements: tuple[str, ...] = ()) -> str:
    try:
        return locks.resolve(cell, requirements)
    except MachineError as error:
        lacks(error)


def kept(folder: Path, text: str) -> locks.Lock:
    path = folder / "lock.txt"
    path.write_text(text, encoding="utf-8")
    return locks.read(path)


# What is committed


def test_every_cell_has_a_committed_lock_alone_for_a_kernel_and_for_our_handbook(cells: tuple[Cell, ...]) -> None:
    assert set(locks.requirement_sets(cells, LOCKS)) == {(), KERNEL, ("furo",)}
    outcomes = locks.check_all(cells, [(), KERNEL, ("furo",)], LOCKS)
    states = [outcome.state for outcome in outcomes if not outcome.path.name.startswith("check-")]
    assert states == ["ok"] * 3 * len(cells)


def test_committed_locks_name_no_host_and_hold_the_packages_of_their_time(cells: tuple[Cell, ...]) -> None:
    for cell in cells:
        lock = locks.read(LOCKS / locks.file_name(cell, KERNEL))
        assert not re.search(r"https?:|--index|--find-links", lock.text)
        assert lock.packages["docutils"] == cell.docutils
        assert lock.packages["sphinx"] == cell.sphinx
        assert "pyyaml" in lock.packages
        if Version(cell.sphinx) < Version("4"):
            assert Version(lock.packages["jinja2"]) < Version("3.1")


# File names


def test_a_file_is_named_by_its_cell_and_requirements() -> None:
    assert locks.file_name(CELL, ()) == "py3.13-docutils0.21.2-sphinx8.1.3.txt"
    assert locks.file_name(CELL, ("PyYAML", "Sphinx", "alabaster")) == (
        "py3.13-docutils0.21.2-sphinx8.1.3+alabaster+pyyaml.txt"
    )


@pytest.mark.parametrize("requirements", [("furo>=2024",), ('tomli; python_version < "3.11"',), ("x" * 90, "y")])
def test_requirements_that_make_no_plain_name_are_named_by_a_digest(requirements: tuple[str, ...]) -> None:
    assert re.fullmatch(re.escape(CELL.name) + r"\+[0-9a-f]{12}\.txt", locks.file_name(CELL, requirements))


# Whether a lock answers


def test_a_lock_answers_its_own_cell_only(tmp_path: Path) -> None:
    lock = kept(tmp_path, TEXT)
    assert locks.mismatch(lock, CELL, ()) is None
    assert locks.mismatch(lock, CELL, ("Sphinx",)) is None
    for change, says in (
        ({"python": "3.12"}, "it was resolved for python 3.13, and 3.12 is asked for"),
        ({"date": CELL.date + timedelta(seconds=1)}, "2025-08-09T00:00:00Z, and 2025-08-09T00:00:01Z is asked for"),
        ({"docutils": "0.21.1"}, "pins docutils==0.21.2 sphinx==8.1.3, and docutils==0.21.1 sphinx==8.1.3 is asked"),
        ({"requirements": ("furo",)}, "docutils==0.21.2 sphinx==8.1.3 furo is asked for"),
    ):
        reason = locks.mismatch(lock, dataclasses.replace(CELL, **change), ())
        assert reason is not None
        assert says in reason
    assert locks.mismatch(lock, CELL, KERNEL) == (
        "it was resolved for requirements none, and alabaster pyyaml is asked for"
    )


def test_a_patch_release_of_python_is_answered_by_the_lock_of_its_minor(tmp_path: Path) -> None:
    assert locks.mismatch(kept(tmp_path, TEXT), dataclasses.replace(CELL, python="3.13.5"), ()) is None


def test_a_lock_edited_by_hand_is_seen(tmp_path: Path) -> None:
    edited = TEXT.replace("sphinx==8.1.3 \\\n", "sphinx==8.1.2 \\\n")
    assert locks.mismatch(kept(tmp_path, edited), CELL, ()) == "it holds sphinx 8.1.2, and sphinx==8.1.3 is asked for"
    cut = TEXT[: TEXT.index("sphinx==8.1.3 \\\n")]
    assert locks.mismatch(kept(tmp_path, cut), CELL, ()) == "it does not hold sphinx"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("# docs-matrix lock 1", "# something else", "lock.txt:1: is not a lock"),
        ("# date: ", "# day: ", "lock.txt:4: is not a lock"),
        ("# python: ", "# python: \x1b[31m", "lock.txt:3: is not a lock"),
        ('["docutils', '["\\u001b[2J', "not a list of requirements"),
        ('["docutils', '"docutils', "not a list of requirements"),
        ("docutils==0.21.2 \\\n", "docutils>=0.21.2 \\\n", "not a pinned and hashed package"),
        ("docutils==0.21.2 \\\n", "--index-url https://example.org\ndocutils==0.21.2 \\\n", "not a pinned and hashed"),
        ("docutils==0.21.2 \\\n", "foo==1\ndocutils==0.21.2 \\\n", 'not a pinned and hashed package: "foo==1"'),
        ("docutils==0.21.2 \\\n", "docutils @ file:///x \\\n", "not a pinned and hashed package"),
        ("alabaster==1.0.0", "babel==1.0.0", "holds babel twice"),
    ],
)
def test_what_is_no_lock_is_not_read_as_one(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in TEXT
    with pytest.raises(InputError, match=re.escape(says)):
        kept(tmp_path, TEXT.replace(old, new, 1))


def test_the_digest_is_that_of_what_is_installed(tmp_path: Path) -> None:
    lock = kept(tmp_path, TEXT)
    assert kept(tmp_path, TEXT.replace(f"# cell: {CELL.name}", "# cell: other")).digest == lock.digest
    hash_ = re.search(r"sha256:([0-9a-f]{64})", TEXT)
    assert hash_ is not None
    assert kept(tmp_path, TEXT.replace(hash_[1], "0" * 64)).digest != lock.digest


def test_check_names_what_is_missing_stale_or_left_over(tmp_path: Path) -> None:
    def said(cell: Cell) -> list[str]:
        return [str(outcome.error) for outcome in locks.check_all([cell], [()], tmp_path) if outcome.state == "bad"]

    path = tmp_path / locks.file_name(CELL, ())
    assert said(CELL) == [f"{path}: is not there: docs-matrix lock {CELL.name}"]
    path.write_text(TEXT, encoding="utf-8")
    assert said(CELL) == []
    (stale,) = said(dataclasses.replace(CELL, docutils="0.21.1"))
    assert stale.endswith(f"is asked for: docs-matrix lock {CELL.name}")
    (tmp_path / "left-over.txt").write_text(TEXT, encoding="utf-8")
    assert said(CELL) == [f"{tmp_path / 'left-over.txt'}: is the lock of no cell in matrix.yaml; remove it"]


# Providing


def test_the_committed_lock_is_preferred_and_nothing_is_asked(tmp_path: Path) -> None:
    lock = locks.provide(CELL, KERNEL, committed=LOCKS, store=tmp_path, offline=True)
    assert lock.path == LOCKS / locks.file_name(CELL, KERNEL)
    assert list(tmp_path.iterdir()) == []


def test_a_committed_lock_that_does_not_answer_gives_way_to_the_stores(tmp_path: Path) -> None:
    store = tmp_path / "store/locks" / locks.file_name(CELL, ())
    store.parent.mkdir(parents=True)
    store.write_text(TEXT, encoding="utf-8")
    (tmp_path / store.name).write_text(TEXT.replace("2025-08-09", "2025-08-10"), encoding="utf-8")
    assert locks.provide(CELL, (), committed=tmp_path, store=tmp_path / "store", offline=True).path == store


def test_without_the_index_the_cell_is_named_and_it_is_the_machine_that_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    for offline, advice in ((False, "index cannot be reached (127.0.0.1:9: "), (True, "call again without --offline")):
        with pytest.raises(MachineError) as caught:
            locks.provide(CELL, (), committed=tmp_path, store=tmp_path / "store", offline=offline)
        assert f": cell {CELL.name} cannot be resolved" in str(caught.value)
        assert advice in str(caught.value)
        assert "\n" not in str(caught.value)
    assert list((tmp_path / "store/locks").glob("*.txt")) == []


# Resolving


def test_resolving_again_gives_the_same_bytes_whatever_the_users_uv_is_set_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_RESOLUTION", "lowest")
    monkeypatch.setenv("UV_EXCLUDE_NEWER", "2020-01-01")
    monkeypatch.setenv("UV_CONSTRAINT", "/nowhere.txt")
    (tmp_path / "uv.toml").write_text('index-url = "http://127.0.0.1:9/"\n')
    monkeypatch.chdir(tmp_path)
    assert resolved(CELL) == TEXT


def test_a_set_is_resolved_into_the_store_once(tmp_path: Path) -> None:
    resolved(CELL, ("furo",))
    first = locks.provide(CELL, ("Furo",), committed=tmp_path, store=tmp_path / "store")
    assert first.path == tmp_path / "store/locks" / f"{CELL.name}+furo.txt"
    assert "furo" in first.packages
    again = locks.provide(CELL, ("furo",), committed=tmp_path, store=tmp_path / "store", offline=True)
    assert again == first


def test_a_requirement_with_a_marker_that_does_not_hold_is_left_out(tmp_path: Path) -> None:
    requirements = ('tomli; python_version < "3.11"', "furo>=2024")
    lock = kept(tmp_path, resolved(CELL, requirements))
    assert "tomli" not in lock.packages
    assert locks.mismatch(lock, CELL, requirements) is None


@pytest.mark.parametrize(
    ("change", "requirements", "says"),
    [
        ({"docutils": "0.21.99"}, (), "there is no version of docutils==0.21.99"),
        ({"docutils": "0.22"}, (), "sphinx==8.1.3 depends on docutils>=0.20,<0.22 and you require docutils==0.22"),
        ({"date": datetime(2024, 6, 1, tzinfo=UTC)}, (), "was published at 2024-10-13"),
        ({"date": datetime(2999, 6, 1, tzinfo=UTC)}, (), "its date 2999-06-01T00:00:00Z is in the future"),
        ({}, ("funcparserlib==0.3.6",), "funcparserlib==0.3.6 has no usable wheels"),
    ],
)
def test_a_cell_that_cannot_be_resolved_is_named_with_the_reason_in_one_line(
    change: dict[str, str], requirements: tuple[str, ...], says: str
) -> None:
    with pytest.raises(InputError) as caught:
        resolved(dataclasses.replace(CELL, **change), requirements)  # type: ignore[arg-type]
    text = str(caught.value)
    assert text.startswith(f"cell {CELL.name}")
    assert says in text
    assert "\n" not in text


def test_lock_writes_what_changed_and_leaves_the_rest_untouched(tmp_path: Path) -> None:
    resolved(CELL)
    impossible = dataclasses.replace(CELL, name="impossible", docutils="0.21.99")
    written = locks.write_all([CELL, impossible], [()], tmp_path)
    assert [outcome.state for outcome in written] == ["written", "bad"]
    assert "cell impossible cannot be resolved" in str(written[1].error)
    path = written[0].path
    before = path.stat()
    assert [outcome.state for outcome in locks.write_all([CELL], [()], tmp_path)] == ["ok"]
    assert path.stat().st_ino == before.st_ino
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


BROKEN: dict[str, Callable[[str], str]] = {
    "conflict": lambda text: f"{text}<<<<<<< HEAD\n",
    "no hash": lambda text: text.replace(" --hash", " --hush"),
    "empty": lambda _: "",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_committed_lock_that_is_broken_is_an_error_and_not_made_again_in_silence(tmp_path: Path, kind: str) -> None:
    name = locks.file_name(CELL, KERNEL)
    (tmp_path / name).write_text(BROKEN[kind]((LOCKS / name).read_text()))
    with pytest.raises(InputError, match=rf"is not a lock.*; make it again: docs-matrix lock {CELL.name}$"):
        locks.provide(CELL, KERNEL, committed=tmp_path, store=tmp_path / "store", offline=True)


def test_without_uv_a_lock_that_is_there_serves_and_a_new_one_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docs_matrix.toolchains.uv.program", lambda: None)
    assert locks.provide(CELL, (), committed=LOCKS, store=tmp_path).path == LOCKS / f"{CELL.name}.txt"
    with pytest.raises(MachineError, match=r"^uv is not installed; .*: python3 -m pip install uv$"):
        locks.provide(CELL, ("furo==2099",), committed=LOCKS, store=tmp_path)
