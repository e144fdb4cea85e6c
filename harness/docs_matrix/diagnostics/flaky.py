"""Repeated builds: a message that only some of several equal builds have is flaky.

A flaky message is never new or fixed. It is judged separately, and is never paired with a message that always appears.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import Judged, Verdict

__all__ = ["DEPENDS", "Comparison", "Flaky", "Observed", "compare_observed", "observe"]

DEPENDS = "depends on what was read before"
"""The reason of a flaky diagnostic that appears or disappears with the order of reading, the number of readers or the read set."""

Comparison = Callable[[Sequence[Diagnostic], Sequence[Diagnostic]], tuple[Judged, ...]]
"""Judges the diagnostics of a head by those of a base, as `docs_matrix.comparison.judge.compare` does."""


@dataclass(frozen=True)
class Flaky:
    """A diagnostic that appeared in `seen` of `builds` equal builds, but not in all."""

    diagnostic: Diagnostic
    seen: int
    builds: int

    @property
    def reason(self) -> str:
        """The reason in words."""
        return f"seen in {self.seen} of {self.builds} equal builds"


@dataclass(frozen=True)
class Observed:
    """The messages of several equal builds: `steady` (in all builds, in the form of the first) and `flaky` (in some)."""

    steady: tuple[Diagnostic, ...]
    flaky: tuple[Flaky, ...] = ()


def observe(observations: Sequence[Sequence[Diagnostic]], same: Comparison) -> Observed:
    """Return which diagnostics of one build's `observations` are steady, and which are flaky.

    There must be at least one observation. `same` pairs the diagnostics of two observations. A flaky diagnostic is not also
    marked as `unjudged`.
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
    """Judge a head by a base, both observed once or more. Each diagnostic of both sides is judged exactly once.

    Steady diagnostics are compared first. Then a new one that some builds of the base have is flaky, and so is a fixed one that
    some builds of the head have.
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
    """Return `seen`, with the count increased by one for each diagnostic in `said`."""
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
