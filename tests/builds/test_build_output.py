"""What is taken of what a build left."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from docs_matrix import nofollow
from docs_matrix.builds import build_output
from docs_matrix.builds.build_output import KEPT, RECORDS, BuildOutput, collect
from docs_matrix.process import Finished

ENDED = Finished(("sphinx-build",), 0, b"", b"", timed_out=False, seconds=0, cpu_seconds=0, peak_bytes=0)


def collected(scratch: Path, stdout: bytes = b"", stderr: bytes = b"", lost: int = 0) -> BuildOutput:
    with nofollow.folder(scratch) as descriptor:
        return collect(descriptor, replace(ENDED, stdout=stdout, stderr=stderr, lost=lost))


def test_records_and_streams_are_taken_whole(tmp_path: Path) -> None:
    (tmp_path / RECORDS).write_text("{}\n")
    assert collected(tmp_path, b"out", b"err") == BuildOutput(b"{}\n", b"out", b"err", None)


def test_a_build_without_records_has_none(tmp_path: Path) -> None:
    assert collected(tmp_path) == BuildOutput(b"", b"", b"", None)


@pytest.mark.parametrize("kind", ["link", "link to a device", "FIFO", "folder"])
def test_records_that_are_no_regular_file_are_a_fault(tmp_path: Path, kind: str) -> None:
    (tmp_path / "secret").write_text("top secret")
    place = tmp_path / RECORDS
    if kind == "FIFO":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to(tmp_path / "secret" if kind == "link" else "/dev/zero")
    assert collected(tmp_path) == BuildOutput(b"", b"", b"", "the file of the build's records is no regular file")


def test_records_beyond_the_limit_are_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_output, "RECORDS_LIMIT", 3)
    (tmp_path / RECORDS).write_bytes(b"1234")
    assert collected(tmp_path).fault == "the file of the build's records has more than 3 bytes"


def test_output_that_was_lost_is_counted_and_a_fault(tmp_path: Path) -> None:
    output = collected(tmp_path, b"out", b"x" * (KEPT + 1), lost=1_000_000)
    assert output.fault == "the build printed 1,262,148 bytes, more than can be read (32 MiB for each stream)"
    assert output.stdout == b"out"
    assert output.stderr.startswith(b"x" * KEPT)
    assert len(output.stderr) < KEPT + 100
