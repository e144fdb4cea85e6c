"""The question of the user as a value. `docs_matrix.reports.commands` makes every printed command from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Asked", "AskingVerb"]

AskingVerb = Literal["check", "series", "reproduce", "bisect", "compare", "isolate", "shrink", "baseline", "init"]


@dataclass(frozen=True)
class Asked:
    """The question of the user, in the user's words. Paths are as given, relative to `folder`.

    - `tree` is a path; if `named`, it is a name in matrix.yaml.
    - `docs` are documents and folders, or `affected`, or `all`; empty for the default.
    - `before` are patches that are applied to both sides first. `onto` are revisions to try the patches on. `commit` is the
      commit that a report names.
    - `requirements` is None for those of the tree. `cells` is empty for all cells of the tree.
    - `in_order` and `readers` (a number, or `each`) choose how the documents are read.
    - `confine` and `network` choose what builds may do.
    - `matrix` is the file of the cells; None if docs-matrix looks for it.
    - `kernel_doc` chooses the sources whose comments are checked: the changed ones, or all.
    """

    tree: str
    patches: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    base: str | None = None
    head: str | None = None
    baseline: str | None = None
    docs: tuple[str, ...] = ()
    requirements: tuple[str, ...] | None = None
    onto: tuple[str, ...] = ()
    commit: str | None = None
    cells: tuple[str, ...] = ()
    in_order: bool = False
    readers: str | None = None
    repeat: int = 1
    confine: str = "auto"
    network: str = "off"
    matrix: str | None = None
    folder: str = "."
    named: bool = False
    verb: AskingVerb = "check"
    kernel_doc: Literal["changed", "all"] = "changed"
