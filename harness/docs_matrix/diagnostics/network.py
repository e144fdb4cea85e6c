"""Messages that the network causes. They have a verdict of their own: they fail nothing, and no baseline accepts them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from docs_matrix.diagnostics.findings import Judged, Verdict
from docs_matrix.diagnostics.flaky import Observed

__all__ = ["REASON", "set_apart", "without_network"]

REASON = "an inventory of another project could not be fetched"


def set_apart(judged: Iterable[Judged]) -> tuple[Judged, ...]:
    """Return `judged` with the verdict `environment` for messages that the network caused, in the base or in the head.

    If only the base has such a message, it is left out, because nobody fixed it.
    """
    return tuple(
        replace(item, verdict=Verdict.ENVIRONMENT, reason=REASON, hunk=None) if _is_of_network(item) else item
        for item in judged
        if not (item.verdict is Verdict.FIXED and _is_of_network(item))
    )


def without_network(observed: Observed) -> Observed:
    """Return `observed` without the messages that the network caused."""
    return Observed(
        tuple(diagnostic for diagnostic in observed.steady if not diagnostic.of_network),
        tuple(flaky for flaky in observed.flaky if not flaky.diagnostic.of_network),
    )


def _is_of_network(item: Judged) -> bool:
    return item.diagnostic.of_network or bool(item.base and item.base.of_network)
