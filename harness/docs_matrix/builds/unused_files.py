"""Files that are no input of the documentation.

If a build did not read them, its result is also valid for a tree in which they are different. There are two kinds. `docs-matrix
init` writes a matrix, locks and a baseline into the tree that it just built: they change the identity of the tree, and not the
answer. The other kind is C code of a kernel that no document reads.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Collection, Mapping

from docs_matrix.builds import recipes
from docs_matrix.builds.build_output import RECORDS
from docs_matrix.builds.warm_store import WarmState
from docs_matrix.config.matrix import Recipe

__all__ = ["are_code", "are_own", "looked_at"]

_OWN = re.compile(
    r"(?:.*/)?(?:matrix\.yaml|locks/[^/]+\.txt|baselines/[^/]+\.yaml|noxfile\.py|(?:[^/]*\.|\.)gitlab-ci\.yml"
    r"|\.github/workflows/docs-matrix[^/]*\.yml)"
)
_CODE = re.compile(r"(?!scripts/|tools/)(?:.*\.c|(?!include/|arch/[^/]+/include/).*\.h)")


def are_own(paths: Collection[str], recipe: Recipe) -> bool:
    """Return whether all `paths` are files that `init` writes, and none can be a document of `recipe`.

    >>> are_own(["matrix.yaml", "locks/a.txt"], Recipe("sphinx", "docs", "docs"))
    True
    >>> are_own(["locks/a.txt"], Recipe("sphinx", ".", "."))
    False
    """
    return all(_OWN.fullmatch(path) and recipes.below(recipe, path) is None for path in paths)


def are_code(paths: Collection[str], recipe: Recipe) -> bool:
    """Return whether all `paths` are C code of a kernel from which its makefiles make no document.

    They make documents from some headers below `include`, and with the programs below `scripts` and `tools`.

    >>> are_code(["drivers/a.c", "fs/a.h"], Recipe("make", "Documentation", "Documentation"))
    True
    >>> are_code(["include/linux/a.h"], Recipe("make", "Documentation", "Documentation"))
    False
    """
    return recipe.kind == "make" and all(
        _CODE.fullmatch(path) and recipes.below(recipe, path) is None for path in paths
    )


def looked_at(state: WarmState, changes: Mapping[str, str]) -> bool:
    """Return whether the build that left `state` read one of the changed files.

    `changes` has git's status letter by path. For a file that was added (A) or removed (D), a listing of its folder counts too.
    """
    with (state.folder / RECORDS).open(encoding="ascii") as lines:
        records = [json.loads(line) for line in lines if '"kind": "looked"' in line or '"kind": "modules"' in line]
    files = {name for record in records for name in record["files"]}
    listed = {posixpath.normpath(name) for record in records for name in record.get("folders", ())}
    below = {posixpath.normpath(name) for record in records for name in record.get("below", ())}
    return any(
        path in files
        or bool(below & _folders_of(path))
        or (change != "M" and (posixpath.dirname(path) or ".") in listed)
        for path, change in changes.items()
    )


def _folders_of(path: str) -> set[str]:
    parts = path.split("/")[:-1]
    return {".", *("/".join(parts[:end]) for end in range(1, len(parts) + 1))}
