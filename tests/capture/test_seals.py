"""Records that the probe did not write are not taken for a build's."""

from __future__ import annotations

import json

import pytest
from docs_matrix.capture.seals import are_sealed
from docs_matrix.probe.seal import Seal

KEY = b"k" * 32


def call(by: int, *kinds: str, key: bytes = KEY) -> list[bytes]:
    """The lines of one call of sphinx-build."""
    seal, lines = Seal(key), []
    for kind in kinds:
        lines.append(json.dumps({"kind": kind, "by": by}).encode())
        seal.add(lines[-1] + b"\n")
    return [*lines, json.dumps({"kind": "end", "by": by, "seal": seal.text()}).encode()]


WORKER = json.dumps({"kind": "early", "by": 0}).encode()


def test_what_a_call_and_its_workers_recorded_is_sealed() -> None:
    one, other = call(7, "meta", "diagnostic"), call(8, "meta")
    assert are_sealed([*one, *other], KEY)
    assert are_sealed([one[0], other[0], WORKER, *one[1:], *other[1:]], KEY)


@pytest.mark.parametrize(
    "lines",
    [
        call(7, "meta", key=b"o" * 32),
        call(7, "meta", "documents")[:-1],
        [*call(7, "meta", "diagnostic")[:1], *call(7, "meta", "diagnostic")[2:]],
        [call(7, "meta")[0], json.dumps({"kind": "documents", "by": 0}).encode(), call(7, "meta")[1]],
        [*call(7, "meta"), json.dumps({"kind": "end", "by": 0, "status": 0}).encode()],
        [json.dumps({"kind": "documents"}).encode(), json.dumps({"kind": "end", "status": 0}).encode()],
        [*call(7, "meta"), b"{"],
    ],
    ids=["another key", "no end", "a line removed", "a line added", "an end added", "no call", "no record"],
)
def test_other_records_are_not(lines: list[bytes]) -> None:
    assert not are_sealed(lines, KEY)
