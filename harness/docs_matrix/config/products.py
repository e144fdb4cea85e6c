"""Products of versions, with `include` and `exclude` like `strategy.matrix` of GitHub Actions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any

from docs_matrix.config.yaml_document import Document, Place, as_text, close_to

__all__ = ["AXES", "Given", "combinations", "placed"]

AXES = ("python", "docutils", "sphinx", "date")
"""The keys of a product that have lists."""

Given = Mapping[str, tuple[Any, Place]]
"""The values of a cell by key, each with its place in the file."""

LARGEST = 256
"""The most combinations of one product; GitHub has the same limit for a matrix."""


def placed(values: Mapping[str, Any], place: Place) -> dict[str, tuple[Any, Place]]:
    """Return the values of the mapping at `place`, each with its own place."""
    return {key: (value, (*place, key)) for key, value in values.items()}


def combinations(document: Document, product: Mapping[str, Any], place: Place) -> Iterator[Given]:
    """Yield the combinations of the product at `place`.

    First come the combinations of the lists, the first list slowest, without those that `exclude` matches. Then each entry of
    `include` is added to every combination in which it changes no value of a list; it may change a value that an earlier entry
    added. If there is no such combination, the entry is a combination of its own, to which no later entry is added.

    Raises `InputError` if the product is too large, or if `exclude` names a key that has no list.
    """
    axes = [key for key in product if key in AXES]
    lists = [[(key, value, (*place, key, at)) for at, value in enumerate(product[key])] for key in axes]
    size = math.prod(len(values) for values in lists)
    if size > LARGEST:
        raise document.error(place, f"makes {size} combinations; {LARGEST} are allowed")
    excluded = _excluded(document, product, place, axes)
    original: list[dict[str, tuple[Any, Place]]] = []
    for chosen in itertools.product(*lists) if lists else ():
        combination = {key: (value, at) for key, value, at in chosen}
        if not any(_fits(entry, combination) for entry in excluded):
            original.append(combination)
    extended = [dict(combination) for combination in original]
    further = []
    for index, value in enumerate(product.get("include", ())):
        entry = placed(value, (*place, "include", index))
        on_lists = {key: entry[key] for key in entry if key in axes}
        fitting = [more for base, more in zip(original, extended, strict=True) if _fits(on_lists, base)]
        for more in fitting:
            more.update(entry)
        if not fitting:
            further.append(entry)
    for combination in (*extended, *further):
        yield {"why": (product["why"], (*place, "why")), **combination}


def _excluded(document: Document, product: Mapping[str, Any], place: Place, axes: list[str]) -> list[Given]:
    entries = [placed(entry, (*place, "exclude", index)) for index, entry in enumerate(product.get("exclude", ()))]
    for entry in entries:
        for key, (_, at) in entry.items():
            if key not in axes:
                raise document.error(at, close_to(key, axes, called="this product has no such list; its lists are"))
    return list(entries)


def _fits(entry: Given, combination: Given) -> bool:
    """Return whether `combination` has every value of `entry`, by the text that is written."""
    return all(as_text(combination[key][0]) == as_text(value) for key, (value, _) in entry.items())
