"""The thread's report on a real kernel: reproduced, and shown not to come from the toolchain that it names."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Command

from . import seven
from .test_kernel import BASE_BLOB, HEAD_BLOB

pytestmark = pytest.mark.acceptance


def test_the_threads_report_reproduces_and_its_header_does_not_explain_it(
    docs_matrix: Command, linux_6_12: Path, thread: Path
) -> None:
    answer = docs_matrix("reproduce", thread, "--tree", linux_6_12, "--json")
    assert answer.status == 0, answer.stderr
    told = json.loads(answer.stdout)
    new = [message for message in told["messages"] if message["standing"] == "new"]
    assert {message["path"] for message in new} == {seven.PATH}
    assert [message["line"] for message in new] == [382, 382, 382, 382, 392, 400, 405]
    assert [message["line"] for message in new if message["missed"]] == [392]
    assert sum(message["marked"] for message in new) == 6
    assert all(
        message["standing"] in ("known", "absent", "unjudged") for message in told["messages"] if message not in new
    )
    notes = "\n".join(told["notes"])
    assert f"base blob {BASE_BLOB} as the patch says; result {HEAD_BLOB} as the patch says" in notes
    header = [cell for cell in told["cells"].values() if cell["header"]]
    assert {cell["docutils"] for cell in header} == {"0.21.2"}
    assert all(any("line 391 instead of 392" in reason for reason in cell["reasons"]) for cell in header)
    assert told["header_explains"] is False
    assert told["explained_by"] == ["py3.13-docutils0.22.4-sphinx9.0.4"]
    assert told["cells"]["py3.13-docutils0.23-sphinx9.2.0"]["verdict"] == "ruled out"
    (apart,) = told["apart"]
    assert (apart["axis"], apart["first"], apart["last"]) == ("docutils", "0.22.1", "0.22.4")


def test_the_script_shows_the_seven_to_anyone_and_leaves_the_kernel_alone(
    docs_matrix: Command, unpacked_6_12: Path, thread_patch: Path, tmp_path: Path
) -> None:
    cell = ("--cell", "py3.13-docutils0.22.4-sphinx9.0.4")
    answer = docs_matrix("check", "--tree", unpacked_6_12, "--patch", thread_patch, *cell)
    assert answer.status == 1, answer.stderr
    (tmp_path / "empty").mkdir()
    before = subprocess.run(["find", unpacked_6_12, "-ls"], capture_output=True, check=True).stdout
    script = answer.out / "reproduce.sh"
    done = subprocess.run(
        ["sh", script, unpacked_6_12], cwd=tmp_path / "empty", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = [int(line.partition(": ")[0].rpartition(":")[2]) for line in done.stdout.splitlines()]
    assert lines == [382, 382, 382, 382, 392, 400, 405]
    assert subprocess.run(["find", unpacked_6_12, "-ls"], capture_output=True, check=True).stdout == before
