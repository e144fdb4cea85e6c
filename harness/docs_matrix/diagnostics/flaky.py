"""Repeated observations: what equal builds do not all say is flaky, and judged apart from what they all say.

Nothing that comes and goes is new or fixed, and it takes no partner from a diagnostic that always comes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import Judged, Verdict

__all__ = ["DEPENDS", "Comparison", "Flaky", "Observed", "compare_observed", "observe"]

DEPENDS = "depends on what was read before"
"""The reason of a flaky diagnostic that another order, number of readers or read set takes away or brings."""

Comparison = Callable[[Sequence[Diagnostic], Sequence[Diagnostic]], tuple[Judged, ...]]
"""Judges the diagnostics of a head by those of a base, as `docs_matrix.comparison.judge.compare` does."""


@dataclass(frozen=True)
class Flaky:
    """A diagnostic that `seen` of `builds` equal builds gave, and not all."""

    diagnostic: Diagnostic
    seen: int
    builds: int

    @property
    def reason(self) -> str:
        """In words, for people."""
        return f"seen in {self.seen} of {self.builds} equal builds"


@dataclass(frozen=True)
class Observed:
    """What equal builds said: `steady` is what all of them did, as the first has it."""

    steady: tuple[Diagnostic, ...]
    flaky: tuple[Flaky, ...] = ()


def observe(observations: Sequence[Sequence[Diagnostic]], same: Comparison) -> Observed:
    """Return what is steady and what is flaky in `observations` (one at least) of one build; `same` pairs those of two.

    A flaky diagnostic is not `unjudged`: that it comes and goes is all that is said of it.
    """
    marked = {_judgeable(diagnostic): diagnostic for diagnostic in observations[0]}
    steady = [_judgeable(diagnostic) for diagnostic in observations[0]]
    seen: list[tuple[Diagnostic, int]] = []
    for before, observation in enumerate(observations[1:], 1):
        judged = same(steady, [_judgeable(diagnostic) for diagnostic in observation])
        seen = _counted(seen, [item.diagnostic for item in judged if item.verdict is Verdict.NEW], same)
        seen += [(item.diagnostic, before) for item in judged if item.verdict is Verdict.FIXED]
        steady = [item.base for item in judged if item.base]
    flaky = tuple(Flaky(diagnostic, count, len(observations)) for diagnostic, count in seen)
    return Observed(tuple(marked[diagnostic] for diagnostic in steady), flaky)


def compare_observed(base: Observed, head: Observed, compare: Comparison) -> tuple[Judged, ...]:
    """Judge a head by a base, both observed once or more; each diagnostic of both sides is judged exactly once.

    What is steady on both sides is compared first. Then a new one that the base said now and then is flaky, and so is
    a gone one that the head says now and then.
    """
    judged = compare(base.steady, head.steady)
    if not base.flaky and not head.flaky:
        return judged
    new = [item.diagnostic for item in judged if item.verdict is Verdict.NEW]
    gone = [item.diagnostic for item in judged if item.verdict is Verdict.FIXED]
    at_times_before = compare([flaky.diagnostic for flaky in base.flaky], new)
    at_times_now = compare(gone, [flaky.diagnostic for flaky in head.flaky])
    at_times = compare(_only(at_times_before, Verdict.FIXED), _only(at_times_now, Verdict.NEW))
    before = {flaky.diagnostic: f"{flaky.reason} of the base" for flaky in base.flaky}
    now = {flaky.diagnostic: flaky.reason for flaky in head.flaky}
    told = [(item, before[item.base]) for item in at_times_before if item.base]
    told += [(item, now[item.diagnostic]) for item in at_times_now if item.base]
    told += [(item, (before if item.verdict is Verdict.FIXED else now)[item.diagnostic]) for item in at_times]
    not_new = Counter(item.diagnostic for item in at_times_before if item.base)
    not_fixed = Counter(item.base for item in at_times_now if item.base)
    steady = []
    for item in judged:
        explained = {Verdict.NEW: not_new, Verdict.FIXED: not_fixed}.get(item.verdict, Counter())
        if explained[item.diagnostic]:
            explained[item.diagnostic] -= 1
        else:
            steady.append(item)
    return (*steady, *(replace(item, verdict=Verdict.FLAKY, reason=reason) for item, reason in told))


def _counted(
    seen: list[tuple[Diagnostic, int]], said: Sequence[Diagnostic], same: Comparison
) -> list[tuple[Diagnostic, int]]:
    """Return `seen` with one more sight of each that was `said`."""
    judged = same([diagnostic for diagnostic, _ in seen], said)
    again = Counter(item.base for item in judged if item.base)
    counted = []
    for diagnostic, count in seen:
        more = again[diagnostic] > 0
        again[diagnostic] -= more
        counted.append((diagnostic, count + more))
    return counted + [(diagnostic, 1) for diagnostic in _only(judged, Verdict.NEW)]


def _judgeable(diagnostic: Diagnostic) -> Diagnostic:
    return replace(diagnostic, unjudged=False)


def _only(judged: Iterable[Judged], verdict: Verdict) -> list[Diagnostic]:
    return [item.diagnostic for item in judged if item.verdict is verdict]
