"""Baseline files merged entry by entry, for git to call: what the lines of two branches cannot say, their entries can.

Lines are enough where branches fix what they will. Two branches that accept something new at the same place of the file are
a conflict of lines; of entries it is none.
"""

from __future__ import annotations

from dataclasses import replace

from docs_matrix.baselines.baseline_file import Baseline, Entry, identities

__all__ = ["merge"]


def merge(base: Baseline, ours: Baseline, theirs: Baseline) -> Baseline | None:
    """The baseline of both changes from `base`; None where they contradict each other.

    An entry that either branch has removed is removed. One that both have changed takes each value from the branch that
    changed it; the cells of both changes are put together; two texts for one reason are a contradiction.
    """
    before, mine, yours = (dict(zip(identities(one.entries), one.entries, strict=True)) for one in (base, ours, theirs))
    merged = []
    for name in {**mine, **yours}:
        old, here, there = before.get(name), mine.get(name), yours.get(name)
        if here is None or there is None:
            if old is None:
                merged.append(here or there)
            continue
        both = _both(old, here, there)
        if both is None:
            return None
        merged.append(both)
    return Baseline(tuple(entry for entry in merged if entry))


def _both(old: Entry | None, here: Entry, there: Entry) -> Entry | None:
    """What two branches have made of one entry; None where they contradict each other."""
    entry = here
    for name in ("level", "category", "message", "anchor", "flaky", "reason"):
        was = getattr(old, name) if old else None
        mine, yours = getattr(here, name), getattr(there, name)
        if name == "reason" and mine != yours and was not in (mine, yours):
            return None
        entry = replace(entry, **{name: yours if mine == was else mine})
    return replace(entry, cells=_cells(old.cells if old else (), here.cells, there.cells))


def _cells(
    old: tuple[str, ...] | None, here: tuple[str, ...] | None, there: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    """The cells that both changes leave, and those that either adds; None is all of them."""
    if here == there or there == old:
        return here
    if here == old:
        return there
    if None in (here, there) and old is not None:
        return None
    named = tuple(sorted({*(here or ()), *(there or ())}))
    was, mine, yours = (named if cells is None else cells for cells in (old, here, there))
    return tuple(cell for cell in named if (cell in yours if (cell in mine) == (cell in was) else cell in mine))
