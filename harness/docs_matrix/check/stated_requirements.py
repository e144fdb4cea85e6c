"""The requirements of the documentation that the files of base and head state, if a change edits them.

`matrix.yaml` lists what a tree requires; the exact pins are in its entries for the cells. If a change edits
`docs/requirements.txt`, the list is right for only one of the two versions. So for each package that base and head
state differently, each version gets what its own files state. This is done only if the list agrees with one of the two
versions. If somebody wrote something else into the list, both versions get that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from docs_matrix import files
from docs_matrix.builds.recipes import read_the_docs
from docs_matrix.config.matrix import PINNED, Cell, Recipe, normalised
from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import InputError
from docs_matrix.requirements import toml_tables
from docs_matrix.requirements.gather import gather
from docs_matrix.requirements.sorted_out import Sorted, sorted_out
from docs_matrix.trees import Tree, Trees

__all__ = ["StatedRequirements", "Wanted", "stated_requirements"]


@dataclass(frozen=True)
class Wanted:
    """What a version needs in a cell: the `cell`, with the version's own pins, and the `requirements`.

    `pins` are those that the cell has only in this version; `loosened` is the cell without them.
    """

    cell: Cell
    requirements: tuple[str, ...]
    pins: tuple[str, ...] = ()
    loosened: Cell | None = None


@dataclass(frozen=True)
class _Version:
    """The requirements (without pins) and the pins of one version, for the packages that base and head state differently."""

    requirements: Mapping[str, tuple[str, ...]]
    pins: Mapping[str, str]


@dataclass(frozen=True)
class StatedRequirements:
    """What base and head state.

    `versions` has it by the identity of the version. `changed` are the packages that base and head state differently.
    """

    versions: Mapping[str, _Version] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()

    def of(self, tree: Tree, cell: Cell, listed: tuple[str, ...]) -> Wanted:
        """Return what the version `tree` needs in `cell`, if matrix.yaml lists the requirements `listed`."""
        version = self.versions.get(tree.identity)
        if version is None:
            return Wanted(cell, listed)
        requirements, pins = _by_name(listed), _by_name(cell.requirements)
        own: list[str] = []
        for name in sorted(self.changed):
            if self._is_stated(name, requirements):
                requirements[name] = version.requirements.get(name, ())
            known = {one.pins.get(name, "") for one in self.versions.values()}
            pin = version.pins.get(name, "")
            if "".join(pins.get(name, ())) in known - {pin}:
                pins[name] = (pin,) if pin else ()
                own += pins[name]
        without = {name: texts for name, texts in pins.items() if not set(texts) & set(own)}
        return Wanted(_with(cell, pins), _flat(requirements), tuple(own), _with(cell, without) if own else None)

    def _is_stated(self, name: str, listed: Mapping[str, tuple[str, ...]]) -> bool:
        return listed.get(name, ()) in [one.requirements.get(name, ()) for one in self.versions.values()]


def stated_requirements(
    base: Tree | None, head: Tree, recipe: Recipe, listed: tuple[str, ...], trees: Trees
) -> StatedRequirements:
    """Return the different requirements that `base` and `head` state; none if there is no base, or if a file cannot be read.

    `notes` name the requirements in `listed` that differ from those of the head, so that somebody updates matrix.yaml.
    """
    if base is None or recipe.kind != "sphinx" or base.identity == head.identity:
        return StatedRequirements()
    try:
        before, after = (_sorted_out(tree, recipe, trees) for tree in (base, head))
    except InputError:
        return StatedRequirements()
    old, new = _version(before), _version(after)
    changed = frozenset(
        name
        for name in {*old.requirements, *new.requirements}
        if old.requirements.get(name) != new.requirements.get(name) or old.pins.get(name) != new.pins.get(name)
    )
    notes = _of_toolchain(before, after)
    if not changed:
        return StatedRequirements(notes=notes)
    found = StatedRequirements({base.identity: old, head.identity: new}, changed)
    by_name = _by_name(listed)
    behind = [name for name in sorted(changed) if by_name.get(name, ()) != new.requirements.get(name, ())]
    of_head = [name for name in behind if found._is_stated(name, by_name)]
    by_hand = [name for name in behind if name not in of_head]
    if of_head:
        texts = [" and ".join(new.requirements.get(name, ())) or f"no {name}" for name in of_head]
        notes += (Note("requirements changed", tuple(texts)),)
    if by_hand:
        notes += (
            Note(
                "requirements by hand", tuple(" and ".join(by_name.get(name, ())) or f"no {name}" for name in by_hand)
            ),
        )
    return replace(found, notes=notes)


def _sorted_out(tree: Tree, recipe: Recipe, trees: Trees) -> Sorted:
    read, paths = partial(trees.read, tree), trees.paths(tree)
    name = read_the_docs.file_of(paths)
    hosted = read_the_docs.configuration(read(name) or b"") if name else {}
    own = toml_tables.toml(read, "pyproject.toml").get("project", {}).get("name", "")
    return sorted_out(gather(read, paths, recipe.config, hosted), str(own))


def _version(stated: Sorted) -> _Version:
    found: dict[str, tuple[str, ...]] = {}
    for (name, _), requirement in stated.wanted.items():
        found[name] = normalised((*found.get(name, ()), str(requirement)))
    return _Version(found, {name: "".join(normalised((pin,))) for name, pin in stated.pins.items()})


def _of_toolchain(before: Sorted, after: Sorted) -> tuple[Note, ...]:
    """Return a note if the head requires another Sphinx or docutils than the base. The cells keep their own releases."""

    def words(stated: Sorted, name: str) -> str:
        return f"=={stated.toolchain[name]}" if name in stated.toolchain else str(stated.allowed[name])

    wanted = [f"{name}{words(after, name)}" for name in PINNED if words(after, name) != words(before, name)]
    return (Note("toolchain wanted", tuple(wanted)),) if wanted else ()


def _by_name(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for text in normalised(texts):
        name = canonicalize_name(Requirement(text).name)
        found[name] = (*found.get(name, ()), text)
    return found


def _flat(by_name: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return normalised(text for texts in by_name.values() for text in texts)


def _with(cell: Cell, pins: Mapping[str, tuple[str, ...]]) -> Cell:
    """Return `cell` with other `pins`, under a name of its own: its lock is another file."""
    wanted = _flat(pins)
    if wanted == cell.requirements:
        return cell
    return replace(cell, name=f"{cell.name}-{files.digest(*wanted)[:8]}", requirements=wanted)
