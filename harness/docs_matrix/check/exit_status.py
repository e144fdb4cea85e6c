"""The exit status of a run: one rule for every verb that judges cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from docs_matrix.diagnostics.findings import CellStatus, is_lane

__all__ = ["exit_status"]


def exit_status(cells: Mapping[str, CellStatus], *, new: bool, named: Sequence[str], ci: bool) -> int:
    """Return 3 if a cell could not be built or a check could not run, else 1 if something is `new`, else 0.

    A skipped cell counts as one that could not be built if no cell was built, if the user named it, or in CI.

    >>> exit_status({"old": "skipped", "young": "ok"}, new=True, named=(), ci=False)
    1
    >>> exit_status({"old": "skipped", "young": "ok"}, new=True, named=["old"], ci=False)
    3
    """
    skipped = {name for name, status in cells.items() if status == "skipped"}
    if any(status in ("failed", "timeout") for status in cells.values()):
        return 3
    if skipped and (ci or all(name in skipped or is_lane(name) for name in cells) or skipped & set(named)):
        return 3
    return 1 if new else 0
