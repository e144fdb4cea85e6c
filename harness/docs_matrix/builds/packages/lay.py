"""The packages of a tree laid into a private copy of it: what their backends made, and where Python finds them."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from docs_matrix import files, nofollow
from docs_matrix.builds.packages.own_package import FOLDER, OwnPackage
from docs_matrix.trees import Workspace

__all__ = ["lay", "packed"]

_TREE = "tree/"
_METADATA = f"{FOLDER}/"


def packed(path: Path, laid: Mapping[str, bytes], metadata: Mapping[str, bytes]) -> None:
    """Put what `lay` takes into the new archive `path`; raises `OSError`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for prefix, content in ((_TREE, laid), (_METADATA, metadata)):
            for name, data in content.items():
                archive.writestr(prefix + name, data)


def lay(packages: Iterable[OwnPackage], workspace: Workspace) -> tuple[str, ...]:
    """Lay `packages` into `workspace`, and return the folders that Python finds them in, in order.

    Raises `MachineError` if the disk is full.
    """
    found: dict[str, None] = {}
    try:
        with nofollow.folder(workspace.root) as root:
            for package in packages:
                found |= dict.fromkeys(posixpath.normpath(workspace.root / place) for place in package.roots)
                with zipfile.ZipFile(package.archive) as archive:
                    for name in archive.namelist():
                        inside = name.startswith(_TREE)
                        below = root if inside else workspace.scratch_fd
                        nofollow.write(name.removeprefix(_TREE) if inside else name, archive.read(name), dir_fd=below)
    except OSError as error:
        raise files.cannot_write(workspace.root, error) from error
    # The metadata comes first: a tree may hold an old one beside its modules.
    return (str(workspace.scratch / FOLDER), *found) if found else ()
