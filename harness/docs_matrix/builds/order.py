"""The order of a build: what to build. It names the tree, the environment, the recipe, and the documents to read.

`build_key` is the digest of an order. Builds with equal keys give the same messages, so only one of them is made.
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
"""How much a build reads. `whole`: all documents. `changed`: the answer is for all documents, and only changed ones are read.
`some`: named documents."""

CAPTURE = ("probe", "capture")
"""The folders of modules that record messages and turn them into diagnostics: their text is a part of every build's key."""


@dataclass(frozen=True)
class Reading:
    """In which order, and in which processes, documents are read. Whatever is not set is as in Sphinx and the recipe.

    - `ordered`: documents are read in the order of `Order.documents`, which must all be files.
    - `readers`: the number of processes that read. `each` reads every document in a process of its own, so its messages do not
      depend on the documents before it, except through Sphinx's environment.
    - `trials`: sequences of files. Each is read in a process of its own before the normal reading, and the messages of its last
      document are kept (`Build.trials`).
    - `only`: the build ends after the reading.
    - `watched`: the build records which files it opens (`Build.opened`).
    """

    ordered: bool = False
    readers: int | Literal["each"] | None = None
    trials: tuple[tuple[str, ...], ...] = ()
    only: bool = False
    watched: bool = False


@dataclass(frozen=True)
class Order:
    """What to build.

    - `documents`: files and folders (with a slash at the end) below the recipe's source; None for all.
    - `reading`: how they are read; None for Sphinx's own way.
    - `keep`: a build of all documents leaves its warm state in the store.
    - `warm`: the build may start from the warm state of another version of the tree.
    - `packages`: the packages of the tree itself.
    - `all_pages`: the builder writes all pages, also those that are skipped otherwise (`docs_matrix.probe.no_output`).
    - `plain`: the build has no shortcut of ours, and Sphinx is only observed. All documents are read, and it starts from nothing.
    - `network`: the build has the network.
    - `hear`: is called with the progress of the build.
    """

    environment: Environment
    tree: Tree
    recipe: Recipe
    documents: tuple[str, ...] | None = None
    reading: Reading | None = None
    keep: bool = False
    warm: bool = False
    packages: tuple[OwnPackage, ...] = ()
    all_pages: bool = False
    inventories: tuple[Given, ...] = ()
    plain: bool = False
    network: bool = False
    hear: Hear | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.plain and (self.documents is not None or self.reading or self.keep or self.warm):
            raise ValueError("a plain build has no read set, no reading, no state to keep and no start")

    @property
    def answers_for_all(self) -> bool:
        """Whether all documents are read in Sphinx's own way: other builds may start from this one."""
        return self.documents is None and self.reading is None


def build_key(order: Order) -> str:
    """Return the digest of all that a build's diagnostics depend on, except for git's answers; equal keys are the same build.

    `docs_matrix.builds.git_answers` adds git's answers.
    """
    recipe = order.recipe
    content = {
        "lock": order.environment.lock.digest,
        "interpreter": order.environment.interpreter.version,
        "tree": order.tree.identity,
        "recipe": json_values.plain(replace(recipe, setup=())),  # their output is in the tree
        "documents": None if order.documents is None else sorted(order.documents),
        "tools": {tool: host_tools.tool_version(tool) for tool in recipes.KINDS[recipe.kind].tools},
        "capture": capture_version(),
        **({"packages": [package.digest for package in order.packages]} if order.packages else {}),
        **({"all_pages": True} if order.all_pages else {}),
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
