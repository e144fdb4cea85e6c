"""The example, built by the Sphinx that is here: it has to be what its README says, or nothing that uses it is."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from docs_matrix import process

pytestmark = pytest.mark.builds

EXAMPLES = Path(__file__).parents[2] / "examples"
PATCH = EXAMPLES / "noiommu.patch"
VFIO = "Documentation/driver-api/vfio.rst"


def git(*words: str | Path, cwd: Path) -> str:
    env = {**os.environ, "GIT_CEILING_DIRECTORIES": str(cwd.parent)}
    ended = process.run(["git", *words], timeout=60, cwd=cwd, env=env)
    assert ended.returncode == 0, ended.error_text
    return ended.text


def patched(folder: Path) -> Path:
    tree = folder / "patched"
    shutil.copytree(EXAMPLES / "kernel-like", tree)
    git("apply", PATCH, cwd=tree)
    return tree


def warnings(tree: Path, out: Path) -> list[str]:
    """The first lines of what Sphinx says about `tree`, in order of place."""
    command: list[str | Path] = [sys.executable, "-m", "sphinx", "-q", "-b", "html", tree / "Documentation", out]
    ended = process.run(command, timeout=120, env={**os.environ, "LC_ALL": "C.UTF-8", "NO_COLOR": "1"})
    assert ended.returncode == 0, ended.error_text
    found = [line for line in ended.error_text.replace(f"{tree}/", "").splitlines() if re.search(r": [A-Z]+: ", line)]
    return sorted(re.sub(r" \[[\w.]+\]$", "", line) for line in found)


def test_the_patch_names_the_blobs_that_it_leads_from_and_to(tmp_path: Path) -> None:
    match = re.search(r"^index ([0-9a-f]{12})\.\.([0-9a-f]{12}) ", PATCH.read_text(), re.MULTILINE)
    assert match
    assert git("hash-object", EXAMPLES / "kernel-like" / VFIO, cwd=tmp_path).startswith(match[1])
    assert git("hash-object", VFIO, cwd=patched(tmp_path)).startswith(match[2])


def test_the_mistakes_are_at_the_lines_of_the_patch_in_the_thread(tmp_path: Path) -> None:
    lines = ["", *(patched(tmp_path) / VFIO).read_text().splitlines()]
    assert lines[382] == "/dev/vfio/"
    assert lines[390] == ""
    assert lines[391].startswith("+---")
    assert lines[399].startswith("+---")
    assert lines[400][0].isalpha()
    assert lines[404].startswith("* ")
    assert lines[405][0].isalpha()


def test_the_patch_adds_exactly_the_seven_mistakes(tmp_path: Path) -> None:
    def without_lines(said: list[str]) -> list[str]:
        return [re.sub(r":\d+: ", ": ", line) for line in said]

    known = warnings(EXAMPLES / "kernel-like", tmp_path / "base")
    now = warnings(patched(tmp_path), tmp_path / "head")
    assert [line.split(": ")[0] for line in known] == [
        "Documentation/admin-guide/tuning.rst:8",
        "Documentation/driver-api/index.rst:1",
        f"{VFIO}:406",
        "Documentation/process/notes.rst",
    ]
    left = without_lines(now)
    for line in without_lines(known):
        left.remove(line)
    assert len(left) == 7
    places = [int(line.split(":")[1]) for line in now if line.startswith(VFIO)]
    assert [*places[:4], *places[5:]] == [382, 382, 382, 382, 400, 405, 446]
    assert places[4] in (391, 392)
