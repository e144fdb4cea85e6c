"""Outputs of a kernel's generators (the Perl kernel-doc, netlink's program), stored by content for all cells.

A build reads the stored outputs, and leaves new ones in its scratch folder. They are copied into the store after the build.

Code of a tree could leave a wrong output. So outputs are shared only by trees whose code is the same to the byte:
`<store>/answers/<digest of the code>/`. Documents and C sources are not code; a patch of them alone shares all outputs.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docs_matrix import files, nofollow
from docs_matrix.store import room

__all__ = ["GeneratorOutputs", "code_digest", "may_run"]

FOLDER = "answers"
_NAME = re.compile(r"[0-9a-f]{40}(-[0-9.]+)?")
LARGEST = 16 << 20
"""The most bytes of one output."""
MOST = 1 << 30
"""The most bytes of all outputs that one build leaves."""

_DATA = (".rst", ".txt", ".c", ".h", ".S", ".dts", ".dtsi", ".yaml", ".svg", ".png", ".gif", ".dot")
"""The suffixes of files that a build reads and does not run."""
_CODE = re.compile(
    r"\.(py|pyx|pxd|pxi|so|pyd|pth|pl|pm|sh|mk|js|lua|rb|ipynb)$|(^|/)(Makefile|Kbuild|setup\.cfg|pyproject\.toml)$"
)
"""The names of files that a build can run."""
_RUN = ("Documentation", "arch", "doc", "scripts", "tools")
"""The folders of a kernel whose makefiles take part in a build of the documentation."""


@dataclass(frozen=True)
class GeneratorOutputs:
    """The folder with the `known` outputs, and the folder in the scratch folder where a build leaves `new` ones."""

    known: Path
    new: Path

    @classmethod
    def of(cls, store: Path, scratch: Path, entries: Mapping[str, tuple[str, str]]) -> GeneratorOutputs:
        """Return the outputs for a tree with the files `entries` (path to mode and blob)."""
        return cls(room(store, "answers") / code_digest(entries)[:32], scratch / FOLDER)

    def take(self, scratch_fd: int) -> None:
        """Copy the new outputs from the open scratch folder into the store; raises `MachineError` on a full disk."""
        left = MOST
        try:
            with nofollow.folder(FOLDER, dir_fd=scratch_fd) as new:
                for name in os.listdir(new):  # noqa: PTH208 (an open folder)
                    if not _NAME.fullmatch(name) or (self.known / name).exists():
                        continue
                    content = nofollow.read(name, min(LARGEST, left), dir_fd=new)
                    left -= len(content)
                    files.write_whole(self.known / name, content)
        except OSError:
            return  # the build left something else than regular files: nothing more is taken


def code_digest(entries: Mapping[str, tuple[str, str]]) -> str:
    """Return the digest of all files of a tree that a build of its documentation may run.

    >>> one = {"Makefile": ("100644", "a1"), "drivers/x.c": ("100644", "b1"), "drivers/Kconfig": ("100644", "c1")}
    >>> code_digest(one) == code_digest({**one, "drivers/x.c": ("100644", "b2"), "drivers/Kconfig": ("100644", "c2")})
    True
    >>> code_digest(one) == code_digest({**one, "Makefile": ("100644", "a2")})
    False
    """
    return files.digest(*(f"{path}\0{mode} {blob}" for path, (mode, blob) in sorted(entries.items()) if _is_code(path)))


def may_run(path: str) -> bool:
    """Return whether a build may run the file `path`, by its name.

    >>> may_run("docs/conf.py"), may_run("drivers/net/Makefile"), may_run("Makefile"), may_run("docs/index.rst")
    (True, False, True, False)
    """
    return _CODE.search(path) is not None and _is_code(path)


def _is_code(path: str) -> bool:
    if path.endswith(_DATA):
        return False
    top, _, rest = path.partition("/")
    makes = posixpath.basename(path).startswith(("Kconfig", "Makefile", "Kbuild"))
    return not (makes and rest and top not in _RUN)
