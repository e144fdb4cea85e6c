"""What the acceptance tests stand on: Debian's kernels, and the thread's patch."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

SHARED = ROOT.parent / "shared" / "data"


def source(version: str) -> Path:
    """Debian's archive of a kernel; skips where it is not there."""
    folders = [Path(os.environ[name]) for name in ("DOCS_MATRIX_SOURCES",) if name in os.environ]
    for folder in (*folders, Path("/usr/src")):
        path = folder / f"linux-source-{version}.tar.xz"
        if path.exists():
            return path
    pytest.skip(
        f"linux-source-{version}.tar.xz is missing: sh tests/acceptance/fetch.sh $DOCS_MATRIX_SOURCES {version}"
    )


@pytest.fixture(scope="session")
def linux_6_12() -> Path:
    return source("6.12")


@pytest.fixture(scope="session")
def linux_7_2() -> Path:
    return source("7.2")


@pytest.fixture(scope="session")
def unpacked_6_12(linux_6_12: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kernel as a folder."""
    folder = tmp_path_factory.mktemp("kernel")
    subprocess.run(["tar", "-C", folder, "-xf", linux_6_12], check=True)
    return next(folder.iterdir())


@pytest.fixture(scope="session")
def thread_patch() -> Path:
    path = SHARED / "vfio-noiommu.patch"
    if not path.exists():
        pytest.skip("the thread's patch is not beside the checkout")
    return path
