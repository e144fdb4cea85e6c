"""What the acceptance tests stand on: Debian's kernels, the thread's patch, and the command as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"


@dataclass(frozen=True)
class Answer:
    """What the command answered: its exit status, what it printed, and the folder of reports."""

    status: int
    stdout: str
    stderr: str
    out: Path

    @property
    def findings(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads((self.out / "findings.json").read_text("utf-8"))
        return value

    @property
    def new(self) -> list[dict[str, Any]]:
        return [finding for finding in self.findings["findings"] if finding["verdict"] == "new"]


Command = Callable[..., Answer]


@pytest.fixture
def docs_matrix(tmp_path: Path) -> Command:
    """The command, run in the project's folder: `docs_matrix("check", "--tree", tree)`."""

    def run(*arguments: str | Path, out: str = "report", **variables: str) -> Answer:
        folder = tmp_path / out
        words = [sys.executable, "-m", "harness", *map(str, arguments)]
        if arguments[0] in ("check", "merge"):
            words += ["--out", str(folder)]
        environment = {**os.environ, "CI": "", **variables}
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        return Answer(done.returncode, done.stdout, done.stderr, folder)

    return run


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
