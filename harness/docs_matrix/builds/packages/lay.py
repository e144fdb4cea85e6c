"""Puts the packages of a tree into a private copy of it, so that Python finds them there."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

from docs_matrix import files, nofollow
from docs_matrix.builds import recipes
from docs_matrix.builds.packages.own_package import FOLDER, OwnPackage
from docs_matrix.builds.scratch_folder import script
from docs_matrix.trees import Workspace

__all__ = ["lay", "pack"]

_SCRIPT = re.compile(r"\w[\w.-]*")
_RUN = """\
import sys
from importlib import import_module
from operator import attrgetter
sys.argv[0] = {name!r}
sys.exit(attrgetter({attributes!r})(import_module({module!r}))())
"""
_TREE = "tree/"
_METADATA = f"{FOLDER}/"


def pack(path: Path, laid: Mapping[str, bytes], metadata: Mapping[str, bytes]) -> None:
    """Write the archive `path` that `lay` reads: files for the tree (`laid`) and `metadata`; raises `OSError`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for prefix, content in ((_TREE, laid), (_METADATA, metadata)):
            for name, data in content.items():
                archive.writestr(prefix + name, data)


def lay(packages: Iterable[OwnPackage], workspace: Workspace, python: Path) -> tuple[str, ...]:
    """Put the files of `packages` into `workspace`, and return the folders for Python's path, in order.

    Their console scripts become programs in `bin` of the scratch folder, run by the interpreter `python`. Raises `MachineError` if
    the disk is full.
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
    _lay_scripts(workspace, python)
    # The metadata comes first: a tree may have old metadata beside its modules.
    return (str(workspace.scratch / FOLDER), *found) if found else ()


def _lay_scripts(workspace: Workspace, python: Path) -> None:
    """Write a program for each console script in the metadata of the packages; an existing program is not replaced."""
    folder = workspace.scratch / FOLDER
    for distribution in metadata.distributions(path=[str(folder)]) if folder.is_dir() else ():
        for entry in distribution.entry_points.select(group="console_scripts"):
            if _SCRIPT.fullmatch(entry.name) and not (workspace.scratch / "bin" / entry.name).exists():
                code = _RUN.format(name=entry.name, module=entry.module, attributes=entry.attr)
                text = script(recipes.exec_line(python, "-c", code))
                nofollow.write(f"bin/{entry.name}", text, dir_fd=workspace.scratch_fd, mode=0o755)
