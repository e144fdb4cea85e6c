"""Documentation trees at exact content: their sources, patches, the change between two trees, and private copies to build in."""

from __future__ import annotations

from docs_matrix.trees.apply import Patched, PatchedFile
from docs_matrix.trees.line_map import Change, TreeChanges
from docs_matrix.trees.patches import Patch
from docs_matrix.trees.tree import Commit, GitHistory, Tree
from docs_matrix.trees.trees import Trees, lineage
from docs_matrix.trees.workspaces import Workspace

__all__ = [
    "Change",
    "Commit",
    "GitHistory",
    "Patch",
    "Patched",
    "PatchedFile",
    "Tree",
    "TreeChanges",
    "Trees",
    "Workspace",
    "lineage",
]
