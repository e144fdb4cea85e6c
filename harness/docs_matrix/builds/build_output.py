"""What a build left: its records and what it printed, each up to a limit, and never by a link that the build put there."""

from __future__ import annotations

import errno
from dataclasses import dataclass

from docs_matrix import nofollow
from docs_matrix.process import Finished

__all__ = ["PRINTED_LIMIT", "RECORDS", "RECORDS_LIMIT", "BuildOutput", "collect"]

RECORDS = "records.jsonl"
RECORDS_LIMIT = 256 << 20
PRINTED_LIMIT = 32 << 20
"""Bytes of the records, and of standard output and standard error each; 30,000 messages have about 10 MB."""

KEPT = 256 << 10
"""Bytes that are shown of each stream if one is larger than the limit."""


@dataclass(frozen=True)
class BuildOutput:
    """The records of a build, and its two streams. `fault` says in one line why they are no answer, None if they are one."""

    records: bytes
    stdout: bytes
    stderr: bytes
    fault: str | None


def collect(scratch_fd: int, finished: Finished) -> BuildOutput:
    """Return what a build left in its open scratch folder, and of what it printed what `finished` kept."""
    records, fault = b"", None
    try:
        records = nofollow.read(RECORDS, RECORDS_LIMIT, dir_fd=scratch_fd)
    except FileNotFoundError:
        pass  # Sphinx did not start
    except OSError as error:
        reason = error.strerror if error.errno in (errno.EINVAL, errno.EFBIG) else "is no regular file"
        fault = f"the file of the build's records {reason}"
    out, err = finished.stdout, finished.stderr
    if finished.lost:
        printed = len(out) + len(err) + finished.lost
        fault = (
            f"the build printed {printed:,} bytes, more than can be read ({PRINTED_LIMIT >> 20} MiB for each stream)"
        )
        out, err = _start_of(out), _start_of(err)
    return BuildOutput(records, out, err, fault)


def _start_of(printed: bytes) -> bytes:
    """Return the lines at the beginning of what was `printed`, up to a limit, with how much is not shown."""
    if len(printed) <= KEPT:
        return printed
    return printed[:KEPT] + b"\n[docs-matrix: the output goes on and is not kept]\n"
