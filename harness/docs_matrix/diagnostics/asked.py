"""The question that the user asked, as a value: every command that we print is made of it (`docs_matrix.reports.commands`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Asked", "AskingVerb"]

AskingVerb = Literal["check", "series", "reproduce", "bisect", "compare", "isolate", "shrink", "baseline", "init"]


@dataclass(frozen=True)
class Asked:
    """What the user asked of a tree, in the user's words: paths are as given, relative to `folder`.

    `tree` is a path, or if `named` a name in matrix.yaml. `docs` are documents and folders, or `affected`, or `all`; empty for
    the default. `before` are patches that both sides have: they are applied first. `onto` are revisions that the patches may be
    applied to; `commit` is one that a report names. `requirements` is None for those of the tree. `cells` is empty for all cells
    of the tree. `in_order` and `readers` (a number, or `each`) say how documents are read, if that is asked for. `confine` and
    `network` say what builds may do. `matrix` is the file of the cells; None if it is found. `kernel_doc` says of which sources
    the comments are checked.
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
