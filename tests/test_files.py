"""Files written whole, digests that tell lists apart, and locks between processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from docs_matrix import files
from docs_matrix.errors import MachineError
from hypothesis import given
from hypothesis import strategies as st


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "a.txt"
    files.write_whole(path, "one")
    files.write_whole(path, "two \udc80")
    assert path.read_text() == "two \\udc80"
    assert [entry.name for entry in path.parent.iterdir()] == ["a.txt"]


def test_a_full_disk_is_told_and_leaves_the_old_file(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(MachineError, match="cannot be written"):
        files.write_whole(tmp_path / "a" / ("x" * 300), "text")
    assert "no space left" in str(files.cannot_write(tmp_path, OSError(28, "No space left on device")))


@given(st.lists(st.text()), st.lists(st.text()))
def test_digests_tell_lists_apart(one: list[str], other: list[str]) -> None:
    assert (files.digest(*one) == files.digest(*other)) == (one == other)


def test_a_lock_is_held_against_other_processes_and_freed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = f"""
from pathlib import Path
from docs_matrix import files
try:
    with files.locked(Path({str(path)!r}), timeout=0): print("got it")
except TimeoutError: print("held")
"""

    def ask() -> str:
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()

    with files.locked(path):
        assert ask() == "held"
    assert ask() == "got it"
