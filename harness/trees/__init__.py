"""Documentation trees at exact content: where they come from, patches, the change between two, copies to build in."""

from __future__ import annotations

from harness.trees.applying import Patched, PatchedFile
from harness.trees.changes import Change, TreeChanges
from harness.trees.patches import Patch
from harness.trees.store import Trees, lineage
from harness.trees.tree import Commit, Tree
from harness.trees.workspaces import Workspace

__all__ = [
    "Change",
    "Commit",
    "Patch",
    "Patched",
    "PatchedFile",
    "Tree",
    "TreeChanges",
    "Trees",
    "Workspace",
    "lineage",
]
