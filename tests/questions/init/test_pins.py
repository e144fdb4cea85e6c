"""Which pins of a project hold in a cell; the package index is asked, and nothing is installed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from docs_matrix.questions.init.pins import dates_of, hold

pytestmark = pytest.mark.builds

PIN = "sphinx-prompt==1.9.0"
"""It was released on 2024-08-07, and needs Sphinx below 9."""


def held(toolchain: tuple[str, ...], date: datetime, *pins: str) -> tuple[tuple[str, ...], dict[str, str]]:
    dates = dates_of(pins, offline=False)
    found = hold((*toolchain, "sphinx-prompt"), pins, "3.12", date, dates, offline=False)
    return found.pins, dict(found.loosened)


def test_a_pin_holds_where_the_date_and_the_toolchain_allow_it() -> None:
    pins, loosened = held(("sphinx==8.1.3", "docutils==0.21.2"), datetime(2025, 8, 9, tzinfo=UTC), PIN)
    assert (pins, loosened) == ((PIN,), {})


def test_a_pin_of_a_release_after_the_date_of_the_cell_is_loosened() -> None:
    pins, loosened = held(("sphinx==7.2.6",), datetime(2024, 4, 25, tzinfo=UTC), PIN, "alabaster==0.7.16")
    assert pins == ("alabaster==0.7.16",)
    assert loosened == {PIN: "was released on 2024-08-07, after the date of the cell"}


def test_of_pins_that_contradict_the_toolchain_only_those_are_loosened() -> None:
    pins, loosened = held(("sphinx==9.0.4",), datetime(2026, 2, 1, tzinfo=UTC), "alabaster==1.0.0", PIN)
    assert pins == ("alabaster==1.0.0",)
    assert loosened == {PIN: "contradicts the rest of this cell"}


def test_a_pin_of_no_release_with_a_wheel_is_loosened() -> None:
    pins, loosened = held(("sphinx==8.1.3",), datetime(2025, 8, 9, tzinfo=UTC), "alabaster==99.0")
    assert pins == ()
    assert loosened == {"alabaster==99.0": "the package index has no wheel of it"}
