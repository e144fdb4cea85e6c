"""Checks that the records of a build are those of its probe: each call of sphinx-build ends with a seal over its lines."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable

from docs_matrix.probe.seal import Seal

__all__ = ["are_sealed"]

_OF_WORKERS = frozenset(
    {"diagnostic", "early", "heard", "index", "looked", "objects", "opened", "probe-error", "roles", "said"}
)
"""The kinds of records of processes that a call forks. Such a process writes no end record of its own."""


def are_sealed(lines: Iterable[bytes], key: bytes) -> bool:
    """Return whether each of `lines` belongs to a call that ends with the right seal, or to a worker of such a call."""
    open_calls: dict[int, Seal] = {}
    for line in lines:
        try:
            record = json.loads(line)
            by, kind = record["by"], record["kind"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return False
        if by == 0:
            if kind not in _OF_WORKERS:
                return False
            continue
        seal = open_calls.setdefault(by, Seal(key))
        if kind != "end":
            seal.add(line + b"\n")
        elif not hmac.compare_digest(str(record.get("seal")).encode(), open_calls.pop(by).text().encode()):
            return False
    return not open_calls
