"""What judges reports from outside: published packages of npm, and a browser."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.machine import lacks

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

NpmPackage = Callable[[str], Path]
Dumped = Callable[..., str]


@pytest.fixture(scope="session")
def npm_package(pytestconfig: pytest.Config) -> NpmPackage:
    """The folder of a package of npm, `npm_package("axe-core@4.14.1")`, fetched once; a lack where it cannot be had."""
    assert pytestconfig.cache is not None
    kept = pytestconfig.cache.mkdir("npm")

    def fetch(name: str) -> Path:
        folder = kept / name.replace("/", "-").replace("@", "_")
        if not folder.is_dir():
            npm = shutil.which("npm") or lacks("npm is not installed")
            with tempfile.TemporaryDirectory(dir=kept) as scratch:
                words = [npm, "pack", "--silent", "--pack-destination", scratch, name]
                done = subprocess.run(words, cwd=scratch, capture_output=True, text=True, check=False, timeout=300)
                if done.returncode:
                    lacks(f"{name} cannot be had from npm: {done.stderr.strip()[-200:]}")
                with tarfile.open(next(Path(scratch).glob("*.tgz"))) as archive:
                    archive.extractall(scratch, filter="data")
                with contextlib.suppress(OSError):  # another worker was first
                    (Path(scratch) / "package").rename(folder)
        return folder

    return fetch


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Dumped:
    """Return what gives a page's document after its scripts ran in a browser: `browser(path, "--an-option")`."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        lacks("chromium is not installed")
    home = tmp_path_factory.mktemp("browser")

    def dumped(page: Path, *options: str) -> str:
        words = [program, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={home}", *options]
        words += ["--virtual-time-budget=20000", "--dump-dom", page.as_uri()]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return dumped
