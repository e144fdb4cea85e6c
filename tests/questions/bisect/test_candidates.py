"""Which candidates are tried between two ends, and when both ends fail for one reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pytest
from docs_matrix.check.axes import Candidate
from docs_matrix.check.trials import Way
from docs_matrix.questions.bisect.candidates import between_ends, same_failure


@dataclass(frozen=True)
class Line:
    """An axis of releases with these names."""

    candidates: tuple[Candidate, ...]
    name: str = "some"

    def ways(self, candidate: Candidate) -> Iterator[Way]:
        yield from ()

    def with_packages_of(self, candidate: Candidate, way: Way) -> Way | None:
        return None


def order(*names: str) -> list[str]:
    axis = Line(tuple(map(Candidate, names)))
    return [names[at] for at in between_ends(axis)]


def test_feature_releases_come_first_and_the_ends_not_at_all() -> None:
    assert order("8.1.3", "8.2.0", "8.2.1", "9.0.0", "9.0.1", "9.1.0") == ["9.0.0", "8.2.0", "9.0.1", "8.2.1"]


def test_of_a_long_range_some_are_taken_evenly() -> None:
    taken = order(*(f"1.{number}.1" for number in range(1_000)))
    assert 100 < len(taken) <= 200
    minors = [int(name.split(".")[1]) for name in taken]
    assert len({newer - older for newer, older in pairwise(minors)}) == 1


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("the build failed: /a/1/conf.py: no theme 7", "the build failed: /b/conf.py: no theme 8.1", True),
        ("the build failed: no theme", "the build failed: no extension", False),
        ("cannot be resolved", "cannot be resolved", False),
    ],
)
def test_a_failure_of_the_project_is_the_same_but_for_numbers_and_paths(one: str, other: str, alike: bool) -> None:
    assert same_failure(one, other) is alike
