"""Starting commands: their end, their time limit, and that nothing of them is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from docs_matrix import process
from docs_matrix.errors import MachineError


def alive(pid: int) -> bool:
    """Whether a process runs; one that waits to be reaped does not."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def gone_within(pid: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def test_a_command_gives_what_it_printed_and_its_status() -> None:
    done = process.run(["sh", "-c", "cat; echo problem >&2; exit 3"], timeout=10, stdin=b"given\n")
    assert (done.returncode, done.stdout, done.error_text, done.timed_out) == (3, b"given\n", "problem\n", False)


def test_output_beyond_the_limit_is_read_and_counted() -> None:
    done = process.run(["sh", "-c", "head -c 3000000 /dev/zero; echo problem >&2"], timeout=60, most=1000)
    assert (len(done.stdout), done.stderr, done.lost) == (1000, b"problem\n", 3_000_000 - 1000)


def test_output_without_end_takes_no_memory() -> None:
    code = (
        "from docs_matrix import process; print(process.run(['cat', '/dev/zero'], timeout=2, most=1000).lost > 10**7)"
    )
    done = process.run(["/bin/sh", "-c", f'ulimit -v 400000; exec {sys.executable} -c "{code}"'], timeout=60)
    assert done.text == "True\n", done.error_text


def test_a_process_that_holds_the_output_open_is_not_waited_for() -> None:
    started = time.monotonic()
    done = process.run(["sh", "-c", "echo text; setsid sleep 60 &"], timeout=50)
    assert done.stdout == b"text\n"
    assert time.monotonic() - started < 40


def test_output_that_cannot_be_read_to_its_end_is_no_answer() -> None:
    def hear(block: bytes) -> None:
        raise MemoryError

    started = time.monotonic()
    with pytest.raises(MemoryError):
        process.run(["sh", "-c", "echo text; sleep 0.2; head -c 3000000 /dev/zero; sleep 1"], timeout=50, hear=hear)
    assert time.monotonic() - started < 40


def test_a_command_that_cannot_be_watched_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def start(_: threading.Thread) -> None:
        until = time.monotonic() + 10
        while not (tmp_path / "pid").exists() and time.monotonic() < until:
            time.sleep(0.02)
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(RuntimeError):
        process.run(["sh", "-c", "echo $$ > part; mv part pid; exec sleep 50"], timeout=50, cwd=tmp_path)
    assert gone_within(int((tmp_path / "pid").read_text()), 5)


def test_a_command_that_does_not_exist_is_a_lack_of_the_machine() -> None:
    with pytest.raises(MachineError, match="cannot run no-such-program"):
        process.run(["no-such-program"], timeout=10)


def test_the_time_limit_ends_the_command_and_its_children(tmp_path: Path) -> None:
    done = process.run(["sh", "-c", f"sleep 600 & echo $! > {tmp_path}/pid; wait"], timeout=0.5)
    assert done.timed_out
    assert done.returncode != 0
    assert gone_within(int((tmp_path / "pid").read_text()), 60)


def test_a_child_left_behind_is_ended_with_its_command(tmp_path: Path) -> None:
    done = process.run(["sh", "-c", f"sleep 600 & echo $! > {tmp_path}/pid"], timeout=10)
    assert done.returncode == 0
    assert gone_within(int((tmp_path / "pid").read_text()), 60)


def test_the_used_cpu_time_and_memory_are_told() -> None:
    code = "x = bytearray(200_000_000)\nfor i in range(3_000_000): pass"
    done = process.run([sys.executable, "-c", code], timeout=60)
    assert done.cpu_seconds > 0.02
    assert done.peak_bytes > 150_000_000


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_when_this_process_is_killed_its_commands_end_too(tmp_path: Path, how: signal.Signals) -> None:
    code = f"""
import pathlib, threading, time
from docs_matrix import process
threading.Thread(target=process.run, args=[["sleep", "600"]], kwargs={{"timeout": 600}}, daemon=True).start()
while not process._GROUPS.alive():  # before that the watchdog does not know the command
    time.sleep(0.01)
pathlib.Path("{tmp_path}/pid").write_text(str(process._GROUPS.alive()[0]))
time.sleep(600)
"""
    parent = subprocess.Popen([sys.executable, "-c", code])
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        time.sleep(0.02)
    os.kill(parent.pid, how)
    parent.wait()
    assert gone_within(int((tmp_path / "pid").read_text()), 60)


def test_a_process_that_ends_by_itself_leaves_no_command_and_no_watchdog(tmp_path: Path) -> None:
    code = """
import pathlib, threading, time
from docs_matrix import process
process.run(["true"], timeout=60)
process._GROUPS._watchdog.kill()
process._GROUPS._watchdog.wait()  # the next command has another one
threading.Thread(target=process.run, args=[["sleep", "600"]], kwargs={"timeout": 600}, daemon=True).start()
while not process._GROUPS.alive():
    time.sleep(0.01)
print(process._GROUPS.alive()[0], process._GROUPS._watchdog.pid)
"""
    words = [sys.executable, "-X", "dev", "-W", "always::ResourceWarning", "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    command, watchdog = map(int, done.stdout.split())
    assert not alive(watchdog)
    assert gone_within(command, 60)


def test_a_script_written_a_moment_ago_runs_while_other_threads_start_commands(tmp_path: Path) -> None:
    def write_and_run(number: int) -> int:
        script = tmp_path / f"{number}.sh"
        script.write_text("#!/bin/sh\nexit 7\n")
        script.chmod(0o755)
        return process.run([script], timeout=30).returncode

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert set(pool.map(write_and_run, range(200))) == {7}
