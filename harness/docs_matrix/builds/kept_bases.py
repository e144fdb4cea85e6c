"""Kept builds, from which the next build of a tree can start, and the choice of the nearest of them.

Each kept build has a note, `<store>/bases/<lineage, cell and recipe>/<key>.json`. It names the tree that was built, and these keys:

key      of which build             with git's answers
asked    the kept build             no
key      the kept build             yes
whole    a build of the same tree   no
         from nothing

Both a base and a head are kept, so the head of one question can be the base of the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from docs_matrix import json_values
from docs_matrix.builds import warm_store
from docs_matrix.builds.costs import kind_of
from docs_matrix.builds.order import Order, build_key
from docs_matrix.config.matrix import Recipe
from docs_matrix.store import room
from docs_matrix.trees import Tree, Trees

__all__ = ["KeptBase", "KeptBases", "KeptState"]

MOST_KEPT = 4
"""The most states that are kept for a tree in a cell."""
MOST_STEPS = 20
"""The most builds in a row that start from the one before; the next one is made from nothing."""


@dataclass(frozen=True)
class KeptBase:
    """A kept build. `key` is its final key, and `asked` its key without git's answers.

    `whole` is the key of a build of the same tree from nothing, without git's answers. `steps` is 0 for a build from
    nothing, else one more than that of the kept build from which this one started. `without_tree` is the digest of the
    order without its tree; `without_inventories` is the same digest without the inventories. `urls` are the addresses
    of the inventories.
    """

    key: str
    asked: str
    whole: str
    without_tree: str
    without_inventories: str
    urls: tuple[str, ...]
    identity: str
    object_id: str
    steps: int = 0


@dataclass(frozen=True)
class KeptState:
    """The `folder` with the state of a kept build, and the git object `object_id` of its tree."""

    folder: Path
    object_id: str


@dataclass(frozen=True)
class KeptBases:
    """The notes in the store `folder` about kept builds of `trees`."""

    trees: Trees
    folder: Path

    def nearest(self, order: Order, *, supplied: bool = True) -> KeptBase | None:
        """Return the kept build from which `order` can start; None if there is none.

        It is the one whose tree has the fewest different files. Only builds in the same environment by the same recipe count, and
        with the same inventories if `supplied`.
        """
        found = [
            (distance, at, kept)
            for at, kept in enumerate(self._of(order, supplied=supplied))
            if (distance := self._distance(kept, order.tree)) is not None
        ]
        return min(found, key=lambda one: one[:2])[2] if found else None

    def nearest_in(self, tree: Tree, cells: Sequence[str], recipe: Recipe) -> KeptState | None:
        """Return the state of the kept build whose tree is the nearest to `tree`, in any of `cells`; None if there is none."""
        found = []
        for cell in cells:
            for path in self._notes(kind_of(tree.lineage, cell, recipe)):
                kept = json_values.read_or_none(path, KeptBase)
                if kept and warm_store.has(self.folder, kept.key):
                    distance = self._distance(kept, tree)
                    found += [] if distance is None else [(distance, kept.key, kept)]
        if not found:
            return None
        nearest = min(found, key=lambda one: one[:2])[2]
        return KeptState(warm_store.place(self.folder, nearest.key), nearest.object_id)

    def note(self, order: Order, key: str, asked: str, start: KeptBase | None) -> None:
        """Note that the build of `order` is kept; it started from `start`. `key` and `asked` are those of `KeptBase`.

        The oldest states beyond `MOST_KEPT` are removed.
        """
        if not warm_store.has(self.folder, key):
            return
        steps = start.steps + 1 if start else 0
        identity, object_id = order.tree.identity, order.tree.object_id
        urls = tuple(given.url for given in order.inventories)
        kept = KeptBase(
            key,
            asked,
            build_key(order),
            _without_tree(order),
            _without_inventories(order),
            urls,
            identity,
            object_id,
            steps,
        )
        place = room(self.folder, "bases") / kind_of(order.tree.lineage, order.environment.lock.cell, order.recipe)
        json_values.write(place / f"{key}.json", kept)
        for path in self._paths(order)[MOST_KEPT:]:
            warm_store.remove(self.folder, path.stem)
            path.unlink(missing_ok=True)

    def answers_too(self, order: Order, kept: KeptBase) -> None:
        """Note that the build `kept` is also the build of `order`."""
        place = room(self.folder, "bases") / kind_of(order.tree.lineage, order.environment.lock.cell, order.recipe)
        tree = order.tree
        also = replace(kept, whole=build_key(order), identity=tree.identity, object_id=tree.object_id)
        json_values.write(place / f"{kept.key}.json", also)

    def used(self, order: Order, kept: KeptBase) -> None:
        """Note that `kept` was used just now."""
        for path in self._paths(order):
            if path.stem == kept.key:
                with suppress(OSError):
                    path.touch()

    def _of(self, order: Order, *, supplied: bool) -> Iterator[KeptBase]:
        """Yield the kept builds from which `order` can start, the last used first."""
        without_tree, without_inventories, whole = _without_tree(order), _without_inventories(order), build_key(order)
        for path in self._paths(order):
            kept = json_values.read_or_none(path, KeptBase)
            if kept is None or not warm_store.has(self.folder, kept.key):
                path.unlink(missing_ok=True)
                continue
            same = kept.without_tree == without_tree if supplied else kept.without_inventories == without_inventories
            if same and (kept.whole == whole or kept.steps < MOST_STEPS):
                yield kept

    def _paths(self, order: Order) -> list[Path]:
        return self._notes(kind_of(order.tree.lineage, order.environment.lock.cell, order.recipe))

    def _notes(self, kind: str) -> list[Path]:
        """Return the notes about builds of a kind, the last used first."""
        times = dict[Path, float]()
        for path in (self.folder / "bases" / kind).glob("*.json"):
            with suppress(OSError):
                times[path] = path.stat().st_mtime
        return sorted(times, key=lambda path: (-times[path], path.name))

    def _distance(self, kept: KeptBase, tree: Tree) -> int | None:
        if kept.identity == tree.identity:
            return 0
        found = self.trees.differing(kept.object_id, tree)
        return None if found is None else len(found)


def _without_tree(order: Order) -> str:
    """Return the digest of `order` without its tree."""
    return build_key(replace(order, tree=replace(order.tree, identity=""), packages=()))


def _without_inventories(order: Order) -> str:
    return _without_tree(replace(order, inventories=()))
