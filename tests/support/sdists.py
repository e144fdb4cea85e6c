"""Source distributions from the package index."""

from __future__ import annotations

import subprocess
from pathlib import Path

import uv

from tests.support.machine import lacks

__all__ = ["download", "sdist"]


def download(release: str, folder: Path) -> Path:
    """Download the source distribution of `name==version` from the package index into `folder`."""
    what = ("--no-deps", "--no-binary", ":all:", "--ignore-requires-python")  # it is not for this Python
    words = ["tool", "run", "pip", "download", "--quiet", *what, release]
    subprocess.run([uv.find_uv_bin(), *words], cwd=folder, capture_output=True, text=True, check=True)
    return next(folder.glob("*.tar.gz"))


def sdist(release: str, folder: Path) -> Path:
    """The source distribution of `name==version` from the package index, put into `folder`; a lack where it cannot be had."""
    try:
        return download(release, folder)
    except subprocess.CalledProcessError as error:
        lacks(f"the source distribution of {release} cannot be had: {error.stderr.strip().splitlines()[-1:]}")
