"""Source distributions from the package index."""

from __future__ import annotations

import subprocess
from pathlib import Path

import uv

from tests.support.machine import lacks

__all__ = ["sdist"]


def sdist(release: str, folder: Path) -> Path:
    """The source distribution of `name==version` from the package index, put into `folder`; a lack where it cannot be had."""
    what = ("--no-deps", "--no-binary", ":all:", "--ignore-requires-python")  # it is not for this Python
    words = ["tool", "run", "pip", "download", "--quiet", *what, release]
    done = subprocess.run([uv.find_uv_bin(), *words], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        lacks(f"the source distribution of {release} cannot be had: {done.stderr.strip().splitlines()[-1:]}")
    return next(folder.glob("*.tar.gz"))
