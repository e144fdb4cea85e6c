"""Delta debugging, over plain functions."""

from __future__ import annotations

from collections.abc import Sequence

from docs_matrix.questions.shrink.reduction import fewest
from hypothesis import given
from hypothesis import strategies as st


@given(st.integers(0, 40), st.sets(st.integers(0, 39)))
def test_what_is_needed_is_left_and_nothing_else(count: int, needed: set[int]) -> None:
    wanted = {at for at in needed if at < count}
    assert fewest(range(count), lambda some, *ahead: wanted <= set(some)) == sorted(wanted)


@given(st.integers(1, 40), st.integers(0, 3))
def test_what_is_ahead_is_asked_for_next_if_a_version_fails(count: int, power: int) -> None:
    asked = list[tuple[Sequence[int], tuple[Sequence[int], ...]]]()

    def holds(version: Sequence[int], *ahead: Sequence[int]) -> bool:
        asked.append((version, ahead))
        return False

    assert fewest(range(count), holds, 1 << power, 1 << power) == list(range(count))
    following = [version for version, _ in asked[1:]]
    assert all(list(ahead) in ([], [then]) for (_, ahead), then in zip(asked, following, strict=False))
    assert sum(len(ahead) for _, ahead in asked) == max(0, len(asked) - 2)
