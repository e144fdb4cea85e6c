"""`reproduce.sh`: what a run found, shown again from an empty folder and without this package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from docs_matrix.check.rerun_recipe import Rerun
from docs_matrix.reports.reproduce_script import script

from tests.conftest import ROOT, Command

LATER = "py3.13-docutils0.22.4-sphinx9.0.4"
PATCH = ROOT / "examples" / "noiommu.patch"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def start(script: Path, *arguments: Path, cwd: Path, uv: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the script with nothing of this project's environment but, where wanted, uv."""
    tools = cwd.parent / "tools"
    tools.mkdir(exist_ok=True)
    found = shutil.which("uv", path=str(Path(sys.executable).parent)) if uv else None
    if found and not (tools / "uv").exists():
        (tools / "uv").symlink_to(found)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "DOCS_"))
    }
    environment = {**kept, "PATH": f"{tools}{os.pathsep}/usr/local/bin:/usr/bin:/bin", "TMPDIR": str(cwd.parent)}
    return subprocess.run(
        ["sh", script, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def found(docs_matrix: Command, tmp_path: Path) -> tuple[Path, Path, Path]:
    """The script of a run on a copy of the example, the copy, and an empty folder."""
    tree = tmp_path / "tree with a blank"
    shutil.copytree(ROOT / "examples" / "kernel-like", tree)
    answer = docs_matrix("check", "--tree", tree, "--patch", PATCH, "--cell", LATER)
    assert answer.status == 1, answer.stderr
    (tmp_path / "empty").mkdir()
    return answer.out / "reproduce.sh", tree, tmp_path / "empty"


def test_the_script_prints_the_seven_lines_and_leaves_the_tree_as_it_was(found: tuple[Path, Path, Path]) -> None:
    file, tree, empty = found
    before = contents(tree)
    done = start(file, tree, cwd=empty)
    assert done.returncode == 0, done.stderr
    lines = [line.partition(": ")[0].rpartition(":")[2] for line in done.stdout.splitlines()]
    assert lines == ["382", "382", "382", "382", "392", "400", "405"]
    assert done.stderr.splitlines()[-1] == "7 of the 7 lines of the report, 0 others"
    assert contents(tree) == before
    assert not list(empty.iterdir())
    assert not list(empty.parent.glob("reproduce.*"))


def test_a_tree_that_is_another_is_refused_before_anything_is_made(found: tuple[Path, Path, Path]) -> None:
    file, tree, empty = found
    (tree / "Documentation" / "driver-api" / "vfio.rst").write_text("Another\n=======\n")
    done = start(file, tree, cwd=empty)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Documentation/driver-api/vfio.rst: is not the file that the report was made of" in done.stderr
    assert start(file, cwd=empty).returncode == 2


def test_every_requirement_in_it_is_pinned_and_hashed(found: tuple[Path, Path, Path]) -> None:
    text = found[0].read_text()
    listed = text.partition('requirements.txt" <<')[2].partition("\nend-")[0]
    packages = [line for line in listed.splitlines()[1:] if line and line[0].isalnum()]
    assert len(packages) > 15
    assert all("==" in line for line in packages)
    assert listed.count("--hash=sha256:") >= len(packages)
    assert "docs-matrix" not in text.replace("# docs-matrix lock 1", "")


EVIL = "$(touch owned)`touch owned`';touch owned;'\n#\"/../x"


def test_nothing_that_a_change_holds_is_run_by_the_shell(tmp_path: Path) -> None:
    evil = Rerun(
        cell=EVIL, python="3.13.0", docutils="0.22.4", sphinx="9.0.4", requirements="a==1 --hash=sha256:0", patch=EVIL.encode(),
        blobs=((EVIL, None, None), (EVIL, "0" * 40, None)), kind="make", source=EVIL, config=EVIL, builder=EVIL, target=EVIL,
        options=(EVIL,), variables=(("V", EVIL), ("SPHINXOPTS", EVIL)), folders=(EVIL,), expected=(EVIL, "a\x00b"),
    )  # fmt: skip
    for kind in ("make", "sphinx"):
        (tmp_path / "reproduce.sh").write_bytes(script(replace(evil, kind=kind)))
        assert subprocess.run(["sh", "-n", "reproduce.sh"], cwd=tmp_path, check=False).returncode == 0
        (tmp_path / "tree").mkdir(exist_ok=True)
        assert start(tmp_path / "reproduce.sh", tmp_path / "tree", cwd=tmp_path / "tree").returncode == 2
    assert not list(tmp_path.rglob("owned"))


def test_there_is_no_script_where_nothing_is_new(docs_matrix: Command) -> None:
    answer = docs_matrix("check", "--tree", "example", "--cell", LATER)
    assert answer.status == 0, answer.stderr
    assert not (answer.out / "reproduce.sh").exists()
