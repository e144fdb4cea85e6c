"""What a build is asked for: which tree, in which environment, by which recipe, which documents and in which order.

`build_key` names it by content: builds with equal keys say the same, and are made once.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import docs_matrix
from docs_matrix import files, json_values
from docs_matrix.builds import host_tools, recipes
from docs_matrix.builds.inventories import Given
from docs_matrix.builds.live_output import Hear
from docs_matrix.builds.packages.own_package import OwnPackage
from docs_matrix.config.matrix import Recipe
from docs_matrix.toolchains.environments import Environment
from docs_matrix.trees import Tree

__all__ = ["Order", "Reading", "Scope", "build_key", "capture_version"]

Scope = Literal["whole", "changed", "some"]
"""All documents; all, of which those that changed are read; or some."""

CAPTURE = ("probe", "capture")
"""The folders of modules that make diagnostics of what a build says: their text is a part of every build's key."""


@dataclass(frozen=True)
class Reading:
    """In which order documents are read, and in which processes; what it leaves open is as Sphinx and the recipe have it.

    `ordered`: in the order of the order's documents, files all. `readers` is the number of processes that read; `each` reads
    every document in a process of its own: what it says whatever was read before, except for what Sphinx's environment knows.
    `only` ends the build behind the reading. `trials` are sequences of files: each is read in a process of its own, for what
    its last document says then (`Build.trials`), before the build goes its way. `watched`: the build records what it opens
    (`Build.opened`).
    """

    ordered: bool = False
    readers: int | Literal["each"] | None = None
    trials: tuple[tuple[str, ...], ...] = ()
    only: bool = False
    watched: bool = False


@dataclass(frozen=True)
class Order:
    """What to build: `documents` are files and folders (with a slash behind) below the recipe's source; None for all.

    `reading` says how they are read, where that is asked for. A build of all documents leaves its warm state in the store
    where it is to `keep` it; a `warm` one may start from that of another version of the tree. `packages` are those of the tree
    itself. `loud` has the builder render and write all that it does for readers. A `plain` build has no shortcut of ours at all:
    Sphinx is observed only. It is of all documents, is not kept, and starts from nothing. `network` says that it has the network.
    `hear` is reported how far the build is.
    """

    environment: Environment
    tree: Tree
    recipe: Recipe
    documents: tuple[str, ...] | None = None
    reading: Reading | None = None
    keep: bool = False
    warm: bool = False
    packages: tuple[OwnPackage, ...] = ()
    loud: bool = False
    inventories: tuple[Given, ...] = ()
    plain: bool = False
    network: bool = False
    hear: Hear | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.plain and (self.documents is not None or self.reading or self.keep or self.warm):
            raise ValueError("a plain build has no read set, no reading, no state to keep and no start")

    @property
    def answers_for_all(self) -> bool:
        """Whether all documents are read, as Sphinx would: a build that others may start from."""
        return self.documents is None and self.reading is None


def build_key(order: Order) -> str:
    """Return the digest of all that a build's diagnostics depend on, except what it asks git; equal keys are the same build.

    `docs_matrix.builds.git_answers` has the rest.
    """
    recipe = order.recipe
    content = {
        "lock": order.environment.lock.digest,
        "interpreter": order.environment.interpreter.version,
        "tree": order.tree.identity,
        "recipe": json_values.plain(replace(recipe, setup=())),  # what they made is in the tree
        "documents": None if order.documents is None else sorted(order.documents),
        "tools": {tool: host_tools.tool_version(tool) for tool in recipes.KINDS[recipe.kind].tools},
        "capture": capture_version(),
        **({"packages": [package.digest for package in order.packages]} if order.packages else {}),
        **({"loud": True} if order.loud else {}),
        **({"inventories": [vars(given) for given in order.inventories]} if order.inventories else {}),
        **({"plain": True} if order.plain else {}),
        **({"network": True} if order.network else {}),
        **({"git": True} if order.tree.history else {}),
    }
    if order.reading:
        content["reading"] = {**vars(order.reading), "documents": order.documents if order.reading.ordered else None}
    return files.digest(json.dumps(content, sort_keys=True))


@functools.cache
def capture_version() -> str:
    """Return the digest of the names and the contents of all files in the folders `CAPTURE`."""
    package = Path(docs_matrix.__file__).parent
    below = (path for folder in CAPTURE for path in (package / folder).rglob("*"))
    found = sorted(path for path in below if path.is_file() and "__pycache__" not in path.parts)
    return files.digest(*(part for path in found for part in (path.relative_to(package).as_posix(), path.read_bytes())))
