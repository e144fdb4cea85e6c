"""The exact pins of a project: which of them can be used in a cell, and which must be loosened there.

pins = ("furo==2024.8.6", "sphinx-prompt==1.9.0")
hold(("docutils==0.19", "sphinx==5.3.0"), pins, "3.11", june_2023, dates)
-> Held(pins=(), loosened={"furo==2024.8.6": "was released on 2024-08-06", "sphinx-prompt==1.9.0": ...})
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from packaging.requirements import Requirement

from docs_matrix.errors import InputError
from docs_matrix.toolchains import compatible, releases

__all__ = ["Held", "dates_of", "hold"]

MOST_ROUNDS = 12
"""At most this many pins are dropped one by one; then all others are dropped at once."""


@dataclass(frozen=True)
class Held:
    """The `pins` that can be used, and for each other pin why it is `loosened`; `packages` is the result of the resolver.

    `reason` says why nothing can be installed even without a pin; empty if something can.
    """

    pins: tuple[str, ...]
    loosened: Mapping[str, str]
    packages: Mapping[str, str]
    reason: str = ""


def dates_of(pins: Sequence[str], *, offline: bool) -> Mapping[str, datetime | str]:
    """Return the upload date of the release of each pin, or why it cannot be installed from a wheel."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        return dict(zip(pins, pool.map(partial(_date_of, offline=offline), pins), strict=True))


def _date_of(pin: str, *, offline: bool) -> datetime | str:
    requirement = Requirement(pin)
    (part,) = requirement.specifier
    try:
        found = releases.one(requirement.name, part.version, offline=offline)
    except InputError:
        return "the package index has no wheel of it"
    return found.date or "the package index does not say when it was uploaded"


def hold(
    wanted: Sequence[str],
    pins: Sequence[str],
    python: str,
    date: datetime,
    dates: Mapping[str, datetime | str],
    *,
    offline: bool,
) -> Held:
    """Return which of `pins` can be used with the requirements `wanted`, on `python`, as of `date`.

    Pins of later releases are loosened first; then, one by one, pins that the resolver names in a conflict. Raises
    `MachineError` if the package index cannot be asked.
    """
    loosened = {pin: why for pin in pins if (why := _too_new(dates[pin], date))}
    kept = [pin for pin in pins if pin not in loosened]
    for number in range(MOST_ROUNDS + 1):
        found = compatible.resolved((*wanted, *kept), python, date, offline=offline)
        if not isinstance(found, str):
            return Held(tuple(kept), loosened, found)
        if not kept:
            return Held((), loosened, {}, found)
        named = _first_named(kept, found) if number < MOST_ROUNDS else None
        dropped = [named] if named else kept
        loosened |= dict.fromkeys(dropped, "contradicts the rest of this cell")
        kept = [pin for pin in kept if pin not in dropped]
    raise AssertionError("without a pin the search ends")


def _too_new(uploaded: datetime | str, date: datetime) -> str:
    if isinstance(uploaded, str):
        return uploaded
    return f"was released on {uploaded:%Y-%m-%d}, after the date of the cell" if uploaded >= date else ""


def _first_named(pins: Sequence[str], conflict: str) -> str | None:
    """Return the pin whose package the resolver's text names first; None if it names none."""
    places = {}
    for pin in pins:
        found = re.search(rf"(?<![\w.-]){re.escape(Requirement(pin).name)}(?![\w-])", conflict, re.IGNORECASE)
        if found:
            places[pin] = found.start()
    return min(places, key=places.__getitem__, default=None)
