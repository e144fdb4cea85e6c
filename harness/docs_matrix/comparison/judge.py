"""The verdicts: which diagnostics of a head are new, and which diagnostics of a base are fixed.

Diagnostics are paired one to one, in passes, the strictest pass first (see `pairing`). A diagnostic that no pass pairs is new
or fixed. Both sides come from the same cell, so their levels and categories are comparable. If a message appears twice,
both are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from docs_matrix.comparison.causes import Causes
from docs_matrix.comparison.line_mapping import Spot
from docs_matrix.comparison.pairing import Pairing
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import Judged, Verdict
from docs_matrix.diagnostics.protocols import Changes, Sources

__all__ = ["compare"]


def compare(
    base: Sequence[Diagnostic],
    head: Sequence[Diagnostic],
    changes: Changes,
    sources: Sources | None = None,
    *,
    complete: bool = False,
) -> tuple[Judged, ...]:
    """Judge every diagnostic of both sides exactly once.

    `changes` maps the base's tree to the head's. `sources` has the texts of both trees; without it, no moved diagnostic is
    found. `complete` says that the documents that were not read are equal on both sides. A message that depends on such
    documents (for example about a missing target) is normally unjudged. With `complete`, it is judged if only one side
    has it and its paragraph did not change, because then only the change elsewhere can be the cause.

    Return the diagnostics of the head, then the fixed or unjudged diagnostics that only the base has, each sorted by place. The
    result does not depend on the order in which the documents were read.
    """
    pairing = Pairing(sorted(base, key=_position), sorted(head, key=_position), changes, sources)
    pairing.run()
    change, causes = pairing.change, Causes(pairing.change)
    judged = []
    for index, diagnostic in enumerate(pairing.head):
        pair = pairing.pairs.get(index)
        spot = pairing.places.head_spots[index]
        if pair:
            verdict = Verdict.UNJUDGED if diagnostic.unjudged else pair.verdict
            judged.append(Judged(verdict, diagnostic, pairing.base[pair.base], pair.how))
        elif diagnostic.unjudged and not (complete and _is_old(spot, change.head_paragraph_stayed)):
            judged.append(Judged(Verdict.UNJUDGED, diagnostic))
        else:
            reason, hunk = causes.reason(spot), causes.hunk(diagnostic, spot)
            judged.append(Judged(Verdict.NEW, diagnostic, reason=reason, hunk=hunk))
    for index in sorted(pairing.open_base):
        diagnostic, spot = pairing.base[index], pairing.places.base_spots[index]
        open_ = diagnostic.unjudged and not (complete and _is_old(spot, change.base_paragraph_stayed))
        judged.append(Judged(Verdict.UNJUDGED if open_ else Verdict.FIXED, diagnostic))
    return tuple(judged)


def _is_old(spot: Spot, stayed: Callable[[str, int], bool]) -> bool:
    """Return whether the paragraph at `spot` is known and did not change; `stayed` answers for a path and a line."""
    return spot.path is not None and spot.line is not None and stayed(spot.path, spot.line)


def _position(diagnostic: Diagnostic) -> tuple[str | int | bool, ...]:
    return (
        diagnostic.path or "",
        diagnostic.line or 0,
        diagnostic.message,
        diagnostic.level,
        diagnostic.category or "",
        diagnostic.via or "",
        diagnostic.document or "",
        diagnostic.printed,
        diagnostic.origin,
        diagnostic.unjudged,
    )
