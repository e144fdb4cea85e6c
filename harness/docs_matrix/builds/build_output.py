"""The records and the printed output of a build. Each is read up to a limit, and never through a link that the build made."""

from __future__ import annotations

import errno
from dataclasses import dataclass

from docs_matrix import nofollow
from docs_matrix.process import Finished

__all__ = ["PRINTED_LIMIT", "RECORDS", "RECORDS_LIMIT", "BuildOutput", "collect"]

RECORDS = "records.jsonl"
RECORDS_LIMIT = 256 << 20
"""The most bytes of the records; 30,000 messages have about 10 MB."""
PRINTED_LIMIT = 32 << 20
"""The most bytes of standard output, and of standard error."""

KEPT = 256 << 10
"""The bytes of each stream that are shown if one is larger than the limit."""


@dataclass(frozen=True)
class BuildOutput:
    """The records of a build, and its two streams.

    `fault` is the reason, in one line, why they cannot be used; None if they can.
    """

    records: bytes
    stdout: bytes
    stderr: bytes
    fault: str | None


def collect(scratch_fd: int, finished: Finished) -> BuildOutput:
    """Return the records from the open scratch folder of a build, and the part of its output that `finished` kept."""
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
    """Return the beginning of the text `printed`, up to a limit, and a line that says that it was cut."""
    if len(printed) <= KEPT:
        return printed
    return printed[:KEPT] + b"\n[docs-matrix: the output goes on and is not kept]\n"
