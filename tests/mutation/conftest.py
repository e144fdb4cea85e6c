"""What the mutation tests stand on: Sphinx's own documentation."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import uv

ARCHIVE = "sphinx-8.1.3.tar.gz"


@pytest.fixture(scope="session")
def sphinx_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sphinx's source distribution, from `$DOCS_MATRIX_SOURCES` or the package index; skips where it cannot be had."""
    kept = Path(os.environ.get("DOCS_MATRIX_SOURCES", "/nowhere")) / ARCHIVE
    if kept.exists():
        return kept
    folder = tmp_path_factory.mktemp("sdist")
    words = ["tool", "run", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "sphinx==8.1.3"]
    done = subprocess.run([uv.find_uv_bin(), *words], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"Sphinx's source distribution cannot be had: {done.stderr.strip().splitlines()[-1:]}")
    return folder / ARCHIVE
