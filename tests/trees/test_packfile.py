"""Packs that git reads, whichever library compresses them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.git import git

PACK = """
import sys
if sys.argv[1] == "zlib":
    sys.modules["isal"] = None
from docs_matrix.trees import packfile
assert packfile.compressor.__name__.endswith(sys.argv[1])
sys.stdout.buffer.write(packfile.header(1) + packfile.entry(b"text of a file\\n" * 100))
"""


@pytest.mark.parametrize("library", ["isal_zlib", "zlib"])
def test_git_reads_a_pack_with_and_without_isal(tmp_path: Path, library: str) -> None:
    words = [sys.executable, "-c", PACK, library]
    pack = subprocess.run(words, check=True, capture_output=True).stdout
    git(tmp_path, "init", "-q", "--bare")
    subprocess.run(
        ["git", "index-pack", "--stdin"],
        cwd=tmp_path,
        input=pack + hashlib.sha1(pack).digest(),  # noqa: S324 git's own
        check=True,
        capture_output=True,
    )
    blob = git(tmp_path, "cat-file", "--batch-all-objects", "--batch-check").split()[0]
    assert git(tmp_path, "cat-file", "blob", blob) == "text of a file\n" * 100
