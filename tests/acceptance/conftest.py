"""What the acceptance tests stand on: Debian's kernels, and the thread's patch."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.machine import lacks

SHARED = ROOT.parent / "shared" / "data"


def source(version: str) -> Path:
    """Return Debian's archive of a kernel."""
    name = f"linux-source-{version}.tar.xz"
    for folder in (Path(os.environ.get("DOCS_MATRIX_SOURCES", "/usr/src")), Path("/usr/src")):
        if (folder / name).exists():
            return folder / name
    return lacks(f"{name} is missing: sh tests/acceptance/fetch.sh $DOCS_MATRIX_SOURCES {version}")


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
def thread() -> Path:
    """Return the page of the thread that the project began with."""
    return _of_the_thread("noiommu-thread.txt")


@pytest.fixture(scope="session")
def thread_patch() -> Path:
    """Return the patch of that thread."""
    return _of_the_thread("vfio-noiommu.patch")


def _of_the_thread(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the checkout")
    return path
