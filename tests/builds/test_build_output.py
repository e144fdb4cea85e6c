"""What is taken of what a build left."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from docs_matrix import nofollow
from docs_matrix.builds import build_output
from docs_matrix.builds.build_output import RECORDS, BuildOutput, collect


def collected(scratch: Path, stdout: bytes = b"", stderr: bytes = b"") -> BuildOutput:
    with nofollow.folder(scratch) as descriptor:
        return collect(descriptor, io.BytesIO(stdout), io.BytesIO(stderr))


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


def test_records_and_streams_beyond_the_limit_are_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"RECORDS_LIMIT": 3, "PRINTED_LIMIT": 3, "KEPT": 2}.items():
        monkeypatch.setattr(build_output, name, value)
    assert collected(tmp_path, b"123").fault is None
    assert collected(tmp_path, b"", b"1234") == BuildOutput(b"", b"", b"12", "the build printed more than 0 MiB")
    (tmp_path / RECORDS).write_bytes(b"1234")
    assert collected(tmp_path).fault == "the file of the build's records has more than 3 bytes"
