"""Each fault ends with the same answer on the next run, or in one clear error with 2 or 3, and nothing half written."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import MIDDLE
from tests.faults.runs import ROUNDS, Bench, Ended
from tests.support.machine import lacks

pytestmark = pytest.mark.builds

TREE = {
    "conf.py": "project = 't'\n",
    "index.rst": "T\n=\n\n.. toctree::\n\n   a\n   b\n\nA `broken link.\n",
    "a.rst": "A\n=\n\nSee :ref:`nowhere`.\n",
    "b.rst": "B\n=\n\n* item\nnot indented\n",
}
PATCH = """\
diff --git a/a.rst b/a.rst
--- a/a.rst
+++ b/a.rst
@@ -1,4 +1,7 @@
 A
 =
~
-See :ref:`nowhere`.
+See :ref:`nowhere` and :ref:`other`.
+
+* x
+y
""".replace("~", " ")
CHOICE = random.Random(os.environ.get("DOCS_MATRIX_FAULT_SEED", "1"))  # noqa: S311


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bench, Ended, float]:
    """A bench, what it answers when nothing goes wrong, and the seconds that this takes with an environment."""
    bench = Bench(tmp_path_factory.mktemp("faults"), MIDDLE)
    for name, text in TREE.items():
        (bench.folder / "tree").mkdir(exist_ok=True)
        (bench.folder / "tree" / name).write_text(text)
    (bench.folder / "p.patch").write_text(PATCH)
    first = bench.check()
    if first.status == 3:
        lacks(RuntimeError(first.stderr))
    bench.begin_again()
    started = time.monotonic()
    right = bench.check()
    assert (right.status, right.findings) == (1, first.findings)
    return bench, right, time.monotonic() - started


@pytest.fixture
def bench(sound: tuple[Bench, Ended, float]) -> Bench:
    """The bench, as if nothing had been built."""
    sound[0].begin_again()
    return sound[0]


@pytest.fixture
def right(sound: tuple[Bench, Ended, float]) -> Ended:
    """The right answer."""
    return sound[1]


def same_or_clear(ended: Ended, right: Ended) -> bool:
    """Whether a run gave the right answer, or a clear error."""
    return (ended.status, ended.findings) == (1, right.findings) or ended.is_clear_error()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_run_that_is_ended_at_any_moment_is_answered_by_the_next(
    bench: Bench, right: Ended, sound: tuple[Bench, Ended, float], number: signal.Signals
) -> None:
    for _ in range(ROUNDS):
        bench.begin_again()
        run = bench.start()
        time.sleep(CHOICE.uniform(0, sound[2]))
        run.send_signal(number)
        ended = bench.end(run)
        assert ended.status in (1, 130, -number), ended
        assert (
            ended.status == -number or "Traceback" not in ended.stderr
        )  # before the command has begun, Python ends so
        assert ended.findings in (None, right.findings)
        assert bench.is_quiet()
        assert (again := bench.check()).status == 1, again
        assert again.findings == right.findings


DAMAGES = ("a byte", "cut", "empty", "gone", "a folder", "a link")


def damage(path: Path, how: str) -> None:
    """Damage a file of the store."""
    content = bytearray(path.read_bytes())
    path.chmod(0o644)
    if how == "a byte" and content:
        content[CHOICE.randrange(len(content))] ^= 1 << CHOICE.randrange(8)
        path.write_bytes(content)
    elif how in ("cut", "empty", "a byte"):
        path.write_bytes(content[: CHOICE.randrange(len(content)) if how == "cut" and content else 0])
    else:
        path.unlink()
        if how == "a folder":
            path.mkdir()
        elif how == "a link":
            path.symlink_to("/nowhere")


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_file_of_the_store_is_never_another_answer(bench: Bench, right: Ended, how: str) -> None:
    for _ in range(ROUNDS):
        bench.begin_again()
        assert bench.check().findings == right.findings
        files = [
            path
            for path in sorted(bench.store.rglob("*"))
            if path.is_file() and not path.is_symlink() and path.relative_to(bench.store).parts[0] != "environments"
        ]
        chosen = CHOICE.choice(files)
        damage(chosen, how)
        (bench.folder / "tree" / "index.rst").touch()
        ended = bench.check()
        assert same_or_clear(ended, right), (chosen, how, ended)
        if ended.status != 1:
            bench.begin_again()
            (bench.store / "docs-matrix-store").unlink(missing_ok=True)
            (bench.store / "docs-matrix-store").touch()
            for lock in (bench.store / "locks").glob("*"):
                lock.unlink() if not lock.is_dir() else shutil.rmtree(lock)
            assert bench.check().findings == right.findings


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A place to mount a small disk on; only root can."""
    if os.geteuid():
        pytest.skip("only root mounts")
    place = tmp_path / "disk"
    place.mkdir()
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False, capture_output=True)


@pytest.mark.parametrize("options", ["size=64k", "size=600k", "size=3m", "nr_inodes=20", "nr_inodes=120", "ro"])
def test_a_full_or_read_only_disk_is_one_clear_error(
    bench: Bench, right: Ended, disk: Path, options: str, tmp_path: Path
) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "none", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    ended = bench.check(DOCS_MATRIX_STORE=str(disk / "store"))
    assert same_or_clear(ended, right), ended
    assert ended.status != 1 or ended.findings == right.findings
    reports = bench.check(out=str(disk / "out"))
    assert same_or_clear(reports, right), reports


def test_a_stopped_process_is_waited_for_by_name_and_a_dead_one_is_not(bench: Bench, right: Ended) -> None:
    (bench.folder / "tree" / "conf.py").write_text("import time\ntime.sleep(8)\nproject = 't'\n")
    try:
        first = bench.start()
        time.sleep(6)
        first.send_signal(signal.SIGSTOP)
        second = bench.start("out2")
        time.sleep(25)
        first.send_signal(signal.SIGCONT)
        ended = bench.end(first), bench.end(second, "out2")
        assert [one.status for one in ended] == [1, 1]
        assert f"waiting for process {first.pid} (" in ended[1].stderr
        bench.begin_again()
        first = bench.start()
        time.sleep(6)
        first.kill()
        first.communicate()
        assert bench.check().findings == ended[0].findings
    finally:
        (bench.folder / "tree" / "conf.py").write_text(TREE["conf.py"])


def test_four_runs_at_once_give_one_answer(bench: Bench, right: Ended) -> None:
    started = [bench.start(f"out{number}") for number in range(4)]
    ended = [bench.end(run, f"out{number}") for number, run in enumerate(started)]
    assert [(one.status, one.findings) for one in ended] == [(1, right.findings)] * 4


def test_a_clock_that_jumps_takes_nothing_that_is_in_use(bench: Bench, right: Ended) -> None:
    run = bench.start()
    time.sleep(3)
    for path in (bench.store, *bench.store.glob("*/*"), *bench.store.glob("*/*/*")):
        os.utime(path, (1, 1), follow_symlinks=False)
    (bench.store / "swept").unlink(missing_ok=True)
    other = bench.check("out2", DOCS_MATRIX_STORE_LIMIT="0")
    assert [(one.status, one.findings) for one in (bench.end(run), other)] == [(1, right.findings)] * 2


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        *((resource.RLIMIT_NOFILE, most) for most in (6, 10, 14, 20, 40)),
        *((resource.RLIMIT_AS, most << 20) for most in (60, 100, 160, 250)),
        *((resource.RLIMIT_FSIZE, most) for most in (0, 1000, 100_000)),
    ],
)
def test_too_little_of_anything_is_one_clear_error(bench: Bench, right: Ended, kind: int, most: int) -> None:
    ended = bench.check(before=lambda: resource.setrlimit(kind, (most, most)))
    assert same_or_clear(ended, right) or ended.status in (126, 127, -signal.SIGXFSZ, -signal.SIGABRT), ended
    assert ended.status != 1 or ended.findings == right.findings
    assert bench.check().findings == right.findings


def test_a_report_of_an_earlier_run_never_stands_as_this_ones(bench: Bench) -> None:
    assert bench.check().status == 1
    run = bench.start()
    while bench.findings() is not None and run.poll() is None:
        time.sleep(0.01)
    run.kill()
    bench.end(run)
    assert bench.findings() is None
    assert not list((bench.folder / "out" / "cells").glob("*.json"))
