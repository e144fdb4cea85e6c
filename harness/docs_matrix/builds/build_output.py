"""What a build left: its records and what it printed, each up to a limit, and never by a link that the build put there."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import IO

from docs_matrix import nofollow

__all__ = ["RECORDS", "RECORDS_LIMIT", "BuildOutput", "collect"]

RECORDS = "records.jsonl"
RECORDS_LIMIT = 256 << 20
PRINTED_LIMIT = 64 << 20
"""Bytes of the records, and of standard output and standard error each."""

KEPT = 1 << 20
"""Bytes that are kept of an output that is larger than the limit."""


@dataclass(frozen=True)
class BuildOutput:
    """The records of a build, and its two streams. `fault` says in one line why they are no answer, None if they are one."""

    records: bytes
    stdout: bytes
    stderr: bytes
    fault: str | None


def collect(scratch_fd: int, stdout: IO[bytes], stderr: IO[bytes]) -> BuildOutput:
    """Return what a build left in its open scratch folder and in the open files of its streams."""
    records, fault = b"", None
    try:
        records = nofollow.read(RECORDS, RECORDS_LIMIT, dir_fd=scratch_fd)
    except FileNotFoundError:
        pass  # Sphinx did not start
    except OSError as error:
        reason = error.strerror if error.errno in (errno.EINVAL, errno.EFBIG) else "is no regular file"
        fault = f"the file of the build's records {reason}"
    out, err = _start_of(stdout), _start_of(stderr)
    if max(len(out), len(err)) > PRINTED_LIMIT:
        fault = f"the build printed more than {PRINTED_LIMIT >> 20} MiB"
        out, err = out[:KEPT], err[:KEPT]
    return BuildOutput(records, out, err, fault)


def _start_of(stream: IO[bytes]) -> bytes:
    stream.seek(0)
    return stream.read(PRINTED_LIMIT + 1)
